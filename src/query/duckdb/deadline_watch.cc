#include "query/duckdb/deadline_watch.h"

#include <chrono>

namespace influxdb3::query {
namespace {

using SteadyClock = std::chrono::steady_clock;

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
  std::lock_guard lock(mutex_);
  const Handle handle(NowNs() + timeout_ns, next_id_++);
  deadlines_.emplace(handle, std::move(expired));
  changed_.notify_all();
  return handle;
}

void DeadlineWatch::Remove(const Handle& handle) {
  std::lock_guard lock(mutex_);
  deadlines_.erase(handle);
}

void DeadlineWatch::Run() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    if (deadlines_.empty()) {
      changed_.wait(lock);
      continue;
    }
    const auto next = deadlines_.begin();
    if (next->first.first <= NowNs()) {
      next->second();
      deadlines_.erase(next);
      continue;
    }
    changed_.wait_until(lock, SteadyClock::time_point(std::chrono::nanoseconds(next->first.first)));
  }
}

}  // namespace influxdb3::query
