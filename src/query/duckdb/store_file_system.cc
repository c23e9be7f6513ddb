#include "query/duckdb/store_file_system.h"

#include <cstring>
#include <utility>

#include "query/duckdb/dialect/sql_error.h"
#include "query/parquet_cache.h"

namespace influxdb3::query {
namespace {

constexpr const char* kSizeOption = "file_size";

bool IsStoreFile(const std::string& path) {
  return path.rfind(kStoreFilesPrefix, 0) == 0;
}

class StoreFile : public duckdb::FileHandle {
 public:
  StoreFile(duckdb::FileSystem& files, const std::string& whole_path,
            duckdb::FileOpenFlags open_flags, uint64_t size_bytes)
      : FileHandle(files, whole_path, open_flags),
        object_path(whole_path.substr(std::strlen(kStoreFilesPrefix))),
        size(size_bytes) {}
  void Close() override {}

  const std::string object_path;
  const uint64_t size;
  duckdb::idx_t position = 0;
};

/// Read only. Objects never change and their paths are never used again, so that the path is the
/// version.
class StoreFileSystem : public duckdb::FileSystem {
 public:
  explicit StoreFileSystem(std::shared_ptr<ParquetCache> cache) : cache_(std::move(cache)) {}

  std::string GetName() const override { return "influxdb3 object store"; }
  bool CanHandleFile(const duckdb::string& path) override { return IsStoreFile(path); }
  bool CanSeek() override { return true; }
  bool OnDiskFile(duckdb::FileHandle&) override { return false; }

  void Read(duckdb::FileHandle& handle, void* buffer, int64_t byte_count,
            duckdb::idx_t location) override {
    const auto& file = handle.Cast<StoreFile>();
    const util::Status status =
        cache_->Read(file.object_path, file.size, location, static_cast<uint64_t>(byte_count),
                     static_cast<char*>(buffer));
    if (!status.ok()) ThrowStoreError(status);
  }
  int64_t Read(duckdb::FileHandle& handle, void* buffer, int64_t byte_count) override {
    auto& file = handle.Cast<StoreFile>();
    const auto left = static_cast<int64_t>(file.size - file.position);
    const int64_t count = byte_count < left ? byte_count : left;
    Read(handle, buffer, count, file.position);
    file.position += static_cast<duckdb::idx_t>(count);
    return count;
  }
  int64_t GetFileSize(duckdb::FileHandle& handle) override {
    return static_cast<int64_t>(handle.Cast<StoreFile>().size);
  }
  duckdb::timestamp_t GetLastModifiedTime(duckdb::FileHandle&) override {
    return duckdb::timestamp_t(1);
  }
  duckdb::string GetVersionTag(duckdb::FileHandle& handle) override { return handle.path; }
  duckdb::FileType GetFileType(duckdb::FileHandle&) override {
    return duckdb::FileType::FILE_TYPE_REGULAR;
  }
  bool FileExists(const duckdb::string& path, duckdb::optional_ptr<duckdb::FileOpener>) override {
    return IsStoreFile(path);
  }
  void Seek(duckdb::FileHandle& handle, duckdb::idx_t location) override {
    handle.Cast<StoreFile>().position = location;
  }
  duckdb::idx_t SeekPosition(duckdb::FileHandle& handle) override {
    return handle.Cast<StoreFile>().position;
  }

 protected:
  bool SupportsOpenFileExtended() const override { return true; }
  duckdb::unique_ptr<duckdb::FileHandle> OpenFileExtended(
      const duckdb::OpenFileInfo& info, duckdb::FileOpenFlags flags,
      duckdb::optional_ptr<duckdb::FileOpener>) override {
    if (flags.OpenForWriting()) throw duckdb::PermissionException("the files of tables are final");
    if (!info.extended_info) throw duckdb::IOException("the size of " + info.path + " is missing");
    const auto size = info.extended_info->options.find(kSizeOption);
    if (size == info.extended_info->options.end()) {
      throw duckdb::IOException("the size of " + info.path + " is missing");
    }
    return duckdb::make_uniq<StoreFile>(*this, info.path, flags, size->second.GetValue<uint64_t>());
  }

 private:
  const std::shared_ptr<ParquetCache> cache_;
};

}  // namespace

duckdb::OpenFileInfo StoreFileInfo(const std::string& object_path, uint64_t size_bytes) {
  duckdb::OpenFileInfo info(kStoreFilesPrefix + object_path);
  info.extended_info = duckdb::make_shared_ptr<duckdb::ExtendedOpenFileInfo>();
  info.extended_info->options[kSizeOption] = duckdb::Value::UBIGINT(size_bytes);
  return info;
}

void ThrowStoreError(const util::Status& status) {
  // That an object is missing says nothing about what the client named.
  const bool passes = status.code() == util::StatusCode::kUnavailable ||
                      status.code() == util::StatusCode::kDeadlineExceeded ||
                      status.code() == util::StatusCode::kCorruption;
  sql::ThrowFromFunction(passes ? status : util::Status::Io(status.message()));
}

void RegisterStoreFileSystem(duckdb::DatabaseInstance& database,
                             std::shared_ptr<ParquetCache> cache) {
  database.GetFileSystem().RegisterSubSystem(duckdb::make_uniq<StoreFileSystem>(std::move(cache)));
}

}  // namespace influxdb3::query
