#include "object_store/incomplete_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <vector>

#include <fmt/format.h>

#include "object_store/fault_points.h"
#include "object_store/object_path.h"
#include "object_store/posix_errors.h"
#include "util/fault_point.h"

namespace influxdb3::object_store {
namespace {

using util::Result;
using util::Status;
using util::StatusCode;

namespace fs = std::filesystem;

constexpr int kAttemptsMax = 10;

std::string FolderFor(const std::string& object_path) {
  const size_t slash = object_path.find('/');
  if (slash == std::string::npos) return std::string(kIncompleteFolder);
  return object_path.substr(0, slash + 1) + std::string(kIncompleteFolder);
}

std::string NewName() {
  static std::atomic<uint64_t> counter{0};
  return fmt::format("{}-{}", ::getpid(), counter.fetch_add(1));
}

bool IsLinked(int descriptor) {
  struct stat info;
  return ::fstat(descriptor, &info) == 0 && info.st_nlink > 0;
}

/// Removes the file unless somebody holds its lock.
bool RemoveIfStale(const std::string& path) {
  const int descriptor = ::open(path.c_str(), O_RDWR | O_NOFOLLOW | O_CLOEXEC);
  if (descriptor < 0) return false;
  const bool removed = ::flock(descriptor, LOCK_EX | LOCK_NB) == 0 && ::unlink(path.c_str()) == 0;
  ::close(descriptor);
  return removed;
}

/// Renames without replacing; returns an errno, 0 for success.
int RenameNew(const std::string& from, const std::string& to) {
  if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return 0;
  if (errno != EINVAL && errno != ENOSYS) return errno;
  // The file system lacks it; a second link is refused just as atomically.
  if (::link(from.c_str(), to.c_str()) != 0) return errno;
  ::unlink(from.c_str());
  return 0;
}

}  // namespace

IncompleteFile::IncompleteFile(DurableDirectories* directories, std::string object_path,
                               std::string file_path, int descriptor)
    : directories_(directories),
      object_path_(std::move(object_path)),
      file_path_(std::move(file_path)),
      descriptor_(descriptor) {}

Result<std::unique_ptr<IncompleteFile>> IncompleteFile::Create(DurableDirectories* directories,
                                                               const std::string& object_path) {
  const std::string folder = FolderFor(object_path);
  std::string path;
  for (int attempt = 0; attempt < kAttemptsMax; ++attempt) {
    path = directories->Absolute(folder) + "/" + NewName();
    const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    if (descriptor < 0 && errno == ENOENT) {
      directories->Forget(folder);
      RETURN_IF_ERROR(directories->Ensure(folder));
      continue;
    }
    if (descriptor < 0 && errno == EEXIST) continue;  // left by an older process of this number
    if (descriptor < 0) return PosixError("create", path, errno);
    // Until it is locked, another process that starts may take it for a stale one.
    if (::flock(descriptor, LOCK_EX | LOCK_NB) == 0 && IsLinked(descriptor)) {
      return std::unique_ptr<IncompleteFile>(
          new IncompleteFile(directories, object_path, path, descriptor));
    }
    ::close(descriptor);
  }
  return Status::Io(fmt::format("cannot create '{}' in {} attempts", path, kAttemptsMax));
}

IncompleteFile::~IncompleteFile() {
  if (!published_) ::unlink(file_path_.c_str());
  ::close(descriptor_);
}

Status IncompleteFile::Append(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor_, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return PosixError("write to", file_path_, errno);
    bytes.remove_prefix(static_cast<size_t>(written));
  }
  return Status::Ok();
}

Status IncompleteFile::Publish(PutMode mode) {
  if (::fdatasync(descriptor_) != 0) return PosixError("sync", file_path_, errno);
  RETURN_IF_ERROR(util::FaultPoint(kBeforePublish));
  RETURN_IF_ERROR(Rename(mode));
  RETURN_IF_ERROR(util::FaultPoint(kAfterPublish));
  return SyncDirectory(directories_->Absolute(ParentOf(object_path_)));
}

Status IncompleteFile::Rename(PutMode mode) {
  const std::string target = directories_->Absolute(object_path_);
  int error = 0;
  for (int attempt = 0; attempt < kAttemptsMax; ++attempt) {
    RETURN_IF_ERROR(directories_->Ensure(ParentOf(object_path_)));
    if (mode == PutMode::kCreate) {
      error = RenameNew(file_path_, target);
    } else {
      error = ::rename(file_path_.c_str(), target.c_str()) == 0 ? 0 : errno;
    }
    if (error == 0) {
      published_ = true;
      return Status::Ok();
    }
    if (error != ENOENT) break;
    // A deletion removed the empty directory in between.
    directories_->Forget(ParentOf(object_path_));
  }
  if (error == EISDIR || error == ENOTDIR || (error == EEXIST && fs::is_directory(target))) {
    return Status::InvalidArgument(
        fmt::format("'{}' is a folder of objects, so it cannot be one itself", target));
  }
  if (error == EEXIST) {
    return Status::AlreadyExists(fmt::format("there is an object '{}' already", target));
  }
  return PosixError("create", target, error);
}

Result<uint64_t> RemoveStaleIncompleteFiles(const std::string& root) {
  std::vector<fs::path> folders = {fs::path(root) / kIncompleteFolder};
  std::error_code error;
  for (fs::directory_iterator at(root, error), end; !error && at != end; at.increment(error)) {
    folders.push_back(at->path() / kIncompleteFolder);
  }
  if (error) return PosixError("list", root, error.value());
  uint64_t removed = 0;
  for (const fs::path& folder : folders) {
    std::error_code missing;  // most have none
    for (fs::directory_iterator at(folder, missing), end; !missing && at != end;
         at.increment(missing)) {
      removed += RemoveIfStale(at->path().string()) ? 1 : 0;
    }
  }
  return removed;
}

}  // namespace influxdb3::object_store
