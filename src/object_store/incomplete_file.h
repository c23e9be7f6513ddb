#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "object_store/durable_directories.h"
#include "object_store/object_store.h"
#include "util/result.h"

namespace influxdb3::object_store {

/// A file that becomes an object in one step. It lies in the folder `.incomplete` of its node (the
/// first part of the object's path) and is locked as long as it is written, so that files left by
/// dead processes can be told from those of living ones. Destroying it removes it unless it was
/// published. One thread.
class IncompleteFile {
 public:
  /// `directories` must live longer.
  static util::Result<std::unique_ptr<IncompleteFile>> Create(DurableDirectories* directories,
                                                              const std::string& object_path);
  ~IncompleteFile();
  IncompleteFile(const IncompleteFile&) = delete;
  IncompleteFile& operator=(const IncompleteFile&) = delete;

  util::Status Append(std::string_view bytes);
  /// Syncs the file, then gives it the object's name: with kOverwrite in place of an older one,
  /// with kCreate only if there is none (AlreadyExists). Once, and nothing may follow.
  util::Status Publish(PutMode mode);

 private:
  IncompleteFile(DurableDirectories* directories, std::string object_path, std::string file_path,
                 int descriptor);
  util::Status Rename(PutMode mode);

  DurableDirectories* const directories_;
  const std::string object_path_;
  const std::string file_path_;
  const int descriptor_;
  bool published_ = false;
};

/// Removes the incomplete files below `root` that no living process writes; returns how many.
util::Result<uint64_t> RemoveStaleIncompleteFiles(const std::string& root);

}  // namespace influxdb3::object_store
