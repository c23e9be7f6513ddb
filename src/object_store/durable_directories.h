#pragma once

#include <mutex>
#include <string>
#include <string_view>
#include <unordered_set>

#include "util/status.h"

namespace influxdb3::object_store {

/// Makes the directories of objects below a root, durably and each only once, and removes those
/// that became empty. Directories are named relative to the root, without slashes around them.
/// Thread-safe.
class DurableDirectories {
 public:
  explicit DurableDirectories(std::string root) : root_(std::move(root)) {}

  /// After ok `directory` exists and survives a crash, unless somebody removes it. InvalidArgument
  /// when one of its parts is a file.
  util::Status Ensure(std::string_view directory);
  /// Lets the next Ensure look at `directory` and those above it again.
  void Forget(std::string_view directory);
  /// Removes `directory` and those above it as far as they are empty, but none directly below the
  /// root: these belong to nodes.
  void RemoveEmpty(std::string_view directory);
  /// Makes the entries of `directory` durable; when it is gone, those of the nearest one above.
  util::Status SyncNearest(std::string_view directory);

  /// The place in the file system.
  std::string Absolute(std::string_view directory) const;

 private:
  const std::string root_;
  std::mutex mutex_;  // guards durable_ and orders making and removing
  std::unordered_set<std::string> durable_;
};

/// `a/b` of `a/b/c`, empty for `c`.
std::string_view ParentOf(std::string_view path);

}  // namespace influxdb3::object_store
