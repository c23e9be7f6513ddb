#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "util/result.h"

namespace influxdb3::object_store {

/// One object as a listing or a head request shows it.
struct ObjectMeta {
  std::string path;
  uint64_t size_bytes = 0;
  int64_t modified_ns = 0;  ///< since 1970; 0 where the store does not tell
};

enum class PutMode {
  kOverwrite,
  kCreate,  ///< AlreadyExists when there is an object of this path; the store decides, atomically
};

/// An object being written in parts (multipart). Nothing is visible before Finish succeeded.
/// Destroying it without Finish aborts it. One thread.
///
/// After Unavailable or DeadlineExceeded nothing is lost: the bytes given are kept, and the next
/// call (Append of no bytes will do) sends them again; a repeated Finish is ok also when an earlier
/// one had happened. After other errors only Abort is left.
class Upload {
 public:
  virtual ~Upload() = default;
  /// Takes the next bytes, of any size; parts are cut as the store needs them.
  virtual util::Status Append(std::string_view bytes) = 0;
  /// Makes the object visible, replacing one of the same path. Durable when it returns ok.
  virtual util::Status Finish() = 0;
  /// Gives up what was sent. Also after a failed Append or Finish.
  virtual util::Status Abort() = 0;
};

/// Named objects of bytes in one bucket or directory. Thread-safe; every call blocks until it is
/// done. Paths are relative, `/`-separated, without empty, `.` or `..` parts (InvalidArgument).
///
/// What a successful Put, Finish or Delete did is durable and seen by every later call of any
/// client. A failed one may have happened all the same, unless the error says that it was refused
/// (InvalidArgument, AlreadyExists, NotFound, PermissionDenied).
///
/// Errors: NotFound, AlreadyExists, PermissionDenied (credentials, missing rights), Unavailable
/// (cannot be reached, throttled, answered with a server error: worth trying again),
/// DeadlineExceeded, Io, Corruption (an answer that makes no sense). Messages name store and path.
class ObjectStore {
 public:
  virtual ~ObjectStore() = default;

  virtual util::Status Put(const std::string& path, std::string_view bytes, PutMode mode) = 0;
  virtual util::Result<std::string> Get(const std::string& path) = 0;
  /// Bytes [offset, offset + length) cut at the object's end; InvalidArgument when `offset` lies
  /// behind it.
  virtual util::Result<std::string> GetRange(const std::string& path, uint64_t offset,
                                             uint64_t length) = 0;
  virtual util::Result<ObjectMeta> Head(const std::string& path) = 0;
  /// All objects whose paths begin with `prefix`, sorted by path (bytewise). A prefix ends with `/`
  /// or is empty.
  virtual util::Result<std::vector<ObjectMeta>> List(const std::string& prefix) = 0;
  /// Ok also when there is no such object.
  virtual util::Status Delete(const std::string& path) = 0;
  virtual util::Result<std::unique_ptr<Upload>> StartUpload(const std::string& path) = 0;

  /// For messages, without secrets: `file:///var/lib/x`, `s3://bucket`.
  virtual std::string Describe() const = 0;
};

}  // namespace influxdb3::object_store
