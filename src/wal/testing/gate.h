#pragma once

#include <condition_variable>
#include <mutex>

namespace influxdb3::wal::testing {

/// A door that threads wait at until it is opened.
class Gate {
 public:
  void Open() {
    std::lock_guard lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }
  void Pass() {
    std::unique_lock lock(mutex_);
    ++waiting_;
    changed_.notify_all();
    changed_.wait(lock, [this] { return open_; });
  }
  void WaitForVisitor() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return waiting_ > 0; });
  }

 private:
  std::mutex mutex_;  ///< guards all members
  std::condition_variable changed_;
  bool open_ = false;
  int waiting_ = 0;
};

}  // namespace influxdb3::wal::testing
