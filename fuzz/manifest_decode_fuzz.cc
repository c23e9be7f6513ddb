// Any bytes decode to a manifest or to an error, and a decoded manifest encodes to the same bytes.
// Bytes behind a header are tried with right checksums as well: they would hide all else.

#include <xxhash.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>

#include "persist/manifest.h"

namespace {

using influxdb3::util::StatusCode;

constexpr size_t kHeaderBytes = 64;

void Require(bool condition, const char* what) {
  if (condition) return;
  std::fprintf(stderr, "%s\n", what);
  std::abort();
}

void CheckManifest(std::string_view bytes) {
  const auto manifest = influxdb3::persist::DecodeManifest(bytes);
  if (!manifest.ok()) {
    const StatusCode code = manifest.status().code();
    Require(code == StatusCode::kCorruption || code == StatusCode::kUnsupported,
            "an error of another kind");
    return;
  }
  const auto encoded = influxdb3::persist::EncodeManifest(*manifest, SIZE_MAX);
  Require(encoded.ok(), "a decoded manifest cannot be encoded");
  const auto again = influxdb3::persist::DecodeManifest(*encoded);
  Require(again.ok(), "an encoded manifest cannot be decoded");
  Require(influxdb3::persist::EncodeManifest(*again, SIZE_MAX).value() == *encoded,
          "a manifest changed");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string bytes(reinterpret_cast<const char*>(data), size);
  CheckManifest(bytes);
  if (size < kHeaderBytes) return 0;
  const uint64_t body_bytes = size - kHeaderBytes;
  const uint64_t body = XXH3_64bits(bytes.data() + kHeaderBytes, body_bytes);
  std::memcpy(bytes.data() + 40, &body_bytes, sizeof(body_bytes));
  std::memcpy(bytes.data() + 48, &body, sizeof(body));
  const uint64_t header = XXH3_64bits(bytes.data(), 56);
  std::memcpy(bytes.data() + 56, &header, sizeof(header));
  CheckManifest(bytes);
  return 0;
}
