#include "object_store/durable_directories.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include <fmt/format.h>

#include "object_store/posix_errors.h"

namespace influxdb3::object_store {

using util::Status;
using util::StatusCode;

std::string_view ParentOf(std::string_view path) {
  const size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? std::string_view() : path.substr(0, slash);
}

std::string DurableDirectories::Absolute(std::string_view directory) const {
  return directory.empty() ? root_ : root_ + "/" + std::string(directory);
}

Status DurableDirectories::Ensure(std::string_view directory) {
  if (directory.empty()) return Status::Ok();
  std::lock_guard lock(mutex_);
  if (durable_.contains(std::string(directory))) return Status::Ok();
  for (size_t end = 0; end < directory.size();) {
    end = std::min(directory.find('/', end + 1), directory.size());
    const std::string_view part = directory.substr(0, end);
    if (durable_.contains(std::string(part))) continue;
    const std::string path = Absolute(part);
    if (::mkdir(path.c_str(), 0755) != 0) {
      struct stat info;
      if (errno != EEXIST) return PosixError("make the directory", path, errno);
      if (::stat(path.c_str(), &info) == 0 && !S_ISDIR(info.st_mode)) {
        return Status::InvalidArgument(
            fmt::format("'{}' is an object, so no object can lie below it", path));
      }
    }
    // One that was there already may have been made a moment ago by a process that has not come to
    // its sync.
    RETURN_IF_ERROR(SyncDirectory(Absolute(ParentOf(part))));
    durable_.emplace(part);
  }
  return Status::Ok();
}

void DurableDirectories::Forget(std::string_view directory) {
  std::lock_guard lock(mutex_);
  for (; !directory.empty(); directory = ParentOf(directory)) {
    durable_.erase(std::string(directory));
  }
}

void DurableDirectories::RemoveEmpty(std::string_view directory) {
  for (; directory.find('/') != std::string_view::npos; directory = ParentOf(directory)) {
    std::lock_guard lock(mutex_);
    if (::rmdir(Absolute(directory).c_str()) != 0) return;
    durable_.erase(std::string(directory));
  }
}

Status DurableDirectories::SyncNearest(std::string_view directory) {
  while (true) {
    const Status synced = SyncDirectory(Absolute(directory));
    if (synced.code() != StatusCode::kNotFound || directory.empty()) return synced;
    directory = ParentOf(directory);
  }
}

}  // namespace influxdb3::object_store
