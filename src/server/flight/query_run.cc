#include "server/flight/query_run.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include <arrow/record_batch.h>
#include <arrow/type.h>

namespace influxdb3::server::flight {

using util::Result;
using util::Status;
using util::StatusCode;

namespace {

constexpr size_t kBatchesAheadMax = 4;
/// How long a client may be gone before its query is told to end.
constexpr std::chrono::milliseconds kWatchInterval(50);

Status Cancelled() {
  return Status(StatusCode::kCancelled, "the query was cancelled");
}

}  // namespace

std::shared_ptr<QueryRun> QueryRun::Start(query::QueryEngine* queries,
                                          std::vector<query::QueryRequest> requests,
                                          Executor executor) {
  auto run = std::make_shared<QueryRun>(queries, std::move(requests), std::move(executor));
  run->producing_ = true;
  run->executor_([run]() { run->Produce(); });
  return run;
}

Result<bool> QueryRun::OpenStream() {
  if (stream_ != nullptr) return true;
  if (next_request_ == requests_.size()) return false;
  query::QueryRequest& request = requests_[next_request_++];
  request.wait_for_rows = false;
  request.on_start = [this](std::function<void()> cancel) {
    const std::lock_guard lock(mutex_);
    if (cancelled_) cancel();
    cancel_ = std::move(cancel);
  };
  {
    const std::lock_guard lock(mutex_);
    if (cancelled_) return Cancelled();
  }
  ASSIGN_OR_RETURN(stream_, queries_->ExecuteSql(request));
  const std::lock_guard lock(mutex_);
  if (schema_ == nullptr) schema_ = stream_->schema();
  changed_.notify_all();
  if (schema_->Equals(*stream_->schema(), true)) return true;
  return Status::InvalidArgument("the rows of values give columns of different types");
}

Result<std::shared_ptr<arrow::RecordBatch>> QueryRun::Fetch() {
  std::shared_ptr<arrow::RecordBatch> batch;
  while (batch == nullptr) {
    ASSIGN_OR_RETURN(const bool is_open, OpenStream());
    if (!is_open) return batch;
    ASSIGN_OR_RETURN(batch, stream_->Next());
    if (batch == nullptr) stream_.reset();
  }
  return batch;
}

void QueryRun::Produce() {
  while (true) {
    Result<std::shared_ptr<arrow::RecordBatch>> batch = Fetch();
    std::unique_ptr<query::ResultStream> finished;
    const std::lock_guard lock(mutex_);
    changed_.notify_all();
    if (!batch.ok()) status_ = batch.status();
    ended_ = !batch.ok() || *batch == nullptr || cancelled_;
    if (!ended_) batches_.push_back(std::move(batch).value());
    if (ended_) finished = std::move(stream_);
    if (ended_ || batches_.size() >= kBatchesAheadMax) {
      producing_ = false;
      return;
    }
  }
}

void QueryRun::WantMore() {
  if (producing_ || ended_ || batches_.size() > kBatchesAheadMax / 2) return;
  producing_ = true;
  executor_([run = shared_from_this()]() { run->Produce(); });
}

bool QueryRun::Await(std::unique_lock<std::mutex>* lock, int64_t patience_ns,
                     const std::function<bool()>& is_abandoned,
                     const std::function<bool()>& ready) {
  const auto until = std::chrono::steady_clock::now() + std::chrono::nanoseconds(patience_ns);
  while (!ready()) {
    const auto now = std::chrono::steady_clock::now();
    if (now >= until) return false;
    changed_.wait_for(*lock, std::min<std::chrono::nanoseconds>(until - now, kWatchInterval));
    if (!is_abandoned()) continue;
    lock->unlock();
    Cancel();
    lock->lock();
    return false;
  }
  return true;
}

Result<std::shared_ptr<arrow::Schema>> QueryRun::AwaitSchema(
    const std::function<bool()>& is_abandoned) {
  constexpr int64_t kForeverNs = int64_t{365} * 24 * 3600 * 1'000'000'000;
  std::unique_lock lock(mutex_);
  if (!Await(&lock, kForeverNs, is_abandoned, [this] { return schema_ != nullptr || ended_; })) {
    return Cancelled();
  }
  if (schema_ == nullptr) return status_;
  return schema_;
}

Result<QueryRun::Step> QueryRun::Next(int64_t patience_ns,
                                      const std::function<bool()>& is_abandoned) {
  std::unique_lock lock(mutex_);
  WantMore();
  const bool ready =
      Await(&lock, patience_ns, is_abandoned, [this] { return !batches_.empty() || ended_; });
  if (cancelled_) return Cancelled();
  if (!ready) return Step{};
  if (batches_.empty()) {
    if (!status_.ok()) return status_;
    return Step{nullptr, true};
  }
  Step step{std::move(batches_.front()), false};
  batches_.pop_front();
  WantMore();
  return step;
}

void QueryRun::Cancel() {
  std::unique_ptr<query::ResultStream> stream;
  std::function<void()> cancel;
  {
    const std::lock_guard lock(mutex_);
    cancelled_ = true;
    cancel = cancel_;
    // A query that nobody fetches from holds memory until its stream is gone.
    if (!producing_) {
      ended_ = true;
      stream = std::move(stream_);
    }
    batches_.clear();
    changed_.notify_all();
  }
  if (cancel) cancel();
}

}  // namespace influxdb3::server::flight
