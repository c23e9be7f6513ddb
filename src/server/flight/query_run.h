#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "query/query_engine.h"
#include "util/result.h"

namespace influxdb3::server::flight {

/// Runs functions on threads that may wait for the query engine.
using Executor = std::function<void(std::function<void()>)>;

/// Queries, one after the other, whose rows are fetched on the executor's threads, a few batches
/// ahead of the client. While the client does not take them, no thread is held. One thread calls
/// AwaitSchema and Next.
class QueryRun : public std::enable_shared_from_this<QueryRun> {
 public:
  /// Runs the requests, at least one, in order; their columns must be the same. `queries` must live
  /// until every function given to `executor` has ended.
  static std::shared_ptr<QueryRun> Start(query::QueryEngine* queries,
                                         std::vector<query::QueryRequest> requests,
                                         Executor executor);
  QueryRun(query::QueryEngine* queries, std::vector<query::QueryRequest> requests,
           Executor executor)
      : queries_(queries), executor_(std::move(executor)), requests_(std::move(requests)) {}

  /// Waits until the first query is planned. `is_abandoned` is asked several times a second whether
  /// somebody still waits; if not, the query is cancelled.
  util::Result<std::shared_ptr<arrow::Schema>> AwaitSchema(
      const std::function<bool()>& is_abandoned);

  struct Step {
    std::shared_ptr<arrow::RecordBatch> batch;  ///< null when none came in time, and at the end
    bool end = false;
  };
  /// The next rows, or nothing when none came within `patience_ns`.
  util::Result<Step> Next(int64_t patience_ns, const std::function<bool()>& is_abandoned);

  /// Ends the query as soon as possible; from any thread, also when it is over.
  void Cancel();

 private:
  void Produce();
  /// Starts the next query if there is none; false when there are no more.
  util::Result<bool> OpenStream();
  /// The next rows of any query; null at the end.
  util::Result<std::shared_ptr<arrow::RecordBatch>> Fetch();
  /// Called with mutex_ held: has more rows fetched unless enough are waiting.
  void WantMore();
  /// Waits with `lock` held until `ready`, the time is over or the call is abandoned.
  bool Await(std::unique_lock<std::mutex>* lock, int64_t patience_ns,
             const std::function<bool()>& is_abandoned, const std::function<bool()>& ready);

  query::QueryEngine* const queries_;
  const Executor executor_;

  // These belong to the producing thread while there is one.
  std::vector<query::QueryRequest> requests_;
  size_t next_request_ = 0;
  std::unique_ptr<query::ResultStream> stream_;

  std::mutex mutex_;  ///< guards all that follows
  std::condition_variable changed_;
  std::shared_ptr<arrow::Schema> schema_;
  std::function<void()> cancel_;
  std::deque<std::shared_ptr<arrow::RecordBatch>> batches_;
  util::Status status_;
  bool producing_ = false;
  bool ended_ = false;  ///< nothing comes after what is in batches_
  bool cancelled_ = false;
};

}  // namespace influxdb3::server::flight
