#pragma once

#include <atomic>
#include <functional>
#include <utility>

namespace influxdb3::ingest {

/// Calls a function once a change of the catalog is both durable and to be seen in the catalog's
/// state: the log may report the one before the committing thread comes to the other. Called from
/// the thread of the second report. Thread-safe.
class DurableAndPublished {
 public:
  explicit DurableAndPublished(std::function<void()> then) : then_(std::move(then)) {}
  void Durable() { Reach(); }
  void Published() { Reach(); }

 private:
  void Reach() {
    if (missing_.fetch_sub(1) == 1 && then_) then_();
  }

  const std::function<void()> then_;
  std::atomic<int> missing_{2};
};

}  // namespace influxdb3::ingest
