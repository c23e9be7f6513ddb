// Any bytes decode to a record or to an error, and a decoded record encodes to bytes that decode to
// the same record: the second encoding equals the first.

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>

#include "wal/record.h"
#include "wal/segment_format.h"

namespace {

using influxdb3::util::StatusCode;

void Require(bool condition, const char* what) {
  if (condition) return;
  std::fprintf(stderr, "%s\n", what);
  std::abort();
}

void CheckHeader(std::string_view bytes) {
  const auto header = influxdb3::wal::DecodeSegmentHeader(bytes);
  if (!header.ok()) return;
  Require(influxdb3::wal::EncodeSegmentHeader(*header) ==
              bytes.substr(0, influxdb3::wal::kSegmentHeaderBytes),
          "a segment header changed");
}

void CheckPayload(std::string_view payload) {
  const auto record = influxdb3::wal::DecodeRecord(payload);
  if (!record.ok()) {
    const StatusCode code = record.status().code();
    Require(code == StatusCode::kCorruption || code == StatusCode::kUnsupported,
            "an error of another kind");
    return;
  }
  const auto first = influxdb3::wal::EncodeRecord(*record);
  Require(first.ok(), "a decoded record does not encode");
  const auto again = influxdb3::wal::DecodeRecord(*first);
  Require(again.ok(), "an encoded record does not decode");
  Require(again->ops == record->ops, "catalog operations changed");
  Require(again->batch.row_count() == record->batch.row_count(), "the number of rows changed");
  const auto second = influxdb3::wal::EncodeRecord(*again);
  Require(second.ok() && *second == *first, "the rows changed");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  CheckHeader(bytes);
  CheckPayload(bytes);
  // Once more with a header that fits, so that changes of length get beyond it.
  constexpr size_t kPayloadHeaderBytes = 8;
  if (size < kPayloadHeaderBytes) return 0;
  std::string fitting(bytes);
  const auto body_bytes = static_cast<uint32_t>(size - kPayloadHeaderBytes);
  std::memcpy(fitting.data(), "\x01\0\0", 4);
  std::memcpy(fitting.data() + 4, &body_bytes, sizeof(body_bytes));
  CheckPayload(fitting);
  return 0;
}
