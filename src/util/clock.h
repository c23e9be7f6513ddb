#pragma once

#include <atomic>
#include <cstdint>

namespace influxdb3::util {

/// Where all code gets the time from, so that tests can set it. Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  /// Wall-clock time in nanoseconds since 1970-01-01T00:00:00Z. May jump in either direction.
  virtual int64_t NowNs() const = 0;
  /// Monotonic time in nanoseconds since an arbitrary start, for durations and time-outs.
  virtual int64_t SteadyNs() const = 0;

  /// The machine's clock. Never destroyed.
  static const Clock& System();
};

/// A clock that stands still until a test moves it; both readings move together.
class FakeClock : public Clock {
 public:
  explicit FakeClock(int64_t now_ns) : now_ns_(now_ns) {}
  int64_t NowNs() const override { return now_ns_.load(); }
  int64_t SteadyNs() const override { return now_ns_.load(); }
  void Advance(int64_t duration_ns) { now_ns_.fetch_add(duration_ns); }
  void Set(int64_t now_ns) { now_ns_.store(now_ns); }

 private:
  std::atomic<int64_t> now_ns_;
};

}  // namespace influxdb3::util
