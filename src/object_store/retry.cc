#include "object_store/retry.h"

#include <algorithm>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "util/log.h"

namespace influxdb3::object_store {

using util::Status;
using util::StatusCode;

bool IsRetriable(const Status& status) {
  return status.code() == StatusCode::kUnavailable ||
         status.code() == StatusCode::kDeadlineExceeded;
}

Retrier::Retrier(const RetryOptions& options, const util::Clock* clock, WaitFunction wait)
    : options_(options),
      clock_(clock),
      wait_(std::move(wait)),
      random_(options.seed != 0 ? options.seed : std::random_device()()) {}

int64_t Retrier::BackoffNs(uint64_t attempt) {
  int64_t longest = std::min(options_.first_backoff_ns, options_.backoff_max_ns);
  for (uint64_t i = 0; i < attempt && longest < options_.backoff_max_ns; ++i) {
    longest = longest > options_.backoff_max_ns / 2 ? options_.backoff_max_ns : 2 * longest;
  }
  std::lock_guard lock(mutex_);
  return std::uniform_int_distribution<int64_t>(longest / 2, longest)(random_);
}

Status Retrier::Run(const std::function<Status(uint64_t)>& attempt) {
  const int64_t begun_ns = clock_->SteadyNs();
  for (uint64_t number = 0;; ++number) {
    const Status status = attempt(number);
    if (!IsRetriable(status)) return status;
    const int64_t backoff_ns = BackoffNs(number);
    const int64_t spent_ns = clock_->SteadyNs() - begun_ns;
    if (number >= options_.retries_max || spent_ns > options_.total_ns - backoff_ns) {
      if (number == 0) return status;
      return Status(status.code(),
                    fmt::format("{} (after {} attempts)", status.message(), number + 1));
    }
    util::LogDebug("attempt {} failed, the next follows in {} ms: {}", number + 1,
                   backoff_ns / 1'000'000, status.message());
    retries_.fetch_add(1, std::memory_order_relaxed);
    wait_(backoff_ns);
  }
}

}  // namespace influxdb3::object_store
