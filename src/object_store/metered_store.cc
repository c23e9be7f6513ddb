#include "object_store/metered_store.h"

#include <utility>

namespace influxdb3::object_store {
namespace {

using util::Result;
using util::Status;

/// Measures calls for as long as the store or one of its uploads lives.
struct Meter {
  std::shared_ptr<StoreMetrics> metrics;
  const util::Clock* clock;

  /// Times `call`; `transferred` tells the objects and bytes of a successful one.
  template <class Call, class Transferred>
  auto Measure(Operation operation, const Call& call, const Transferred& transferred) const {
    const int64_t begun_ns = clock->SteadyNs();
    auto result = call();
    const int64_t duration_ns = clock->SteadyNs() - begun_ns;
    const Status status = StatusOf(result);
    std::pair<uint64_t, uint64_t> moved = {0, 0};
    if (status.ok()) moved = transferred(result);
    metrics->Record(operation, status, moved.first, moved.second, duration_ns);
    return result;
  }
  template <class Call>
  auto Measure(Operation operation, uint64_t objects, uint64_t bytes, const Call& call) const {
    return Measure(operation, call, [&](const auto&) { return std::pair(objects, bytes); });
  }

 private:
  static Status StatusOf(const Status& status) { return status; }
  template <class T>
  static Status StatusOf(const Result<T>& result) {
    return result.status();
  }
};

std::pair<uint64_t, uint64_t> OneObject(const Result<std::string>& bytes) {
  return {1, bytes->size()};
}

class MeteredUpload : public Upload {
 public:
  MeteredUpload(std::shared_ptr<const Meter> meter, std::unique_ptr<Upload> upload)
      : meter_(std::move(meter)), upload_(std::move(upload)) {}

  Status Append(std::string_view bytes) override {
    return meter_->Measure(Operation::kAppend, 0, bytes.size(),
                           [&]() { return upload_->Append(bytes); });
  }
  Status Finish() override {
    return meter_->Measure(Operation::kFinish, 1, 0, [&]() { return upload_->Finish(); });
  }
  Status Abort() override {
    return meter_->Measure(Operation::kAbort, 0, 0, [&]() { return upload_->Abort(); });
  }

 private:
  const std::shared_ptr<const Meter> meter_;
  const std::unique_ptr<Upload> upload_;
};

class MeteredStore : public ObjectStore {
 public:
  MeteredStore(std::shared_ptr<ObjectStore> store, Meter meter)
      : store_(std::move(store)), meter_(std::make_shared<const Meter>(std::move(meter))) {}

  Status Put(const std::string& path, std::string_view bytes, PutMode mode) override {
    return meter_->Measure(Operation::kPut, 1, bytes.size(),
                           [&]() { return store_->Put(path, bytes, mode); });
  }
  Result<std::string> Get(const std::string& path) override {
    return meter_->Measure(
        Operation::kGet, [&]() { return store_->Get(path); }, OneObject);
  }
  Result<std::string> GetRange(const std::string& path, uint64_t offset, uint64_t length) override {
    return meter_->Measure(
        Operation::kGetRange, [&]() { return store_->GetRange(path, offset, length); }, OneObject);
  }
  Result<ObjectMeta> Head(const std::string& path) override {
    return meter_->Measure(Operation::kHead, 1, 0, [&]() { return store_->Head(path); });
  }
  Result<std::vector<ObjectMeta>> List(const std::string& prefix) override {
    return meter_->Measure(
        Operation::kList, [&]() { return store_->List(prefix); },
        [](const Result<std::vector<ObjectMeta>>& listed) {
          return std::pair<uint64_t, uint64_t>(listed->size(), 0);
        });
  }
  Status Delete(const std::string& path) override {
    return meter_->Measure(Operation::kDelete, 1, 0, [&]() { return store_->Delete(path); });
  }
  Result<std::unique_ptr<Upload>> StartUpload(const std::string& path) override {
    Result<std::unique_ptr<Upload>> upload =
        meter_->Measure(Operation::kStartUpload, 0, 0, [&]() { return store_->StartUpload(path); });
    if (!upload.ok()) return upload.status();
    return std::unique_ptr<Upload>(
        std::make_unique<MeteredUpload>(meter_, std::move(upload).value()));
  }
  std::string Describe() const override { return store_->Describe(); }

 private:
  const std::shared_ptr<ObjectStore> store_;
  const std::shared_ptr<const Meter> meter_;
};

}  // namespace

std::unique_ptr<ObjectStore> MakeMeteredStore(std::shared_ptr<ObjectStore> store,
                                              std::shared_ptr<StoreMetrics> metrics,
                                              const util::Clock* clock) {
  return std::make_unique<MeteredStore>(std::move(store), Meter{std::move(metrics), clock});
}

}  // namespace influxdb3::object_store
