#include "object_store/locked_store.h"

#include <mutex>
#include <random>
#include <utility>

namespace influxdb3::object_store {
namespace {

using util::Result;
using util::Status;
using util::StatusCode;

std::string NewHolder() {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::random_device random;
  std::string name;
  for (int i = 0; i < 32; ++i) name += kDigits[random() % 16];
  return name;
}

class LockedStore : public ObjectStore {
 public:
  LockedStore(std::shared_ptr<ObjectStore> store, std::string lock_path)
      : store_(std::move(store)), lock_path_(std::move(lock_path)), holder_(NewHolder()) {}

  Status Take(int64_t settle_ns, const WaitFunction& wait) {
    RETURN_IF_ERROR(store_->Put(lock_path_, holder_, PutMode::kOverwrite));
    wait(settle_ns);
    return CheckLock();
  }

  Status Put(const std::string& path, std::string_view bytes, PutMode mode) override {
    if (mode == PutMode::kOverwrite) return store_->Put(path, bytes, mode);
    std::lock_guard lock(mutex_);
    RETURN_IF_ERROR(CheckLock());
    Status found = store_->Head(path).status();
    if (found.ok()) {
      return Status::AlreadyExists(Describe() + ": '" + path + "' exists already");
    }
    if (found.code() != StatusCode::kNotFound) return found;
    RETURN_IF_ERROR(store_->Put(path, bytes, PutMode::kOverwrite));
    Status after = CheckLock();
    if (after.code() != StatusCode::kAlreadyExists) return after;
    // Not AlreadyExists, which would say that nothing was written.
    return Status::Io(after.message());
  }

  Result<std::string> Get(const std::string& path) override { return store_->Get(path); }
  Result<std::string> GetRange(const std::string& path, uint64_t offset, uint64_t length) override {
    return store_->GetRange(path, offset, length);
  }
  Result<ObjectMeta> Head(const std::string& path) override { return store_->Head(path); }
  Result<std::vector<ObjectMeta>> List(const std::string& prefix) override {
    return store_->List(prefix);
  }
  Status Delete(const std::string& path) override { return store_->Delete(path); }
  Result<std::unique_ptr<Upload>> StartUpload(const std::string& path) override {
    return store_->StartUpload(path);
  }
  std::string Describe() const override { return store_->Describe(); }

 private:
  Status CheckLock() {
    Status lost = Status::AlreadyExists(Describe() + ": another server has taken the lock '" +
                                        lock_path_ + "'");
    if (is_lost_) return lost;
    const Result<std::string> held = store_->Get(lock_path_);
    if (held.ok() && *held == holder_) return Status::Ok();
    // Without the object nobody can tell who may write.
    if (!held.ok() && held.status().code() != StatusCode::kNotFound) return held.status();
    is_lost_ = true;
    return lost;
  }

  const std::shared_ptr<ObjectStore> store_;
  const std::string lock_path_;
  const std::string holder_;
  std::mutex mutex_;  // one creation at a time
  bool is_lost_ = false;
};

bool IsRefusedCondition(const Status& status) {
  return status.code() == StatusCode::kUnsupported;
}

}  // namespace

Result<bool> HasConditionalPut(ObjectStore& store, const std::string& path) {
  const Status first = store.Put(path, "first", PutMode::kCreate);
  if (IsRefusedCondition(first)) return false;
  RETURN_IF_ERROR(first);
  const Status second = store.Put(path, "second", PutMode::kCreate);
  const Status deleted = store.Delete(path);
  const bool refuses = second.code() == StatusCode::kAlreadyExists;
  if (!second.ok() && !refuses && !IsRefusedCondition(second)) return second;
  RETURN_IF_ERROR(deleted);
  return refuses;
}

Result<std::unique_ptr<ObjectStore>> MakeLockedStore(std::shared_ptr<ObjectStore> store,
                                                     const LockOptions& options,
                                                     const WaitFunction& wait) {
  auto locked = std::make_unique<LockedStore>(std::move(store), options.lock_path);
  RETURN_IF_ERROR(locked->Take(options.settle_ns, wait));
  return std::unique_ptr<ObjectStore>(std::move(locked));
}

}  // namespace influxdb3::object_store
