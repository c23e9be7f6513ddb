#include "object_store/file_store.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <limits>
#include <utility>

#include <fmt/format.h>

#include "object_store/durable_directories.h"
#include "object_store/fault_points.h"
#include "object_store/incomplete_file.h"
#include "object_store/object_path.h"
#include "object_store/posix_errors.h"
#include "util/fault_point.h"
#include "util/log.h"

namespace influxdb3::object_store {
namespace {

using util::Result;
using util::Status;
using util::StatusCode;

namespace fs = std::filesystem;

int64_t ModifiedNs(const struct stat& info) {
  return static_cast<int64_t>(info.st_mtim.tv_sec) * 1'000'000'000 + info.st_mtim.tv_nsec;
}

ObjectMeta MetaOf(std::string path, const struct stat& info) {
  return {std::move(path), static_cast<uint64_t>(info.st_size), ModifiedNs(info)};
}

/// An object's file opened for reading.
class Reader {
 public:
  static Result<Reader> Open(const std::string& path) {
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0 && errno != ENOENT && errno != ENOTDIR) {
      return PosixError("open", path, errno);
    }
    Reader reader(path, descriptor);
    if (descriptor >= 0 && ::fstat(descriptor, &reader.info_) != 0) {
      return PosixError("examine", path, errno);
    }
    if (descriptor >= 0 && S_ISREG(reader.info_.st_mode)) return reader;
    return Status::NotFound(fmt::format("there is no object '{}'", path));
  }
  Reader(Reader&& other) noexcept
      : path_(std::move(other.path_)),
        descriptor_(std::exchange(other.descriptor_, -1)),
        info_(other.info_) {}
  ~Reader() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }

  const struct stat& info() const { return info_; }
  uint64_t size() const { return static_cast<uint64_t>(info_.st_size); }

  Result<std::string> Read(uint64_t offset, uint64_t length) const {
    std::string bytes(std::min(length, size() - offset), '\0');
    size_t total = 0;
    while (total < bytes.size()) {
      const ssize_t got = ::pread(descriptor_, bytes.data() + total, bytes.size() - total,
                                  static_cast<off_t>(offset + total));
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return PosixError("read", path_, errno);
      if (got == 0) return Status::Io(fmt::format("'{}' became shorter while it was read", path_));
      total += static_cast<size_t>(got);
    }
    return bytes;
  }

 private:
  Reader(std::string path, int descriptor) : path_(std::move(path)), descriptor_(descriptor) {}

  std::string path_;
  int descriptor_;
  struct stat info_ = {};
};

class FileUpload : public Upload {
 public:
  FileUpload(std::shared_ptr<DurableDirectories> directories, std::unique_ptr<IncompleteFile> file)
      : directories_(std::move(directories)), file_(std::move(file)) {}

  Status Append(std::string_view bytes) override {
    RETURN_IF_ERROR(CheckOpen());
    const Status appended = file_->Append(bytes);
    if (!appended.ok()) file_.reset();
    return appended;
  }

  Status Finish() override {
    RETURN_IF_ERROR(CheckOpen());
    const Status published = file_->Publish(PutMode::kOverwrite);
    file_.reset();
    return published;
  }

  Status Abort() override {
    file_.reset();
    return Status::Ok();
  }

 private:
  Status CheckOpen() const {
    if (file_ != nullptr) return Status::Ok();
    return Status::InvalidArgument("the upload has ended");
  }

  const std::shared_ptr<DurableDirectories> directories_;
  std::unique_ptr<IncompleteFile> file_;
};

class FileStore : public ObjectStore {
 public:
  explicit FileStore(std::string root)
      : root_(std::move(root)), directories_(std::make_shared<DurableDirectories>(root_)) {}

  Status Put(const std::string& path, std::string_view bytes, PutMode mode) override {
    RETURN_IF_ERROR(CheckPath(path));
    ASSIGN_OR_RETURN(const std::unique_ptr<IncompleteFile> file,
                     IncompleteFile::Create(directories_.get(), path));
    RETURN_IF_ERROR(file->Append(bytes));
    return file->Publish(mode);
  }

  Result<std::string> Get(const std::string& path) override {
    return GetRange(path, 0, std::numeric_limits<uint64_t>::max());
  }

  Result<std::string> GetRange(const std::string& path, uint64_t offset, uint64_t length) override {
    RETURN_IF_ERROR(CheckPath(path));
    ASSIGN_OR_RETURN(const Reader reader, Reader::Open(directories_->Absolute(path)));
    if (offset <= reader.size()) return reader.Read(offset, length);
    return Status::InvalidArgument(
        fmt::format("offset {} lies behind the end of '{}' at {}", offset, path, reader.size()));
  }

  Result<ObjectMeta> Head(const std::string& path) override {
    RETURN_IF_ERROR(CheckPath(path));
    ASSIGN_OR_RETURN(const Reader reader, Reader::Open(directories_->Absolute(path)));
    return MetaOf(path, reader.info());
  }

  Result<std::vector<ObjectMeta>> List(const std::string& prefix) override;
  Status Delete(const std::string& path) override;

  Result<std::unique_ptr<Upload>> StartUpload(const std::string& path) override {
    RETURN_IF_ERROR(CheckPath(path));
    ASSIGN_OR_RETURN(std::unique_ptr<IncompleteFile> file,
                     IncompleteFile::Create(directories_.get(), path));
    return std::unique_ptr<Upload>(std::make_unique<FileUpload>(directories_, std::move(file)));
  }

  std::string Describe() const override { return "file://" + root_; }

 private:
  Status ListFolder(const std::string& prefix, std::vector<std::string>* folders,
                    std::vector<ObjectMeta>* listed) const;

  const std::string root_;
  const std::shared_ptr<DurableDirectories> directories_;
};

Status FileStore::ListFolder(const std::string& prefix, std::vector<std::string>* folders,
                             std::vector<ObjectMeta>* listed) const {
  const std::string directory = root_ + "/" + prefix;
  std::error_code error;
  fs::directory_iterator at(directory, error);
  for (; !error && at != fs::directory_iterator(); at.increment(error)) {
    const std::string path = prefix + at->path().filename().string();
    struct stat info;
    if (!CheckPath(path).ok() || ::stat(at->path().c_str(), &info) != 0) continue;
    if (S_ISDIR(info.st_mode)) folders->push_back(path + "/");
    if (S_ISREG(info.st_mode)) listed->push_back(MetaOf(path, info));
  }
  const bool none = error.value() == ENOENT || error.value() == ENOTDIR;
  return error && !none ? PosixError("list", directory, error.value()) : Status::Ok();
}

Result<std::vector<ObjectMeta>> FileStore::List(const std::string& prefix) {
  RETURN_IF_ERROR(CheckPrefix(prefix));
  std::vector<ObjectMeta> listed;
  std::vector<std::string> folders = {prefix};
  while (!folders.empty()) {
    const std::string folder = std::move(folders.back());
    folders.pop_back();
    RETURN_IF_ERROR(ListFolder(folder, &folders, &listed));
  }
  std::sort(listed.begin(), listed.end(),
            [](const ObjectMeta& a, const ObjectMeta& b) { return a.path < b.path; });
  return listed;
}

Status FileStore::Delete(const std::string& path) {
  RETURN_IF_ERROR(CheckPath(path));
  const std::string file = directories_->Absolute(path);
  if (::unlink(file.c_str()) != 0) {
    if (errno == EISDIR || errno == ENOTDIR) return Status::Ok();
    if (errno != ENOENT) return PosixError("delete", file, errno);
  }
  RETURN_IF_ERROR(util::FaultPoint(kAfterUnlink));
  // Also when it was gone: whoever unlinked it may not have come to the sync.
  RETURN_IF_ERROR(directories_->SyncNearest(ParentOf(path)));
  directories_->RemoveEmpty(ParentOf(path));
  return Status::Ok();
}

}  // namespace

Result<std::unique_ptr<ObjectStore>> OpenFileStore(const std::string& root) {
  std::error_code error;
  fs::create_directories(root, error);
  if (error) return PosixError("make the directory", root, error.value());
  std::string whole = fs::absolute(root, error).lexically_normal().string();
  if (error) return PosixError("find the directory", root, error.value());
  if (whole.size() > 1 && whole.back() == '/') whole.pop_back();
  // Directories far above may belong to others.
  for (fs::path above = fs::path(whole).parent_path(); SyncDirectory(above.string()).ok();) {
    if (above == above.root_path()) break;
    above = above.parent_path();
  }
  ASSIGN_OR_RETURN(const uint64_t removed, RemoveStaleIncompleteFiles(whole));
  if (removed > 0) util::LogInfo("removed {} half-written objects below {}", removed, whole);
  return std::unique_ptr<ObjectStore>(std::make_unique<FileStore>(std::move(whole)));
}

}  // namespace influxdb3::object_store
