#include "ingest/write_service.h"

#include <utility>

#include "ingest/batch_builder.h"
#include "ingest/record_commit.h"

namespace influxdb3::ingest {
namespace {

using util::Status;

WriteOutcome OutcomeOf(BuiltBatch* built) {
  WriteOutcome outcome;
  outcome.status = built->status;
  outcome.line_errors = std::move(built->line_errors);
  outcome.limit_exceeded = built->limit_exceeded;
  outcome.lines_accepted = built->lines_accepted;
  outcome.lines_rejected = built->lines_rejected;
  return outcome;
}

}  // namespace

WriteService::WriteService(catalog::Catalog* catalog, wal::Wal* wal, const util::Clock* clock,
                           WriteOptions options)
    : catalog_(catalog), wal_(wal), clock_(clock), options_(std::move(options)) {}

void WriteService::Write(WriteRequest request, std::function<void(WriteOutcome)> done) {
  if (options_.admit) {
    if (Status admitted = options_.admit(); !admitted.ok()) {
      WriteOutcome refused;
      refused.status = std::move(admitted);
      return done(std::move(refused));
    }
  }
  BatchRequest batch_request;
  batch_request.database = request.database;
  batch_request.precision = request.precision;
  batch_request.accept_partial = request.accept_partial;
  batch_request.allow_new_tags = options_.allow_new_tags;
  batch_request.received_at_ns = clock_->NowNs();
  batch_request.body = std::make_shared<const std::string>(std::move(request.body));
  const size_t body_bytes = batch_request.body->size();

  std::unique_lock<std::mutex> retry_lock(retry_mutex_, std::defer_lock);
  auto shared_done = std::make_shared<std::function<void(WriteOutcome)>>(std::move(done));
  auto outcome = std::make_shared<WriteOutcome>();
  Status status;
  while (true) {
    const auto state = catalog_->state();
    BuiltBatch built = BuildBatch(batch_request, *state, catalog_->limits());
    auto record = std::make_shared<wal::Record>();
    record->ops = std::move(built.ops);
    record->batch = std::move(built.batch);
    *outcome = OutcomeOf(&built);
    if (!outcome->status.ok() || record->batch.empty()) break;
    // With no_sync the outcome is reported below, once the log took the record.
    Done when_durable = [](const Status&) {};
    if (!request.no_sync) {
      when_durable = [outcome, shared_done](Status durable) {
        outcome->status = std::move(durable);
        if (!outcome->status.ok()) outcome->lines_accepted = 0;
        (*shared_done)(std::move(*outcome));
      };
    }
    // The outcome belongs to the log's thread once the record is submitted.
    const uint64_t accepted = outcome->lines_accepted;
    const uint64_t rejected = outcome->lines_rejected;
    status = SubmitRecord(state->version(), std::move(record), std::move(when_durable));
    if (status.ok()) {
      Count(accepted, rejected, body_bytes);
      if (request.no_sync) (*shared_done)(std::move(*outcome));
      return;
    }
    if (status.code() != util::StatusCode::kConflict) {
      outcome->status = status;
      outcome->lines_accepted = 0;
      break;
    }
    if (!retry_lock.owns_lock()) retry_lock.lock();
  }
  if (retry_lock.owns_lock()) retry_lock.unlock();
  Count(outcome->lines_accepted, outcome->lines_rejected, body_bytes);
  (*shared_done)(std::move(*outcome));
}

Status WriteService::SubmitRecord(uint64_t base_version, std::shared_ptr<const wal::Record> record,
                                  Done done) {
  auto payload = wal::EncodeRecord(*record);
  if (!payload.ok()) return payload.status();
  if (record->ops.empty()) {
    return wal_->Submit(std::move(record), std::move(payload).value(), std::move(done));
  }
  return CommitRecord(catalog_, wal_, base_version, std::move(record), std::move(payload).value(),
                      std::move(done));
}

void WriteService::Count(uint64_t accepted, uint64_t rejected, size_t body_bytes) {
  lines_.fetch_add(accepted, std::memory_order_relaxed);
  lines_rejected_.fetch_add(rejected, std::memory_order_relaxed);
  bytes_.fetch_add(body_bytes, std::memory_order_relaxed);
}

IngestStats WriteService::stats() const {
  IngestStats stats;
  stats.lines = lines_.load(std::memory_order_relaxed);
  stats.lines_rejected = lines_rejected_.load(std::memory_order_relaxed);
  stats.bytes = bytes_.load(std::memory_order_relaxed);
  return stats;
}

}  // namespace influxdb3::ingest
