#include "app/node.h"

#include <algorithm>
#include <cstdlib>
#include <future>

#include "app/node_directory.h"
#include "app/storage.h"
#include "app/version.h"
#include "ingest/hard_deleter.h"
#include "ingest/write_service.h"
#include "query/query_engine.h"
#include "server/flight/flight_server.h"
#include "server/http/handlers/handlers.h"
#include "server/http/http_server.h"
#include "server/http/server_metrics.h"
#include "server/http/server_services.h"
#include "server/uuid.h"
#include "util/clock.h"
#include "util/log.h"
#include "util/machine.h"

namespace influxdb3::app {

using server::http::MetricSample;
using util::Status;

namespace {

constexpr int kQueryThreadsMin = 32;
/// For Flight calls still running at a stop, as for queries over HTTP.
constexpr int64_t kFlightGraceNs = 5'000'000'000;
constexpr size_t kQueryMemoryPercent = 20;
constexpr size_t kParquetCachePercent = 20;
constexpr size_t kConcurrentBodiesMin = 8;

query::QueryOptions QueryOptionsOf(const ServeOptions& options) {
  query::QueryOptions query_options;
  query_options.memory_bytes_max = options.query_memory_bytes_max > 0
                                       ? options.query_memory_bytes_max
                                       : util::MemoryBytes() / 100 * kQueryMemoryPercent;
  query_options.timeout_ns = options.query_timeout_ns;
  query_options.thread_count =
      options.query_thread_count > 0 ? options.query_thread_count : util::CoreCount();
  query_options.concurrent_queries_max = options.concurrent_queries_max;
  query_options.file_limit = options.query_file_limit;
  if (!options.parquet_cache_disabled) {
    query_options.parquet_cache.bytes_max = options.parquet_cache_bytes > 0
                                                ? options.parquet_cache_bytes
                                                : util::MemoryBytes() / 100 * kParquetCachePercent;
  }
  query_options.parquet_cache.prune_share = options.parquet_cache_prune_share;
  query_options.parquet_cache.prune_interval_ns = options.parquet_cache_prune_interval_ns;
  return query_options;
}

std::unique_ptr<ingest::HardDeleter> MakeHardDeleter(const ServeOptions& options,
                                                     Storage* storage) {
  ingest::HardDeleterOptions deletion;
  deletion.grace_ns = options.delete_grace_period_ns;
  deletion.purged = [storage] { storage->compactor().Wake(); };
  return std::make_unique<ingest::HardDeleter>(&storage->catalog(), &storage->wal(),
                                               &util::Clock::System(), std::move(deletion));
}

}  // namespace

struct Node::Parts {
  explicit Parts(const ServeOptions& serve_options)
      : options(serve_options), started_at_ns(util::Clock::System().NowNs()) {}

  Status OpenPort();
  std::vector<MetricSample> SampleMetrics() const;

  const ServeOptions options;
  std::unique_ptr<Storage> storage;
  std::unique_ptr<ingest::HardDeleter> hard_deleter;
  std::unique_ptr<ingest::WriteService> writes;
  std::unique_ptr<query::QueryEngine> queries;
  std::unique_ptr<server::http::WriteBackend> write_backend;
  server::http::ServerMetrics metrics;
  server::http::ServerServices services;
  std::unique_ptr<server::flight::FlightServer> flight;
  std::unique_ptr<server::http::HttpServer> http;
  const int64_t started_at_ns;
  bool stopped = false;
};

Status Node::Parts::OpenPort() {
  const util::Clock& clock = util::Clock::System();
  catalog::Catalog* catalog = &storage->catalog();
  hard_deleter = MakeHardDeleter(options, storage.get());
  ingest::WriteOptions write_options;
  write_options.allow_new_tags = options.allow_new_tags;
  write_options.on_deleted = [this] { hard_deleter->Wake(); };
  write_options.admit = [this] { return storage->memory_gate().Admit(); };
  writes = std::make_unique<ingest::WriteService>(catalog, &storage->wal(), &clock, write_options);
  ASSIGN_OR_RETURN(queries,
                   query::QueryEngine::Open(QueryOptionsOf(options), catalog, &storage->buffer(),
                                            &clock, &storage->index(), &storage->store()));
  write_backend = server::http::MakeWriteBackend(writes.get(), catalog);
  metrics.AddSource([this]() { return SampleMetrics(); });
  metrics.AddSource([this]() { return storage->SampleMetrics(); });

  services.writes = write_backend.get();
  services.queries = queries.get();
  services.metrics = &metrics;
  services.clock = &clock;
  if (std::getenv("INFLUXDB3_TEST_HOOKS") != nullptr) {
    services.store_all = [this](bool compact) { return storage->StoreAll(compact); };
  }
  services.body_bytes_max = options.http_body_bytes_max;
  services.hard_delete_default_ns = options.hard_delete_default_ns;
  services.product_name = kProductName;
  services.version = kVersion;
  services.revision = Revision();
  services.process_uuid = server::RandomUuid();

  const int query_threads = std::max(kQueryThreadsMin, 4 * util::CoreCount());
  server::flight::FlightOptions flight_options;
  flight_options.query_threads = query_threads;
  ASSIGN_OR_RETURN(flight, server::flight::FlightServer::Start(flight_options, queries.get()));

  server::http::ServerOptions server_options;
  server_options.bind = options.http_bind;
  server_options.body_bytes_max = options.http_body_bytes_max;
  server_options.bodies_in_flight_bytes_max =
      std::max(util::MemoryBytes() / 4, kConcurrentBodiesMin * options.http_body_bytes_max);
  server_options.io_threads =
      options.io_thread_count > 0 ? options.io_thread_count : util::CoreCount();
  server_options.write_threads = util::CoreCount();
  server_options.query_threads = query_threads;
  server_options.http2_socket_path = flight->socket_path();
  server_options.cluster_uuid = storage->cluster_uuid();
  server_options.on_request = [this](const server::http::RequestSummary& summary) {
    metrics.RecordRequest(summary);
  };
  ASSIGN_OR_RETURN(http, server::http::HttpServer::Listen(std::move(server_options),
                                                          server::http::MakeRouter(services)));
  http->Start();
  return Status::Ok();
}

std::vector<MetricSample> Node::Parts::SampleMetrics() const {
  const query::ParquetCacheStats cache = queries->parquet_cache_stats();
  return {
      {"process_start_time_seconds", "start of the process since the Unix epoch",
       static_cast<double>(started_at_ns) / 1e9, false},
      {"influxdb3_parquet_cache_hits_total", "pieces of files found in memory",
       static_cast<double>(cache.hits), true},
      {"influxdb3_parquet_cache_misses_total", "pieces of files fetched from the object store",
       static_cast<double>(cache.misses), true},
      {"influxdb3_parquet_cache_bytes", "bytes of files held in memory",
       static_cast<double>(cache.bytes), false},
  };
}

util::Result<std::unique_ptr<Node>> Node::Start(const ServeOptions& options) {
  auto parts = std::make_unique<Parts>(options);
  ASSIGN_OR_RETURN(parts->storage, Storage::Open(options));
  RETURN_IF_ERROR(parts->OpenPort());
  parts->storage->StartBackground();
  parts->hard_deleter->Start();
  std::unique_ptr<Node> node(new Node(std::move(parts)));
  if (!options.tcp_listener_file_path.empty()) {
    RETURN_IF_ERROR(WriteFileAtomically(options.tcp_listener_file_path, node->address()));
  }
  return node;
}

Node::Node(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

Node::~Node() {
  const Status status = Stop(0);
  if (status.ok()) return;
  util::LogError("stopping: {}", status.ToString());
  if (status.code() == util::StatusCode::kDeadlineExceeded) static_cast<void>(parts_.release());
}

const std::string& Node::address() const {
  return parts_->http->address();
}

Status Node::Stop(int64_t grace_ns) {
  if (parts_->stopped) return Status::Ok();
  parts_->stopped = true;
  // Both at once: Flight's connections end when its calls have ended.
  const int64_t flight_grace_ns = std::min(grace_ns, kFlightGraceNs);
  std::future<bool> flight_ended =
      std::async(std::launch::async, [&] { return parts_->flight->Stop(flight_grace_ns); });
  const bool http_ended = parts_->http->Stop(grace_ns);
  const bool all_ended = flight_ended.get() && http_ended;
  parts_->hard_deleter->Stop();
  RETURN_IF_ERROR(parts_->storage->Close());
  if (all_ended) return Status::Ok();
  return Status(util::StatusCode::kDeadlineExceeded, "a running request could not be cancelled");
}

}  // namespace influxdb3::app
