#include "ingest/precision.h"

#include <string_view>

#include <fmt/format.h>

namespace influxdb3::ingest {
namespace {

constexpr int64_t kSecondNs = 1'000'000'000;

int64_t UnitNs(Precision precision) {
  switch (precision) {
    case Precision::kAuto:
    case Precision::kNanosecond: return 1;
    case Precision::kMicrosecond: return 1'000;
    case Precision::kMillisecond: return 1'000'000;
    case Precision::kSecond: return kSecondNs;
    case Precision::kMinute: return 60 * kSecondNs;
    case Precision::kHour: return 3600 * kSecondNs;
  }
  return 1;
}

std::string_view Name(Precision precision) {
  switch (precision) {
    case Precision::kAuto: return "Auto";
    case Precision::kNanosecond: return "Nanosecond";
    case Precision::kMicrosecond: return "Microsecond";
    case Precision::kMillisecond: return "Millisecond";
    case Precision::kSecond: return "Second";
    case Precision::kMinute: return "Minute";
    case Precision::kHour: return "Hour";
  }
  return "";
}

Precision ByMagnitude(int64_t timestamp) {
  constexpr uint64_t kSecondsEnd = 5'000'000'000;
  const auto bits = static_cast<uint64_t>(timestamp);
  const uint64_t magnitude = timestamp < 0 ? 0 - bits : bits;
  if (magnitude < kSecondsEnd) return Precision::kSecond;
  if (magnitude < kSecondsEnd * 1'000) return Precision::kMillisecond;
  if (magnitude < kSecondsEnd * 1'000'000) return Precision::kMicrosecond;
  return Precision::kNanosecond;
}

}  // namespace

bool ToNanoseconds(int64_t timestamp, Precision precision, int64_t* time_ns) {
  if (precision == Precision::kAuto) precision = ByMagnitude(timestamp);
  return !__builtin_mul_overflow(timestamp, UnitNs(precision), time_ns);
}

int64_t TruncateToPrecision(int64_t time_ns, Precision precision) {
  const int64_t unit = UnitNs(precision);
  const int64_t remainder = time_ns % unit;
  return time_ns - (remainder < 0 ? remainder + unit : remainder);
}

std::string TimestampRangeMessage(int64_t timestamp, Precision precision) {
  return fmt::format("timestamp, {}, out of range for precision: {}", timestamp, Name(precision));
}

}  // namespace influxdb3::ingest
