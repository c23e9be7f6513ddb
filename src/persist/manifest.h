#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "persist/file_index.h"
#include "util/result.h"

namespace influxdb3::persist {

/// One manifest object: a change of the index, or, in a full one, all that the index holds.
struct Manifest {
  uint64_t seq = 0;                ///< the number in its name, from 1
  uint64_t full_seq = 0;           ///< the full manifest it builds on; its own number when full
  uint64_t writer_id = 0;          ///< drawn by the process that wrote it
  uint64_t previous_checksum = 0;  ///< ManifestChecksum of the one before; 0 for the first
  uint64_t file_id_limit = 0;      ///< file ids below may have been given out
  bool has_log_position = false;   ///< `change` sets covered record and persisted chunks
  bool has_catalog = false;        ///< `change` sets the catalog's operations
  IndexChange change;

  bool full() const { return seq == full_seq; }
};

/// As docs/format/manifest.md describes it. TooLarge beyond `bytes_max`.
util::Result<std::string> EncodeManifest(const Manifest& manifest, size_t bytes_max);

/// Any bytes give a manifest, Corruption, or Unsupported for another version; memory is bounded by
/// a small multiple of their size.
util::Result<Manifest> DecodeManifest(std::string_view bytes);

/// Of a whole object.
uint64_t ManifestChecksum(std::string_view bytes);

}  // namespace influxdb3::persist
