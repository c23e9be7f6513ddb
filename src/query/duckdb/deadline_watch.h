#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <thread>
#include <utility>

namespace influxdb3::query {

/// Calls back when a deadline passes. One thread serves all. Thread-safe.
class DeadlineWatch {
 public:
  DeadlineWatch();
  ~DeadlineWatch();

  using Handle = std::pair<int64_t, uint64_t>;
  /// `expired` runs on the watch's thread `timeout_ns` from now unless Remove comes first; it must
  /// not block and must not call the watch.
  Handle Add(int64_t timeout_ns, std::function<void()> expired);
  /// After this returns, the callback is not running and will not run.
  void Remove(const Handle& handle);

 private:
  void Run();

  std::mutex mutex_;  ///< guards all that follows; held while callbacks run
  std::condition_variable changed_;
  std::map<Handle, std::function<void()>> deadlines_;
  uint64_t next_id_ = 0;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace influxdb3::query
