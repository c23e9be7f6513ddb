#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <thread>

namespace influxdb3::query {

/// Calls back when a deadline passes, and again every few milliseconds until the deadline is
/// removed: a call may come too early to stop what is only starting. One thread serves all.
/// Thread-safe.
class DeadlineWatch {
 public:
  DeadlineWatch();
  ~DeadlineWatch();

  using Handle = uint64_t;
  /// `expired` runs on the watch's thread `timeout_ns` from now unless Remove comes first; it must
  /// not block and must not call the watch.
  Handle Add(int64_t timeout_ns, std::function<void()> expired);
  /// After this returns, the callback is not running and will not run.
  void Remove(Handle handle);

 private:
  struct Deadline {
    int64_t due_ns = 0;
    std::function<void()> expired;
  };

  void Run();
  /// Calls what is due; when the next one is. Called with mutex_ held.
  int64_t CallExpired();

  std::mutex mutex_;  ///< guards all that follows; held while callbacks run
  std::condition_variable changed_;
  std::map<Handle, Deadline> deadlines_;
  Handle next_handle_ = 0;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace influxdb3::query
