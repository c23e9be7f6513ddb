#include "app/node.h"

#include <algorithm>
#include <future>

#include "app/machine.h"
#include "app/node_directory.h"
#include "app/store_factory.h"
#include "app/store_metric_samples.h"
#include "app/version.h"
#include "buffer/buffer_store.h"
#include "catalog/catalog.h"
#include "ingest/write_service.h"
#include "query/query_engine.h"
#include "server/flight/flight_server.h"
#include "server/http/handlers/handlers.h"
#include "server/http/http_server.h"
#include "server/http/server_metrics.h"
#include "server/http/server_services.h"
#include "server/uuid.h"
#include "util/clock.h"
#include "util/limits.h"
#include "util/log.h"
#include "wal/wal.h"

namespace influxdb3::app {

using server::http::MetricSample;
using util::Status;

namespace {

constexpr int kQueryThreadsMin = 32;
/// For Flight calls still running at a stop, as for queries over HTTP.
constexpr int64_t kFlightGraceNs = 5'000'000'000;
constexpr size_t kQueryMemoryPercent = 20;
constexpr size_t kConcurrentBodiesMin = 8;

/// Gives logged catalog changes to the catalog while the log is replayed; later ones are in the
/// catalog before they are logged.
class CatalogReplayer : public wal::Listener {
 public:
  explicit CatalogReplayer(catalog::Catalog* catalog) : catalog_(catalog) {}

  void OnRecord(util::WalSeq seq, const wal::Record& record, bool replay) override {
    if (!replay || record.ops.empty() || !status_.ok()) return;
    status_ = catalog_->ApplyLogged(record.ops);
    if (!status_.ok()) {
      status_ = status_.WithPrefix("log record " + std::to_string(seq.value) +
                                   " does not fit the catalog: ");
    }
  }
  const Status& status() const { return status_; }

 private:
  catalog::Catalog* const catalog_;
  Status status_;
};

catalog::CatalogLimits LimitsOf(const ServeOptions& options) {
  return {options.database_count_max, options.table_count_max, options.columns_per_table_max,
          util::limits::kTagColumnsPerTableMax};
}

util::Result<std::unique_ptr<wal::Wal>> OpenWal(const ServeOptions& options,
                                                const std::string& node_directory) {
  wal::Options wal_options;
  wal_options.queue_bytes_max = options.wal_queue_bytes_max;
  wal_options.flush_interval_ns = options.wal_flush_interval_ns;
  wal_options.replay_fail_on_error = options.wal_replay_fail_on_error;
  if (options.object_store == ObjectStoreKind::kFile) {
    return wal::OpenFileWal(node_directory, wal_options);
  }
  if (IsRemote(options.object_store)) {
    return Status::Unsupported("the write-ahead log cannot be kept in a remote object store yet");
  }
  return wal::OpenMemoryWal(wal_options);
}

query::QueryOptions QueryOptionsOf(const ServeOptions& options) {
  query::QueryOptions query_options;
  query_options.memory_bytes_max = options.query_memory_bytes_max > 0
                                       ? options.query_memory_bytes_max
                                       : MemoryBytes() / 100 * kQueryMemoryPercent;
  query_options.timeout_ns = options.query_timeout_ns;
  query_options.thread_count =
      options.query_thread_count > 0 ? options.query_thread_count : CoreCount();
  query_options.concurrent_queries_max = options.concurrent_queries_max;
  return query_options;
}

MetricSample Counter(const char* name, const char* help, uint64_t value) {
  return {name, help, static_cast<double>(value), true};
}

MetricSample Gauge(const char* name, const char* help, double value) {
  return {name, help, value, false};
}

}  // namespace

struct Node::Parts {
  explicit Parts(const ServeOptions& serve_options)
      : options(serve_options),
        catalog(LimitsOf(options)),
        buffer(&catalog, options.gen1_duration_ns),
        catalog_replayer(&catalog),
        started_at_ns(util::Clock::System().NowNs()) {}

  Status OpenStore();
  Status ReplayLog();
  Status OpenPort();
  std::vector<MetricSample> SampleMetrics() const;

  const ServeOptions options;
  std::string node_directory;
  std::string cluster_uuid;
  OpenedStore store;
  catalog::Catalog catalog;
  buffer::BufferStore buffer;
  CatalogReplayer catalog_replayer;
  std::unique_ptr<wal::Wal> wal;
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

Status Node::Parts::OpenStore() {
  if (options.object_store == ObjectStoreKind::kFile) {
    ASSIGN_OR_RETURN(node_directory, PrepareNodeDirectory(options.data_dir, options.node_id));
  }
  ASSIGN_OR_RETURN(store, OpenObjectStore(options));
  ASSIGN_OR_RETURN(wal, OpenWal(options, node_directory));
  if (node_directory.empty()) {
    cluster_uuid = server::RandomUuid();
  } else {
    ASSIGN_OR_RETURN(cluster_uuid, LoadOrCreateClusterUuid(node_directory));
  }
  return Status::Ok();
}

Status Node::Parts::ReplayLog() {
  // The buffer looks tables up in the catalog, so the catalog comes first.
  ASSIGN_OR_RETURN(const wal::ReplayStats stats, wal->Replay({&catalog_replayer, &buffer}));
  RETURN_IF_ERROR(catalog_replayer.status());
  if (stats.records > 0) {
    util::LogInfo("replayed {} log records with {} rows ({} bytes)", stats.records, stats.rows,
                  stats.bytes);
  }
  return Status::Ok();
}

Status Node::Parts::OpenPort() {
  const util::Clock& clock = util::Clock::System();
  writes = std::make_unique<ingest::WriteService>(&catalog, wal.get(), &clock,
                                                  ingest::WriteOptions{options.allow_new_tags});
  ASSIGN_OR_RETURN(queries,
                   query::QueryEngine::Open(QueryOptionsOf(options), &catalog, &buffer, &clock));
  write_backend = server::http::MakeWriteBackend(writes.get(), &catalog);
  metrics.AddSource([this]() { return SampleMetrics(); });
  metrics.AddSource([this]() { return StoreMetricSamples(*store.metrics); });

  services.writes = write_backend.get();
  services.queries = queries.get();
  services.metrics = &metrics;
  services.clock = &clock;
  services.body_bytes_max = options.http_body_bytes_max;
  services.hard_delete_default_ns = options.hard_delete_default_ns;
  services.product_name = kProductName;
  services.version = kVersion;
  services.revision = Revision();
  services.process_uuid = server::RandomUuid();

  const int query_threads = std::max(kQueryThreadsMin, 4 * CoreCount());
  server::flight::FlightOptions flight_options;
  flight_options.query_threads = query_threads;
  ASSIGN_OR_RETURN(flight, server::flight::FlightServer::Start(flight_options, queries.get()));

  server::http::ServerOptions server_options;
  server_options.bind = options.http_bind;
  server_options.body_bytes_max = options.http_body_bytes_max;
  server_options.bodies_in_flight_bytes_max =
      std::max(MemoryBytes() / 4, kConcurrentBodiesMin * options.http_body_bytes_max);
  server_options.io_threads = options.io_thread_count > 0 ? options.io_thread_count : CoreCount();
  server_options.write_threads = CoreCount();
  server_options.query_threads = query_threads;
  server_options.http2_socket_path = flight->socket_path();
  server_options.cluster_uuid = cluster_uuid;
  server_options.on_request = [this](const server::http::RequestSummary& summary) {
    metrics.RecordRequest(summary);
  };
  ASSIGN_OR_RETURN(http, server::http::HttpServer::Listen(std::move(server_options),
                                                          server::http::MakeRouter(services)));
  http->Start();
  return Status::Ok();
}

std::vector<MetricSample> Node::Parts::SampleMetrics() const {
  const wal::WalStats log = wal->stats();
  const buffer::BufferStats rows = buffer.stats();
  return {
      Gauge("process_start_time_seconds", "start of the process since the Unix epoch",
            static_cast<double>(started_at_ns) / 1e9),
      Counter("influxdb3_wal_flushes_total", "syncs of the write-ahead log", log.flushes),
      Counter("influxdb3_wal_flush_failures_total", "failed syncs of the write-ahead log",
              log.flush_failures),
      Counter("influxdb3_wal_records_total", "records written to the log", log.records),
      Counter("influxdb3_wal_bytes_written_total", "bytes written to the log", log.bytes_written),
      Gauge("influxdb3_wal_queue_bytes", "bytes waiting to be written to the log",
            static_cast<double>(log.queue_bytes)),
      Gauge("influxdb3_buffer_rows", "rows held in memory", static_cast<double>(rows.rows)),
      Gauge("influxdb3_buffer_bytes", "bytes allocated for rows in memory",
            static_cast<double>(rows.bytes)),
      Gauge("influxdb3_buffer_chunks", "chunks of rows in memory",
            static_cast<double>(rows.chunks)),
  };
}

util::Result<std::unique_ptr<Node>> Node::Start(const ServeOptions& options) {
  auto parts = std::make_unique<Parts>(options);
  RETURN_IF_ERROR(parts->OpenStore());
  RETURN_IF_ERROR(parts->ReplayLog());
  RETURN_IF_ERROR(parts->OpenPort());
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
  RETURN_IF_ERROR(parts_->wal->Shutdown());
  if (all_ended) return Status::Ok();
  return Status(util::StatusCode::kDeadlineExceeded, "a running request could not be cancelled");
}

}  // namespace influxdb3::app
