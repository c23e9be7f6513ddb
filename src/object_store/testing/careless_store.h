#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "object_store/object_store.h"

namespace influxdb3::object_store::testing {

/// A store that takes a conditional Put for an unconditional one, as some do, or refuses it.
class CarelessStore : public ObjectStore {
 public:
  explicit CarelessStore(std::shared_ptr<ObjectStore> store) : store_(std::move(store)) {}

  /// Answers every conditional Put, without effect.
  void RefuseConditions(util::Status status) { refusal_ = std::move(status); }
  /// Called once, before the next Put to `path` reaches the store.
  void BeforePut(std::string path, std::function<void()> call) {
    watched_ = std::move(path);
    before_put_ = std::move(call);
  }

  util::Status Put(const std::string& path, std::string_view bytes, PutMode mode) override {
    if (mode == PutMode::kCreate && refusal_) return *refusal_;
    if (before_put_ && path == watched_) std::exchange(before_put_, nullptr)();
    return store_->Put(path, bytes, PutMode::kOverwrite);
  }
  util::Result<std::string> Get(const std::string& path) override { return store_->Get(path); }
  util::Result<std::string> GetRange(const std::string& path, uint64_t offset,
                                     uint64_t length) override {
    return store_->GetRange(path, offset, length);
  }
  util::Result<ObjectMeta> Head(const std::string& path) override { return store_->Head(path); }
  util::Result<std::vector<ObjectMeta>> List(const std::string& prefix) override {
    return store_->List(prefix);
  }
  util::Status Delete(const std::string& path) override { return store_->Delete(path); }
  util::Result<std::unique_ptr<Upload>> StartUpload(const std::string& path) override {
    return store_->StartUpload(path);
  }
  std::string Describe() const override { return store_->Describe(); }

 private:
  const std::shared_ptr<ObjectStore> store_;
  std::optional<util::Status> refusal_;
  std::string watched_;
  std::function<void()> before_put_;
};

}  // namespace influxdb3::object_store::testing
