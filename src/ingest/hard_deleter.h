#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "catalog/catalog.h"
#include "util/clock.h"
#include "wal/wal.h"

namespace influxdb3::ingest {

struct HardDeleterOptions {
  /// Added to the instant at which something is to be deleted for good.
  int64_t grace_ns = 0;
  /// The longest time between two looks at the catalog.
  int64_t interval_ns = int64_t{60} * 1'000'000'000;
  /// Called when something was purged, durably and to be seen in the catalog; from the log's thread
  /// or the deleter's, must not block.
  std::function<void()> purged;
};

/// Operations that purge what is due at `now_ns`: databases and tables that are deleted and whose
/// hard deletion is at least `grace_ns` ago. At most `ops_max`; a second call in the state that
/// they make gives the rest.
std::vector<model::CatalogOp> PurgeOps(const catalog::CatalogState& state, int64_t now_ns,
                                       int64_t grace_ns, size_t ops_max);

/// When the next purge is due; none when nothing waits for one. At most INT64_MAX.
std::optional<int64_t> NextPurgeNs(const catalog::CatalogState& state, int64_t grace_ns);

/// Takes deleted databases and tables out of the catalog when their time has come: each purge is
/// logged like other changes of the schema. Their files are the compactor's to remove. Thread-safe.
class HardDeleter {
 public:
  /// All three must outlive the deleter, and the log must not call back after `options.purged` has
  /// become invalid.
  HardDeleter(catalog::Catalog* catalog, wal::Wal* wal, const util::Clock* clock,
              HardDeleterOptions options);
  /// Stops.
  ~HardDeleter();

  /// Begins to work in the background. Once.
  void Start();
  /// Ends the background work; to be called before the log is shut down. Idempotent.
  void Stop();
  /// Something was deleted: the background looks at the catalog soon. Does not block.
  void Wake();

  /// Logs what is due now, in the caller's thread. The first error ends it; what is left comes with
  /// the next run.
  util::Status RunOnce();

 private:
  void Loop();
  int64_t WaitNs() const;

  catalog::Catalog* const catalog_;
  wal::Wal* const wal_;
  const util::Clock* const clock_;
  const HardDeleterOptions options_;

  std::mutex mutex_;  ///< guards stopping_, woken_ and thread_
  std::condition_variable wake_;
  bool stopping_ = false;
  bool woken_ = false;
  std::thread thread_;
};

}  // namespace influxdb3::ingest
