#include "object_store/memory_store.h"

#include <algorithm>
#include <map>
#include <mutex>
#include <shared_mutex>
#include <utility>

#include <fmt/format.h>

#include "object_store/object_path.h"

namespace influxdb3::object_store {
namespace {

using util::Result;
using util::Status;

struct Object {
  std::string bytes;
  int64_t modified_ns;
};

/// Shared with the uploads under way, which may outlive the store.
class Objects {
 public:
  explicit Objects(const util::Clock* clock) : clock_(clock) {}

  Status Put(const std::string& path, std::string bytes, PutMode mode) {
    auto object = std::make_shared<const Object>(Object{std::move(bytes), clock_->NowNs()});
    std::unique_lock lock(mutex_);
    if (mode == PutMode::kCreate) {
      if (objects_.emplace(path, std::move(object)).second) return Status::Ok();
      return Status::AlreadyExists(fmt::format("memory: there is an object '{}' already", path));
    }
    objects_[path] = std::move(object);
    return Status::Ok();
  }

  Result<std::shared_ptr<const Object>> Find(const std::string& path) const {
    std::shared_lock lock(mutex_);
    const auto found = objects_.find(path);
    if (found != objects_.end()) return found->second;
    return Status::NotFound(fmt::format("memory: there is no object '{}'", path));
  }

  std::vector<ObjectMeta> List(const std::string& prefix) const {
    std::vector<ObjectMeta> listed;
    std::shared_lock lock(mutex_);
    for (auto at = objects_.lower_bound(prefix);
         at != objects_.end() && at->first.starts_with(prefix); ++at) {
      listed.push_back({at->first, at->second->bytes.size(), at->second->modified_ns});
    }
    return listed;
  }

  void Delete(const std::string& path) {
    std::unique_lock lock(mutex_);
    objects_.erase(path);
  }

 private:
  const util::Clock* const clock_;
  mutable std::shared_mutex mutex_;  // guards objects_
  std::map<std::string, std::shared_ptr<const Object>> objects_;
};

class MemoryUpload : public Upload {
 public:
  MemoryUpload(std::shared_ptr<Objects> objects, std::string path)
      : objects_(std::move(objects)), path_(std::move(path)) {}

  Status Append(std::string_view bytes) override {
    RETURN_IF_ERROR(CheckOpen());
    bytes_ += bytes;
    return Status::Ok();
  }

  Status Finish() override {
    RETURN_IF_ERROR(CheckOpen());
    ended_ = true;
    return objects_->Put(path_, std::move(bytes_), PutMode::kOverwrite);
  }

  Status Abort() override {
    ended_ = true;
    bytes_.clear();
    return Status::Ok();
  }

 private:
  Status CheckOpen() const {
    if (!ended_) return Status::Ok();
    return Status::InvalidArgument(fmt::format("memory: the upload of '{}' has ended", path_));
  }

  const std::shared_ptr<Objects> objects_;
  const std::string path_;
  std::string bytes_;
  bool ended_ = false;
};

class MemoryStore : public ObjectStore {
 public:
  explicit MemoryStore(const util::Clock* clock) : objects_(std::make_shared<Objects>(clock)) {}

  Status Put(const std::string& path, std::string_view bytes, PutMode mode) override {
    RETURN_IF_ERROR(CheckPath(path));
    return objects_->Put(path, std::string(bytes), mode);
  }

  Result<std::string> Get(const std::string& path) override {
    RETURN_IF_ERROR(CheckPath(path));
    ASSIGN_OR_RETURN(const std::shared_ptr<const Object> object, objects_->Find(path));
    return object->bytes;
  }

  Result<std::string> GetRange(const std::string& path, uint64_t offset, uint64_t length) override {
    RETURN_IF_ERROR(CheckPath(path));
    ASSIGN_OR_RETURN(const std::shared_ptr<const Object> object, objects_->Find(path));
    const uint64_t size = object->bytes.size();
    if (offset > size) {
      return Status::InvalidArgument(
          fmt::format("memory: offset {} lies behind the end of '{}' at {}", offset, path, size));
    }
    return object->bytes.substr(offset, std::min(length, size - offset));
  }

  Result<ObjectMeta> Head(const std::string& path) override {
    RETURN_IF_ERROR(CheckPath(path));
    ASSIGN_OR_RETURN(const std::shared_ptr<const Object> object, objects_->Find(path));
    return ObjectMeta{path, object->bytes.size(), object->modified_ns};
  }

  Result<std::vector<ObjectMeta>> List(const std::string& prefix) override {
    RETURN_IF_ERROR(CheckPrefix(prefix));
    return objects_->List(prefix);
  }

  Status Delete(const std::string& path) override {
    RETURN_IF_ERROR(CheckPath(path));
    objects_->Delete(path);
    return Status::Ok();
  }

  Result<std::unique_ptr<Upload>> StartUpload(const std::string& path) override {
    RETURN_IF_ERROR(CheckPath(path));
    return std::unique_ptr<Upload>(std::make_unique<MemoryUpload>(objects_, path));
  }

  std::string Describe() const override { return "memory"; }

 private:
  const std::shared_ptr<Objects> objects_;
};

}  // namespace

std::unique_ptr<ObjectStore> MakeMemoryStore(const util::Clock* clock) {
  return std::make_unique<MemoryStore>(clock);
}

}  // namespace influxdb3::object_store
