#pragma once

#include <cstdint>
#include <string>

namespace influxdb3::ingest {

/// Unit of the timestamps in a write; kAuto decides per line by magnitude.
enum class Precision : uint8_t {
  kAuto,
  kNanosecond,
  kMicrosecond,
  kMillisecond,
  kSecond,
  kMinute,
  kHour,
};

/// A line's timestamp in nanoseconds; false when it does not fit.
bool ToNanoseconds(int64_t timestamp, Precision precision, int64_t* time_ns);

/// The receive time as the timestamp of a line without one: rounded down to the unit.
int64_t TruncateToPrecision(int64_t time_ns, Precision precision);

/// What clients see when ToNanoseconds fails.
std::string TimestampRangeMessage(int64_t timestamp, Precision precision);

}  // namespace influxdb3::ingest
