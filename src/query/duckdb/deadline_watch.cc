#include "query/duckdb/deadline_watch.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace influxdb3::query {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr int64_t kRepeatNs = 20'000'000;

int64_t NowNs() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(SteadyClock::now().time_since_epoch())
      .count();
}

}  // namespace

DeadlineWatch::DeadlineWatch() : thread_([this] { Run(); }) {}

DeadlineWatch::~DeadlineWatch() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
    changed_.notify_all();
  }
  thread_.join();
}

DeadlineWatch::Handle DeadlineWatch::Add(int64_t timeout_ns, std::function<void()> expired) {
  const int64_t now_ns = NowNs();
  const int64_t due_ns = timeout_ns > INT64_MAX - now_ns ? INT64_MAX : now_ns + timeout_ns;
  std::lock_guard lock(mutex_);
  deadlines_.emplace(next_handle_, Deadline{due_ns, std::move(expired)});
  changed_.notify_all();
  return next_handle_++;
}

void DeadlineWatch::Remove(Handle handle) {
  std::lock_guard lock(mutex_);
  deadlines_.erase(handle);
}

int64_t DeadlineWatch::CallExpired() {
  const int64_t now_ns = NowNs();
  int64_t next_due_ns = INT64_MAX;
  for (auto& [handle, deadline] : deadlines_) {
    if (deadline.due_ns <= now_ns) {
      deadline.expired();
      deadline.due_ns = now_ns + kRepeatNs;
    }
    next_due_ns = std::min(next_due_ns, deadline.due_ns);
  }
  return next_due_ns;
}

void DeadlineWatch::Run() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    const int64_t next_due_ns = CallExpired();
    if (next_due_ns == INT64_MAX) {
      changed_.wait(lock);
    } else {
      changed_.wait_until(lock, SteadyClock::time_point(std::chrono::nanoseconds(next_due_ns)));
    }
  }
}

}  // namespace influxdb3::query
