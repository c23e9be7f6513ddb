#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "wal/file_system.h"

namespace influxdb3::wal {
namespace {

using util::Result;
using util::Status;

Status ErrnoStatus(std::string_view action, const std::string& path, int error) {
  return Status::Io(
      fmt::format("cannot {} '{}': {}", action, path, std::system_category().message(error)));
}

Status NotFound(const std::string& path) {
  return Status::NotFound(fmt::format("there is no file '{}'", path));
}

class PosixFile : public File {
 public:
  PosixFile(int descriptor, std::string path) : descriptor_(descriptor), path_(std::move(path)) {}
  ~PosixFile() override { ::close(descriptor_); }
  PosixFile(const PosixFile&) = delete;
  PosixFile& operator=(const PosixFile&) = delete;

  Status WriteAt(uint64_t offset, std::string_view bytes) override {
    while (!bytes.empty()) {
      const ssize_t written =
          ::pwrite(descriptor_, bytes.data(), bytes.size(), static_cast<off_t>(offset));
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) return ErrnoStatus("write to", path_, errno);
      bytes.remove_prefix(static_cast<size_t>(written));
      offset += static_cast<uint64_t>(written);
    }
    return Status::Ok();
  }

  Status Reserve(uint64_t size) override {
#ifdef __linux__
    int result;
    do {
      result = ::fallocate(descriptor_, 0, 0, static_cast<off_t>(size));
    } while (result != 0 && errno == EINTR);
    if (result == 0) return Status::Ok();
    if (errno != EOPNOTSUPP && errno != ENOSYS)
      return ErrnoStatus("reserve space in", path_, errno);
#endif
    return Status::Unsupported(fmt::format("'{}' cannot reserve {} bytes", path_, size));
  }

  Result<size_t> ReadAt(uint64_t offset, size_t size, char* out) const override {
    size_t total = 0;
    while (total < size) {
      const ssize_t got =
          ::pread(descriptor_, out + total, size - total, static_cast<off_t>(offset + total));
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return ErrnoStatus("read", path_, errno);
      if (got == 0) break;
      total += static_cast<size_t>(got);
    }
    return total;
  }

  Result<uint64_t> Size() const override {
    struct stat info;
    if (::fstat(descriptor_, &info) != 0) return ErrnoStatus("examine", path_, errno);
    return static_cast<uint64_t>(info.st_size);
  }

  Status Truncate(uint64_t size) override {
    if (::ftruncate(descriptor_, static_cast<off_t>(size)) != 0) {
      return ErrnoStatus("truncate", path_, errno);
    }
    return Status::Ok();
  }

  Status Sync() override {
    if (::fdatasync(descriptor_) != 0) return ErrnoStatus("sync", path_, errno);
    return Status::Ok();
  }

 private:
  int descriptor_;
  std::string path_;
};

class PosixFileSystem : public FileSystem {
 public:
  Status CreateDirectories(const std::string& path) override {
    std::error_code error;
    std::filesystem::create_directories(path, error);
    if (error) return ErrnoStatus("create the directory", path, error.value());
    // Somebody else may have created some of them a moment ago, so all are synced. Those far above
    // may belong to others.
    const std::filesystem::path whole = std::filesystem::absolute(path, error);
    if (error) return ErrnoStatus("find the directory", path, error.value());
    RETURN_IF_ERROR(SyncDirectory(whole.parent_path()));
    for (std::filesystem::path above = whole.parent_path(); above != above.root_path();) {
      above = above.parent_path();
      if (!SyncDirectory(above).ok()) break;
    }
    return Status::Ok();
  }

  Result<std::vector<std::string>> List(const std::string& directory) override {
    std::vector<std::string> names;
    std::error_code error;
    std::filesystem::directory_iterator entries(directory, error);
    if (error) return ErrnoStatus("list", directory, error.value());
    for (const auto end = std::filesystem::end(entries); entries != end; entries.increment(error)) {
      if (error) return ErrnoStatus("list", directory, error.value());
      if (entries->is_regular_file(error)) names.push_back(entries->path().filename().string());
    }
    std::sort(names.begin(), names.end());
    return names;
  }

  Result<std::unique_ptr<File>> Create(const std::string& path) override {
    return OpenWith(path, O_RDWR | O_CREAT | O_EXCL, "create");
  }

  Result<std::unique_ptr<File>> Open(const std::string& path) override {
    return OpenWith(path, O_RDWR, "open");
  }

  Status Remove(const std::string& path) override {
    if (::unlink(path.c_str()) == 0) return Status::Ok();
    if (errno == ENOENT) return NotFound(path);
    return ErrnoStatus("remove", path, errno);
  }

  Status SyncDirectory(const std::string& path) override {
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0) return ErrnoStatus("open the directory", path, errno);
    const int result = ::fsync(descriptor);
    const int error = errno;
    ::close(descriptor);
    if (result != 0) return ErrnoStatus("sync the directory", path, error);
    return Status::Ok();
  }

  Result<std::shared_ptr<void>> Lock(const std::string& path) override {
    const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (descriptor < 0) return ErrnoStatus("open the lock file", path, errno);
    if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
      const int error = errno;
      ::close(descriptor);
      if (error == EWOULDBLOCK) {
        return Status::Conflict(fmt::format("'{}' is locked by another process", path));
      }
      return ErrnoStatus("lock", path, error);
    }
    return std::shared_ptr<void>(nullptr, [descriptor](void*) { ::close(descriptor); });
  }

 private:
  static Result<std::unique_ptr<File>> OpenWith(const std::string& path, int flags,
                                                std::string_view action) {
    const int descriptor = ::open(path.c_str(), flags | O_CLOEXEC, 0644);
    if (descriptor < 0 && errno == EEXIST) {
      return Status::AlreadyExists(fmt::format("'{}' exists already", path));
    }
    if (descriptor < 0 && errno == ENOENT && (flags & O_CREAT) == 0) return NotFound(path);
    if (descriptor < 0) return ErrnoStatus(action, path, errno);
    return std::unique_ptr<File>(std::make_unique<PosixFile>(descriptor, path));
  }
};

}  // namespace

FileSystem& FileSystem::Posix() {
  static FileSystem& file_system = *new PosixFileSystem();
  return file_system;
}

}  // namespace influxdb3::wal
