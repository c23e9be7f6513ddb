#pragma once

#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "object_store/object_store.h"
#include "object_store/store_metrics.h"
#include "object_store/wait.h"

namespace influxdb3::object_store::testing {

enum class FaultAction {
  kFailBefore,  ///< `error`, and the call had no effect
  kFailAfter,   ///< the call takes effect, then `error`: an ambiguous success
  kShortBody,   ///< a read returns only half of the bytes; of a Put only half are stored, then
                ///< `error`
  kPreconditionConflict,  ///< AlreadyExists, without effect: somebody else was faster
  kDelay,                 ///< waits `delay_ns`, then goes on
  kHang,                  ///< waits for Release(), then goes on
  kMissingFromList,       ///< a listing lacks the objects that match `path_glob`
};

/// When a fault happens, and which. All conditions must hold.
struct FaultRule {
  std::optional<Operation> operation;  ///< unset = any
  std::string path_glob = "*";         ///< `*` also matches slashes; for a list: of its prefix
  uint64_t first_match = 1;            ///< fires from this matching call on, counted from 1,
  uint64_t match_count = 1;            ///< for this many of them
  double probability = 1;              ///< and then in this share of the cases
  FaultAction action = FaultAction::kFailBefore;
  util::Status error = util::Status::Unavailable("injected fault");
  int64_t delay_ns = 0;
};

/// `*` is any text, `?` any character.
bool GlobMatches(std::string_view glob, std::string_view text);

/// A store whose calls fail as told. Thread-safe. Uploads it started belong to it and must be gone
/// before it; an Append that failed before its effect keeps its bytes, as the interface demands.
class FaultyObjectStore : public ObjectStore {
 public:
  /// `seed` decides about probabilities; `wait` serves kDelay.
  explicit FaultyObjectStore(std::shared_ptr<ObjectStore> store, uint64_t seed = 1,
                             WaitFunction wait = SystemWait());
  ~FaultyObjectStore() override;

  /// The first rule that fires decides. Counting starts when the rule is added.
  void AddRule(FaultRule rule);
  void ClearRules();
  /// For sweeps: the n-th call of any kind from now on, counted from 1, fails as `action` says.
  void FailCall(uint64_t n, FaultAction action);

  /// Calls of an operation since the store was made, also failed ones.
  uint64_t calls(Operation operation) const;
  uint64_t calls() const;
  uint64_t faults() const;
  /// The most calls that hung at once.
  uint64_t most_at_once() const;
  /// One line per fault: `3 put a/b: fail before`. Print it when a test fails.
  std::string Log() const;

  /// Returns when so many calls hang at once.
  void WaitForHanging(uint64_t count = 1);
  /// Lets those that hang go on, and all that would hang from now on.
  void Release();

  util::Status Put(const std::string& path, std::string_view bytes, PutMode mode) override;
  util::Result<std::string> Get(const std::string& path) override;
  util::Result<std::string> GetRange(const std::string& path, uint64_t offset,
                                     uint64_t length) override;
  util::Result<ObjectMeta> Head(const std::string& path) override;
  util::Result<std::vector<ObjectMeta>> List(const std::string& prefix) override;
  util::Status Delete(const std::string& path) override;
  util::Result<std::unique_ptr<Upload>> StartUpload(const std::string& path) override;
  std::string Describe() const override { return store_->Describe() + " (faulty)"; }

 private:
  friend class FaultyUpload;
  struct ActiveRule {
    FaultRule rule;
    uint64_t matches = 0;
  };

  /// Counts the call and waits where a rule says so; the rule to be followed, if any.
  std::optional<FaultRule> Enter(Operation operation, const std::string& path);
  std::optional<FaultRule> Choose(Operation operation, const std::string& path);

  const std::shared_ptr<ObjectStore> store_;
  const WaitFunction wait_;
  mutable std::mutex mutex_;  // guards the members below
  std::condition_variable changed_;
  std::mt19937_64 random_;
  std::vector<ActiveRule> rules_;
  std::map<Operation, uint64_t> calls_;
  uint64_t call_count_ = 0;
  std::vector<std::string> log_;
  uint64_t hanging_ = 0;
  uint64_t most_hanging_ = 0;
  bool released_ = false;
};

}  // namespace influxdb3::object_store::testing
