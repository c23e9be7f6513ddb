#include "object_store/throttled_store.h"

#include <utility>

namespace influxdb3::object_store {
namespace {

using util::Result;
using util::Status;

class Throttle {
 public:
  Throttle(const ThrottleOptions& options, WaitFunction wait)
      : options_(options), wait_(std::move(wait)) {}

  void WaitForCall(uint64_t bytes = 0) const { wait_(options_.call_ns + TransferNs(bytes)); }
  void WaitForBytes(uint64_t bytes) const { wait_(TransferNs(bytes)); }
  void WaitForEntries(uint64_t entries) const {
    const uint64_t further_calls = entries / options_.list_entries_per_call;
    wait_(static_cast<int64_t>(further_calls) * options_.call_ns);
  }

 private:
  int64_t TransferNs(uint64_t bytes) const {
    return static_cast<int64_t>(static_cast<double>(bytes) * 1e9 /
                                static_cast<double>(options_.bytes_per_second));
  }

  const ThrottleOptions options_;
  const WaitFunction wait_;
};

class ThrottledUpload : public Upload {
 public:
  ThrottledUpload(std::shared_ptr<const Throttle> throttle, std::unique_ptr<Upload> upload)
      : throttle_(std::move(throttle)), upload_(std::move(upload)) {}

  Status Append(std::string_view bytes) override {
    throttle_->WaitForBytes(bytes.size());
    return upload_->Append(bytes);
  }
  Status Finish() override {
    throttle_->WaitForCall();
    return upload_->Finish();
  }
  Status Abort() override {
    throttle_->WaitForCall();
    return upload_->Abort();
  }

 private:
  const std::shared_ptr<const Throttle> throttle_;
  const std::unique_ptr<Upload> upload_;
};

class ThrottledStore : public ObjectStore {
 public:
  ThrottledStore(std::shared_ptr<ObjectStore> store, Throttle throttle)
      : store_(std::move(store)),
        throttle_(std::make_shared<const Throttle>(std::move(throttle))) {}

  Status Put(const std::string& path, std::string_view bytes, PutMode mode) override {
    throttle_->WaitForCall(bytes.size());
    return store_->Put(path, bytes, mode);
  }
  Result<std::string> Get(const std::string& path) override {
    throttle_->WaitForCall();
    return AfterTransfer(store_->Get(path));
  }
  Result<std::string> GetRange(const std::string& path, uint64_t offset, uint64_t length) override {
    throttle_->WaitForCall();
    return AfterTransfer(store_->GetRange(path, offset, length));
  }
  Result<ObjectMeta> Head(const std::string& path) override {
    throttle_->WaitForCall();
    return store_->Head(path);
  }
  Result<std::vector<ObjectMeta>> List(const std::string& prefix) override {
    throttle_->WaitForCall();
    Result<std::vector<ObjectMeta>> listed = store_->List(prefix);
    if (listed.ok()) throttle_->WaitForEntries(listed->size());
    return listed;
  }
  Status Delete(const std::string& path) override {
    throttle_->WaitForCall();
    return store_->Delete(path);
  }
  Result<std::unique_ptr<Upload>> StartUpload(const std::string& path) override {
    throttle_->WaitForCall();
    ASSIGN_OR_RETURN(std::unique_ptr<Upload> upload, store_->StartUpload(path));
    return std::unique_ptr<Upload>(std::make_unique<ThrottledUpload>(throttle_, std::move(upload)));
  }
  std::string Describe() const override { return store_->Describe() + " (throttled)"; }

 private:
  Result<std::string> AfterTransfer(Result<std::string> bytes) const {
    if (bytes.ok()) throttle_->WaitForBytes(bytes->size());
    return bytes;
  }

  const std::shared_ptr<ObjectStore> store_;
  const std::shared_ptr<const Throttle> throttle_;
};

}  // namespace

std::unique_ptr<ObjectStore> MakeThrottledStore(std::shared_ptr<ObjectStore> store,
                                                const ThrottleOptions& options, WaitFunction wait) {
  return std::make_unique<ThrottledStore>(std::move(store), Throttle(options, std::move(wait)));
}

}  // namespace influxdb3::object_store
