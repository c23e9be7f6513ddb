#include "object_store/wait.h"

#include <chrono>
#include <condition_variable>
#include <mutex>

namespace influxdb3::object_store {

WaitFunction SystemWait() {
  return [](int64_t duration_ns) {
    std::mutex mutex;
    std::condition_variable never;
    std::unique_lock lock(mutex);
    never.wait_for(lock, std::chrono::nanoseconds(duration_ns), []() { return false; });
  };
}

}  // namespace influxdb3::object_store
