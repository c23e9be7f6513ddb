#include "object_store/limited_store.h"

#include <algorithm>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <utility>

namespace influxdb3::object_store {
namespace {

using util::Result;
using util::Status;

class Gate {
 public:
  explicit Gate(size_t places) : places_(std::max<size_t>(places, 1)) {}

  void Enter() {
    std::unique_lock lock(mutex_);
    const uint64_t ticket = next_ticket_++;
    changed_.wait(lock, [&]() { return ticket < left_ + places_; });
  }

  void Leave() {
    std::lock_guard lock(mutex_);
    ++left_;
    changed_.notify_all();
  }

 private:
  const uint64_t places_;
  std::mutex mutex_;  // guards the members below
  std::condition_variable changed_;
  uint64_t next_ticket_ = 0;
  uint64_t left_ = 0;  // how many have left, in whatever order
};

class Place {
 public:
  explicit Place(Gate* gate) : gate_(gate) { gate_->Enter(); }
  ~Place() { gate_->Leave(); }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;

 private:
  Gate* const gate_;
};

class LimitedUpload : public Upload {
 public:
  LimitedUpload(std::shared_ptr<Gate> gate, std::unique_ptr<Upload> upload)
      : gate_(std::move(gate)), upload_(std::move(upload)) {}
  ~LimitedUpload() override {
    // It may have to tell the store that it gives up.
    const Place place(gate_.get());
    upload_.reset();
  }
  LimitedUpload(const LimitedUpload&) = delete;
  LimitedUpload& operator=(const LimitedUpload&) = delete;

  Status Append(std::string_view bytes) override {
    const Place place(gate_.get());
    return upload_->Append(bytes);
  }
  Status Finish() override {
    const Place place(gate_.get());
    return upload_->Finish();
  }
  Status Abort() override {
    const Place place(gate_.get());
    return upload_->Abort();
  }

 private:
  const std::shared_ptr<Gate> gate_;
  std::unique_ptr<Upload> upload_;
};

class LimitedStore : public ObjectStore {
 public:
  LimitedStore(std::shared_ptr<ObjectStore> store, size_t requests_max)
      : store_(std::move(store)), gate_(std::make_shared<Gate>(requests_max)) {}

  Status Put(const std::string& path, std::string_view bytes, PutMode mode) override {
    const Place place(gate_.get());
    return store_->Put(path, bytes, mode);
  }
  Result<std::string> Get(const std::string& path) override {
    const Place place(gate_.get());
    return store_->Get(path);
  }
  Result<std::string> GetRange(const std::string& path, uint64_t offset, uint64_t length) override {
    const Place place(gate_.get());
    return store_->GetRange(path, offset, length);
  }
  Result<ObjectMeta> Head(const std::string& path) override {
    const Place place(gate_.get());
    return store_->Head(path);
  }
  Result<std::vector<ObjectMeta>> List(const std::string& prefix) override {
    const Place place(gate_.get());
    return store_->List(prefix);
  }
  Status Delete(const std::string& path) override {
    const Place place(gate_.get());
    return store_->Delete(path);
  }
  Result<std::unique_ptr<Upload>> StartUpload(const std::string& path) override {
    const Place place(gate_.get());
    ASSIGN_OR_RETURN(std::unique_ptr<Upload> upload, store_->StartUpload(path));
    return std::unique_ptr<Upload>(std::make_unique<LimitedUpload>(gate_, std::move(upload)));
  }
  std::string Describe() const override { return store_->Describe(); }

 private:
  const std::shared_ptr<ObjectStore> store_;
  const std::shared_ptr<Gate> gate_;
};

}  // namespace

std::unique_ptr<ObjectStore> MakeLimitedStore(std::shared_ptr<ObjectStore> store,
                                              size_t requests_max) {
  return std::make_unique<LimitedStore>(std::move(store), requests_max);
}

}  // namespace influxdb3::object_store
