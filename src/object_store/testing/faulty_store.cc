#include "object_store/testing/faulty_store.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace influxdb3::object_store::testing {

using util::Result;
using util::Status;

namespace {

std::string_view ActionName(FaultAction action) {
  switch (action) {
    case FaultAction::kFailBefore: return "fail before";
    case FaultAction::kFailAfter: return "fail after";
    case FaultAction::kShortBody: return "short body";
    case FaultAction::kPreconditionConflict: return "precondition conflict";
    case FaultAction::kDelay: return "delay";
    case FaultAction::kHang: return "hang";
    case FaultAction::kMissingFromList: return "missing from list";
  }
  return "unknown";
}

Status Conflict(const std::string& path) {
  return Status::AlreadyExists(fmt::format("injected: there is an object '{}' already", path));
}

/// What a rule makes of a call that returns a Status or a Result.
template <class Call>
auto Follow(const std::optional<FaultRule>& rule, const std::string& path, const Call& call)
    -> decltype(call()) {
  if (!rule) return call();
  if (rule->action == FaultAction::kFailBefore) return rule->error;
  if (rule->action == FaultAction::kPreconditionConflict) return Conflict(path);
  auto result = call();
  if (rule->action == FaultAction::kFailAfter && result.ok()) return rule->error;
  return result;
}

Result<std::string> Shortened(const std::optional<FaultRule>& rule, Result<std::string> bytes) {
  if (rule && rule->action == FaultAction::kShortBody && bytes.ok()) {
    bytes->resize(bytes->size() / 2);
  }
  return bytes;
}

}  // namespace

bool GlobMatches(std::string_view glob, std::string_view text) {
  size_t star = std::string_view::npos;
  size_t after_star = 0;
  size_t g = 0;
  size_t t = 0;
  while (t < text.size()) {
    if (g < glob.size() && glob[g] == '*') {
      star = g++;
      after_star = t;
    } else if (g < glob.size() && (glob[g] == '?' || glob[g] == text[t])) {
      ++g;
      ++t;
    } else if (star != std::string_view::npos) {
      g = star + 1;
      t = ++after_star;
    } else {
      return false;
    }
  }
  return glob.find_first_not_of('*', g) == std::string_view::npos;
}

class FaultyUpload : public Upload {
 public:
  FaultyUpload(FaultyObjectStore* owner, std::string path, std::unique_ptr<Upload> upload)
      : owner_(owner), path_(std::move(path)), upload_(std::move(upload)) {}

  Status Append(std::string_view bytes) override {
    const std::optional<FaultRule> rule = owner_->Enter(Operation::kAppend, path_);
    kept_ += bytes;
    return Follow(rule, path_, [&]() {
      const Status status = upload_->Append(kept_);
      kept_.clear();
      return status;
    });
  }

  Status Finish() override {
    const std::optional<FaultRule> rule = owner_->Enter(Operation::kFinish, path_);
    return Follow(rule, path_, [&]() {
      if (finished_) return Status::Ok();
      if (!kept_.empty()) RETURN_IF_ERROR(upload_->Append(std::exchange(kept_, std::string())));
      const Status status = upload_->Finish();
      finished_ = status.ok();
      return status;
    });
  }

  Status Abort() override {
    const std::optional<FaultRule> rule = owner_->Enter(Operation::kAbort, path_);
    return Follow(rule, path_, [&]() { return upload_->Abort(); });
  }

 private:
  FaultyObjectStore* const owner_;
  const std::string path_;
  const std::unique_ptr<Upload> upload_;
  std::string kept_;
  bool finished_ = false;
};

FaultyObjectStore::FaultyObjectStore(std::shared_ptr<ObjectStore> store, uint64_t seed,
                                     WaitFunction wait)
    : store_(std::move(store)), wait_(std::move(wait)), random_(seed) {}

FaultyObjectStore::~FaultyObjectStore() {
  Release();
}

void FaultyObjectStore::AddRule(FaultRule rule) {
  std::lock_guard lock(mutex_);
  rules_.push_back({std::move(rule)});
}

void FaultyObjectStore::ClearRules() {
  std::lock_guard lock(mutex_);
  rules_.clear();
}

void FaultyObjectStore::FailCall(uint64_t n, FaultAction action) {
  FaultRule rule;
  rule.first_match = n;
  rule.action = action;
  AddRule(std::move(rule));
}

std::optional<FaultRule> FaultyObjectStore::Choose(Operation operation, const std::string& path) {
  for (ActiveRule& active : rules_) {
    const FaultRule& rule = active.rule;
    if (rule.operation && *rule.operation != operation) continue;
    // Which objects a listing lacks is seen from the listing itself.
    const bool any_path = rule.action == FaultAction::kMissingFromList;
    if (any_path ? operation != Operation::kList : !GlobMatches(rule.path_glob, path)) continue;
    const uint64_t match = ++active.matches;
    if (match < rule.first_match || match - rule.first_match >= rule.match_count) continue;
    if (rule.probability < 1 &&
        std::uniform_real_distribution<double>(0, 1)(random_) >= rule.probability) {
      continue;
    }
    return rule;
  }
  return std::nullopt;
}

std::optional<FaultRule> FaultyObjectStore::Enter(Operation operation, const std::string& path) {
  std::unique_lock lock(mutex_);
  ++calls_[operation];
  ++call_count_;
  std::optional<FaultRule> rule = Choose(operation, path);
  if (!rule) return rule;
  log_.push_back(fmt::format("{} {} {}: {}", call_count_, OperationName(operation), path,
                             ActionName(rule->action)));
  if (rule->action == FaultAction::kHang) {
    most_hanging_ = std::max(most_hanging_, ++hanging_);
    changed_.notify_all();
    changed_.wait(lock, [&]() { return released_; });
    --hanging_;
  }
  lock.unlock();
  if (rule->action == FaultAction::kDelay) wait_(rule->delay_ns);
  return rule;
}

uint64_t FaultyObjectStore::calls(Operation operation) const {
  std::lock_guard lock(mutex_);
  const auto found = calls_.find(operation);
  return found == calls_.end() ? 0 : found->second;
}

uint64_t FaultyObjectStore::calls() const {
  std::lock_guard lock(mutex_);
  return call_count_;
}

uint64_t FaultyObjectStore::faults() const {
  std::lock_guard lock(mutex_);
  return log_.size();
}

std::string FaultyObjectStore::Log() const {
  std::lock_guard lock(mutex_);
  std::string text;
  for (const std::string& line : log_) text += line + "\n";
  return text;
}

uint64_t FaultyObjectStore::most_at_once() const {
  std::lock_guard lock(mutex_);
  return most_hanging_;
}

void FaultyObjectStore::WaitForHanging(uint64_t count) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&]() { return hanging_ >= count; });
}

void FaultyObjectStore::Release() {
  std::lock_guard lock(mutex_);
  released_ = true;
  changed_.notify_all();
}

Status FaultyObjectStore::Put(const std::string& path, std::string_view bytes, PutMode mode) {
  const std::optional<FaultRule> rule = Enter(Operation::kPut, path);
  if (rule && rule->action == FaultAction::kShortBody) {
    RETURN_IF_ERROR(store_->Put(path, bytes.substr(0, bytes.size() / 2), mode));
    return rule->error;
  }
  return Follow(rule, path, [&]() { return store_->Put(path, bytes, mode); });
}

Result<std::string> FaultyObjectStore::Get(const std::string& path) {
  const std::optional<FaultRule> rule = Enter(Operation::kGet, path);
  return Shortened(rule, Follow(rule, path, [&]() { return store_->Get(path); }));
}

Result<std::string> FaultyObjectStore::GetRange(const std::string& path, uint64_t offset,
                                                uint64_t length) {
  const std::optional<FaultRule> rule = Enter(Operation::kGetRange, path);
  return Shortened(rule,
                   Follow(rule, path, [&]() { return store_->GetRange(path, offset, length); }));
}

Result<ObjectMeta> FaultyObjectStore::Head(const std::string& path) {
  const std::optional<FaultRule> rule = Enter(Operation::kHead, path);
  return Follow(rule, path, [&]() { return store_->Head(path); });
}

Result<std::vector<ObjectMeta>> FaultyObjectStore::List(const std::string& prefix) {
  const std::optional<FaultRule> rule = Enter(Operation::kList, prefix);
  Result<std::vector<ObjectMeta>> listed =
      Follow(rule, prefix, [&]() { return store_->List(prefix); });
  if (rule && rule->action == FaultAction::kMissingFromList && listed.ok()) {
    std::erase_if(*listed,
                  [&](const ObjectMeta& meta) { return GlobMatches(rule->path_glob, meta.path); });
  }
  return listed;
}

Status FaultyObjectStore::Delete(const std::string& path) {
  const std::optional<FaultRule> rule = Enter(Operation::kDelete, path);
  return Follow(rule, path, [&]() { return store_->Delete(path); });
}

Result<std::unique_ptr<Upload>> FaultyObjectStore::StartUpload(const std::string& path) {
  const std::optional<FaultRule> rule = Enter(Operation::kStartUpload, path);
  ASSIGN_OR_RETURN(std::unique_ptr<Upload> upload,
                   Follow(rule, path, [&]() { return store_->StartUpload(path); }));
  return std::unique_ptr<Upload>(std::make_unique<FaultyUpload>(this, path, std::move(upload)));
}

}  // namespace influxdb3::object_store::testing
