#include "object_store/remote_store.h"

#include <algorithm>
#include <limits>
#include <utility>

#include <fmt/format.h>

#include "object_store/object_path.h"

namespace influxdb3::object_store {
namespace {

using util::Result;
using util::Status;
using util::StatusCode;

constexpr size_t kObjectBytesMax = size_t{5} << 30;
constexpr size_t kListPagesMax = 100'000;
constexpr size_t kRefusalBytesMax = size_t{64} << 10;

class RemoteStore : public ObjectStore {
 public:
  explicit RemoteStore(std::shared_ptr<RemoteService> service) : service_(std::move(service)) {}

  Status Put(const std::string& path, std::string_view bytes, PutMode mode) override {
    RETURN_IF_ERROR(CheckPath(path));
    return service_->Put(path, bytes, mode);
  }

  Result<std::string> Get(const std::string& path) override {
    RETURN_IF_ERROR(CheckPath(path));
    ASSIGN_OR_RETURN(HttpAnswer answer, service_->Read(path, "", kObjectBytesMax));
    return std::move(answer.body);
  }

  Result<std::string> GetRange(const std::string& path, uint64_t offset, uint64_t length) override {
    RETURN_IF_ERROR(CheckPath(path));
    length = std::min<uint64_t>(length, kObjectBytesMax);
    if (length == 0 || offset > uint64_t{std::numeric_limits<int64_t>::max()} - length) {
      return EmptyRange(path, offset);
    }
    const std::string range = fmt::format("bytes={}-{}", offset, offset + length - 1);
    // The text of a refusal needs room too.
    Result<HttpAnswer> answer =
        service_->Read(path, range, std::max<size_t>(length, kRefusalBytesMax));
    if (!answer.ok()) {
      const bool maybe_behind = answer.status().code() == StatusCode::kInvalidArgument;
      return maybe_behind ? EmptyRange(path, offset) : Result<std::string>(answer.status());
    }
    const std::string starts = fmt::format("bytes {}-", offset);
    if (answer->status != 206 || !answer->Header("content-range").starts_with(starts) ||
        answer->body.size() > length) {
      return Status::Corruption(
          fmt::format("{}: '{}': the store answered with other bytes than asked for",
                      service_->Describe(), path));
    }
    return std::move(answer->body);
  }

  Result<ObjectMeta> Head(const std::string& path) override {
    RETURN_IF_ERROR(CheckPath(path));
    return service_->Head(path);
  }

  Result<std::vector<ObjectMeta>> List(const std::string& prefix) override {
    RETURN_IF_ERROR(CheckPrefix(prefix));
    std::vector<ObjectMeta> listed;
    std::string next;
    for (size_t count = 0; count < kListPagesMax; ++count) {
      ASSIGN_OR_RETURN(ListedPage page, service_->List(prefix, next));
      for (ObjectMeta& meta : page.objects) {
        if (!meta.path.starts_with(prefix)) {
          return Status::Corruption(
              fmt::format("{}: '{}' is in the listing of '{}'", Describe(), meta.path, prefix));
        }
        // Others may keep names in the bucket that are no paths, such as `folder/`.
        if (CheckPath(meta.path).ok()) listed.push_back(std::move(meta));
      }
      if (page.next.empty()) {
        std::sort(listed.begin(), listed.end(),
                  [](const auto& a, const auto& b) { return a.path < b.path; });
        return listed;
      }
      if (page.next == next) break;
      next = std::move(page.next);
    }
    return Status::Corruption(fmt::format("{}: the listing does not end", Describe()));
  }

  Status Delete(const std::string& path) override {
    RETURN_IF_ERROR(CheckPath(path));
    const Status status = service_->Delete(path);
    return status.code() == StatusCode::kNotFound ? Status::Ok() : status;
  }

  Result<std::unique_ptr<Upload>> StartUpload(const std::string& path) override {
    RETURN_IF_ERROR(CheckPath(path));
    return service_->StartUpload(path);
  }

  std::string Describe() const override { return service_->Describe(); }

 private:
  Result<std::string> EmptyRange(const std::string& path, uint64_t offset) {
    ASSIGN_OR_RETURN(const ObjectMeta meta, service_->Head(path));
    if (offset <= meta.size_bytes) return std::string();
    return Status::InvalidArgument(fmt::format("{}: '{}': offset {} lies behind the end at {}",
                                               Describe(), path, offset, meta.size_bytes));
  }

  const std::shared_ptr<RemoteService> service_;
};

}  // namespace

std::unique_ptr<ObjectStore> MakeRemoteStore(std::shared_ptr<RemoteService> service) {
  return std::make_unique<RemoteStore>(std::move(service));
}

}  // namespace influxdb3::object_store
