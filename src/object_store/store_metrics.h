#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "util/status.h"

namespace influxdb3::object_store {

enum class Operation : uint8_t {
  kPut,
  kGet,
  kGetRange,
  kHead,
  kList,
  kDelete,
  kStartUpload,
  kAppend,
  kFinish,
  kAbort,
};
inline constexpr size_t kOperationCount = 10;

/// `put`, `get`, `get_range`, … as metrics and fault rules spell it.
std::string_view OperationName(Operation operation);

/// Upper bounds of the latency buckets; one more holds what took longer.
inline constexpr std::array<int64_t, 12> kLatencyBoundsNs = {
    1'000'000,   2'500'000,   5'000'000,     10'000'000,    25'000'000,    50'000'000,
    100'000'000, 250'000'000, 1'000'000'000, 2'500'000'000, 5'000'000'000, 10'000'000'000};

/// What calls of one operation with one kind of result came to.
struct OperationTotals {
  uint64_t calls = 0;
  uint64_t objects = 0;  ///< transferred or listed
  uint64_t bytes = 0;    ///< of objects' contents
  int64_t duration_ns = 0;
  /// Calls per bucket, not added up.
  std::array<uint64_t, kLatencyBoundsNs.size() + 1> latency = {};
};

/// Counts the requests to a store. Thread-safe, without locks; a reading is not a point in time.
class StoreMetrics {
 public:
  /// A missing or already existing object is an answer, not an error.
  static bool IsError(const util::Status& status);

  void Record(Operation operation, const util::Status& status, uint64_t objects, uint64_t bytes,
              int64_t duration_ns);
  OperationTotals totals(Operation operation, bool error) const;

 private:
  struct Counters {
    std::atomic<uint64_t> calls{0};
    std::atomic<uint64_t> objects{0};
    std::atomic<uint64_t> bytes{0};
    std::atomic<int64_t> duration_ns{0};
    std::array<std::atomic<uint64_t>, kLatencyBoundsNs.size() + 1> latency = {};
  };
  std::array<std::array<Counters, 2>, kOperationCount> counters_;
};

}  // namespace influxdb3::object_store
