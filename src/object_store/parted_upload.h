#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "object_store/object_store.h"

namespace influxdb3::object_store {

/// Of every part but the last; a multiple of what each service asks for.
inline constexpr size_t kUploadPartBytes = size_t{8} << 20;

/// How one object gets into a service in parts. A call that failed with Unavailable or
/// DeadlineExceeded may be made again, with the same arguments. One thread.
class PartTarget {
 public:
  virtual ~PartTarget() = default;
  /// The whole object; no part was sent.
  virtual util::Status PutWhole(std::string_view bytes) = 0;
  /// Parts come in order, the first has number 0. `is_last`: Complete follows.
  virtual util::Status SendPart(size_t number, std::string_view bytes, bool is_last) = 0;
  /// Makes the object of all parts visible; at least one was sent.
  virtual util::Status Complete(uint64_t total_bytes) = 0;
  /// Gives up the parts that the service holds, if any.
  virtual util::Status Discard() = 0;
};

/// Cuts what it is given in parts of kUploadPartBytes; a smaller object is put as a whole. TooLarge
/// after `parts_max` parts. `name` begins its messages.
std::unique_ptr<Upload> MakePartedUpload(std::unique_ptr<PartTarget> target, std::string name,
                                         size_t parts_max);

}  // namespace influxdb3::object_store
