#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "persist/manifest.h"

namespace influxdb3::object_store {
class ObjectStore;
}

namespace influxdb3::persist {

/// The numbered manifests of a node in the object store. Not synchronised.
class ManifestLog {
 public:
  /// `store` must outlive the log. `directory` ends with `/`.
  ManifestLog(object_store::ObjectStore* store, std::string directory, size_t manifest_bytes_max);

  /// The newest full manifest and those behind it, in order; none in a new node. Once, first.
  util::Result<std::vector<Manifest>> Read();

  /// Writes the next manifest: `delta`, or `full()` when a full one is due. Durable when ok.
  /// Conflict when another process has written one: then, and from then on, nothing is written.
  ///
  /// After another error the manifest is not there, or its fate is unknown: then it may show up, be
  /// it later. The next one is in that case a full one behind it, which undoes it.
  util::Status Append(const Manifest& delta, const std::function<Manifest()>& full);

  /// Deletes manifests that no start needs any more. What fails is tried again the next time.
  void DeleteStale();

  uint64_t written() const { return written_; }

 private:
  enum class Outcome { kWritten, kEarlierOneIsThere };

  util::Result<std::string> Encode(const Manifest& delta, const std::function<Manifest()>& full);
  util::Result<Outcome> Write(const std::string& bytes);
  util::Status RefuseFurther(std::string_view why);
  util::Status CheckNotSuperseded();
  void Advance(const std::string& bytes);
  util::Result<Manifest> Load(uint64_t seq, uint64_t* checksum);
  util::Status Unreadable(uint64_t seq, const util::Status& why) const;
  std::string PathOf(uint64_t seq) const;

  object_store::ObjectStore* const store_;
  const std::string directory_;
  const size_t manifest_bytes_max_;
  const uint64_t writer_id_;
  uint64_t next_seq_ = 1;
  uint64_t full_seq_ = 0;     // 0 = there is none
  bool next_is_full_ = true;  // whatever the count says
  uint64_t previous_checksum_ = 0;
  std::vector<uint64_t> doubtful_;  // checksums of manifests that may show up at next_seq_
  std::vector<uint64_t> needed_;    // manifests that a start would read
  std::vector<uint64_t> stale_;     // manifests to be deleted
  util::Status refused_;            // why nothing is written any more
  uint64_t written_ = 0;
};

}  // namespace influxdb3::persist
