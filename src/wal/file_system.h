#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "util/result.h"

namespace influxdb3::wal {

/// An open file. Not thread-safe. Errors carry the path and the operating system's reason.
class File {
 public:
  virtual ~File() = default;
  /// Writes all bytes at `offset`, making the file longer where needed, or fails with an unknown
  /// part of them written.
  virtual util::Status WriteAt(uint64_t offset, std::string_view bytes) = 0;
  /// Makes the file at least `size` bytes long, with zeros on disk space of its own: later writes
  /// there need no new space and leave the file's length alone. Unsupported where the file system
  /// cannot.
  virtual util::Status Reserve(uint64_t size) = 0;
  /// Reads up to `size` bytes at `offset`; fewer only at the end of the file.
  virtual util::Result<size_t> ReadAt(uint64_t offset, size_t size, char* out) const = 0;
  virtual util::Result<uint64_t> Size() const = 0;
  /// Cuts the file.
  virtual util::Status Truncate(uint64_t size) = 0;
  /// Returns when everything written is on stable storage (fdatasync).
  virtual util::Status Sync() = 0;
};

/// The file operations of the log, so that tests can lose what was not synced, tear writes and fail
/// any operation. Thread-safe.
class FileSystem {
 public:
  virtual ~FileSystem() = default;
  /// Creates what is missing of `path` and makes its directories durable as far as this process may
  /// open those above them.
  virtual util::Status CreateDirectories(const std::string& path) = 0;
  /// Names (not paths) of the regular files in a directory, sorted.
  virtual util::Result<std::vector<std::string>> List(const std::string& directory) = 0;
  /// A new empty file; AlreadyExists when there is one.
  virtual util::Result<std::unique_ptr<File>> Create(const std::string& path) = 0;
  /// An existing file; NotFound when there is none.
  virtual util::Result<std::unique_ptr<File>> Open(const std::string& path) = 0;
  /// NotFound when there is none.
  virtual util::Status Remove(const std::string& path) = 0;
  /// Makes creations and removals in the directory durable.
  virtual util::Status SyncDirectory(const std::string& path) = 0;
  /// Holds the file locked until the result is destroyed or the process ends; Conflict when another
  /// process holds it.
  virtual util::Result<std::shared_ptr<void>> Lock(const std::string& path) = 0;

  /// The machine's. Never destroyed.
  static FileSystem& Posix();
};

}  // namespace influxdb3::wal
