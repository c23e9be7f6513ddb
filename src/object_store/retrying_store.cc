#include "object_store/retrying_store.h"

#include <optional>
#include <utility>

#include <fmt/format.h>

namespace influxdb3::object_store {
namespace {

using util::Result;
using util::Status;
using util::StatusCode;

/// Runs a call that has a result.
template <class T>
Result<T> RunFor(Retrier& retrier, const std::function<Result<T>()>& call) {
  std::optional<T> value;
  RETURN_IF_ERROR(retrier.Run([&](uint64_t) {
    Result<T> result = call();
    if (result.ok()) value = std::move(result).value();
    return result.status();
  }));
  return std::move(*value);
}

class RetryingUpload : public Upload {
 public:
  RetryingUpload(std::shared_ptr<Retrier> retrier, std::unique_ptr<Upload> upload)
      : retrier_(std::move(retrier)), upload_(std::move(upload)) {}

  Status Append(std::string_view bytes) override {
    // The upload keeps the bytes of a failed attempt.
    return retrier_->Run([&](uint64_t attempt) {
      return upload_->Append(attempt == 0 ? bytes : std::string_view());
    });
  }
  Status Finish() override {
    return retrier_->Run([&](uint64_t) { return upload_->Finish(); });
  }
  Status Abort() override {
    return retrier_->Run([&](uint64_t) { return upload_->Abort(); });
  }

 private:
  const std::shared_ptr<Retrier> retrier_;
  const std::unique_ptr<Upload> upload_;
};

class RetryingStore : public ObjectStore {
 public:
  RetryingStore(std::shared_ptr<ObjectStore> store, const RetryOptions& options,
                const util::Clock* clock, WaitFunction wait)
      : store_(std::move(store)),
        retrier_(std::make_shared<Retrier>(options, clock, std::move(wait))) {}

  Status Put(const std::string& path, std::string_view bytes, PutMode mode) override {
    return retrier_->Run([&](uint64_t attempt) {
      const Status status = store_->Put(path, bytes, mode);
      const bool doubtful = attempt > 0 && mode == PutMode::kCreate;
      if (!doubtful || status.code() != StatusCode::kAlreadyExists) return status;
      return IsOurs(path, bytes, status);
    });
  }

  Result<std::string> Get(const std::string& path) override {
    return RunFor<std::string>(*retrier_, [&]() { return store_->Get(path); });
  }

  Result<std::string> GetRange(const std::string& path, uint64_t offset, uint64_t length) override {
    return RunFor<std::string>(*retrier_, [&]() { return store_->GetRange(path, offset, length); });
  }

  Result<ObjectMeta> Head(const std::string& path) override {
    return RunFor<ObjectMeta>(*retrier_, [&]() { return store_->Head(path); });
  }

  Result<std::vector<ObjectMeta>> List(const std::string& prefix) override {
    return RunFor<std::vector<ObjectMeta>>(*retrier_, [&]() { return store_->List(prefix); });
  }

  Status Delete(const std::string& path) override {
    return retrier_->Run([&](uint64_t) { return store_->Delete(path); });
  }

  Result<std::unique_ptr<Upload>> StartUpload(const std::string& path) override {
    ASSIGN_OR_RETURN(
        std::unique_ptr<Upload> upload,
        RunFor<std::unique_ptr<Upload>>(*retrier_, [&]() { return store_->StartUpload(path); }));
    return std::unique_ptr<Upload>(std::make_unique<RetryingUpload>(retrier_, std::move(upload)));
  }

  std::string Describe() const override { return store_->Describe(); }

 private:
  /// Ok when the object holds `bytes`, `refused` when it holds others, or why it cannot be read.
  Status IsOurs(const std::string& path, std::string_view bytes, const Status& refused) {
    const Result<ObjectMeta> meta = store_->Head(path);
    if (!meta.ok()) return Doubt(path, meta.status());
    if (meta->size_bytes != bytes.size()) return refused;
    const Result<std::string> held = store_->Get(path);
    if (!held.ok()) return Doubt(path, held.status());
    return *held == bytes ? Status::Ok() : refused;
  }

  /// Whether the object is ours stays open, which no definite error may hide.
  Status Doubt(const std::string& path, const Status& status) {
    if (IsRetriable(status)) return status;
    return Status::Unavailable(
        fmt::format("cannot tell who created '{}' in {}: {}", path, Describe(), status.message()));
  }

  const std::shared_ptr<ObjectStore> store_;
  const std::shared_ptr<Retrier> retrier_;
};

}  // namespace

std::unique_ptr<ObjectStore> MakeRetryingStore(std::shared_ptr<ObjectStore> store,
                                               const RetryOptions& options,
                                               const util::Clock* clock, WaitFunction wait) {
  return std::make_unique<RetryingStore>(std::move(store), options, clock, std::move(wait));
}

}  // namespace influxdb3::object_store
