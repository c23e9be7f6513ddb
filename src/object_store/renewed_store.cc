#include "object_store/renewed_store.h"

#include <mutex>
#include <utility>

#include <fmt/format.h>

#include "util/log.h"

namespace influxdb3::object_store {
namespace {

using util::Result;
using util::Status;

constexpr int64_t kRenewedBeforeNs = 60'000'000'000;
constexpr int64_t kBetweenAttemptsNs = 1'000'000'000;

class RenewedStore : public ObjectStore {
 public:
  RenewedStore(std::function<Result<ExpiringStore>()> open, ExpiringStore first,
               const util::Clock* clock)
      : description_(first.store->Describe()),
        open_(std::move(open)),
        clock_(clock),
        current_(std::move(first)),
        attempted_ns_(clock->NowNs()) {}

  Status Put(const std::string& path, std::string_view bytes, PutMode mode) override {
    ASSIGN_OR_RETURN(const auto store, Current());
    return store->Put(path, bytes, mode);
  }
  Result<std::string> Get(const std::string& path) override {
    ASSIGN_OR_RETURN(const auto store, Current());
    return store->Get(path);
  }
  Result<std::string> GetRange(const std::string& path, uint64_t offset, uint64_t length) override {
    ASSIGN_OR_RETURN(const auto store, Current());
    return store->GetRange(path, offset, length);
  }
  Result<ObjectMeta> Head(const std::string& path) override {
    ASSIGN_OR_RETURN(const auto store, Current());
    return store->Head(path);
  }
  Result<std::vector<ObjectMeta>> List(const std::string& prefix) override {
    ASSIGN_OR_RETURN(const auto store, Current());
    return store->List(prefix);
  }
  Status Delete(const std::string& path) override {
    ASSIGN_OR_RETURN(const auto store, Current());
    return store->Delete(path);
  }
  Result<std::unique_ptr<Upload>> StartUpload(const std::string& path) override {
    ASSIGN_OR_RETURN(const auto store, Current());
    return store->StartUpload(path);
  }
  std::string Describe() const override { return description_; }

 private:
  Result<std::shared_ptr<ObjectStore>> Current() {
    std::lock_guard lock(mutex_);
    const int64_t now_ns = clock_->NowNs();
    if (!ExpiresWithin(now_ns, kRenewedBeforeNs)) return current_.store;
    // The clock may have been set back.
    const int64_t waited_ns = now_ns - attempted_ns_;
    if (waited_ns >= kBetweenAttemptsNs || waited_ns < 0) {
      attempted_ns_ = now_ns;
      Result<ExpiringStore> next = open_();
      if (next.ok()) {
        current_ = std::move(next).value();
      } else {
        util::LogWarn("{} cannot be opened anew: {}", description_, next.status().message());
      }
    }
    if (!ExpiresWithin(now_ns, 0)) return current_.store;
    return Status::Unavailable(fmt::format("the credentials for {} have expired", description_));
  }

  bool ExpiresWithin(int64_t now_ns, int64_t duration_ns) const {
    return current_.expires_ns && *current_.expires_ns - duration_ns <= now_ns;
  }

  const std::string description_;
  const std::function<Result<ExpiringStore>()> open_;
  const util::Clock* const clock_;
  std::mutex mutex_;  // guards the members below; one caller opens, the others wait for it
  ExpiringStore current_;
  int64_t attempted_ns_;
};

}  // namespace

Result<std::unique_ptr<ObjectStore>> MakeRenewedStore(std::function<Result<ExpiringStore>()> open,
                                                      const util::Clock* clock) {
  ASSIGN_OR_RETURN(ExpiringStore first, open());
  return std::unique_ptr<ObjectStore>(
      std::make_unique<RenewedStore>(std::move(open), std::move(first), clock));
}

}  // namespace influxdb3::object_store
