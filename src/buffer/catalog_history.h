#pragma once

#include <deque>
#include <memory>
#include <mutex>
#include <vector>

#include "catalog/catalog.h"
#include "wal/wal.h"

namespace influxdb3::buffer {

/// The catalog as the log tells it, at each record that no file covers yet: what a manifest needs
/// that says "the log up to record n is no longer needed". The live catalog cannot tell, as it is
/// ahead of the log. A listener in front of the buffer. Thread-safe.
class CatalogHistory : public wal::Listener {
 public:
  explicit CatalogHistory(const catalog::CatalogLimits& limits);

  /// Before replay: the catalog as of `covered_seq`. Corruption when the operations do not fit.
  util::Status Restore(util::WalSeq covered_seq, const std::vector<model::CatalogOp>& ops);

  void OnRecord(util::WalSeq seq, const wal::Record& record, bool replay) override;

  /// The state behind record `seq`, which must not be before what was forgotten. The error when a
  /// record did not fit.
  util::Result<std::shared_ptr<const catalog::CatalogState>> StateAsOf(util::WalSeq seq) const;
  /// The state behind the last record there is: what a crash cannot take back. The live catalog may
  /// know columns, tables and deletions that never reach the log.
  util::Result<std::shared_ptr<const catalog::CatalogState>> Newest() const;
  /// States before the one of record `seq` will not be asked for.
  void Forget(util::WalSeq seq);

 private:
  struct Version {
    util::WalSeq seq;
    std::shared_ptr<const catalog::CatalogState> state;
  };

  mutable std::mutex mutex_;
  std::deque<Version> versions_;  // never empty
  util::Status status_;
};

}  // namespace influxdb3::buffer
