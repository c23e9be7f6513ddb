#include "buffer/catalog_history.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace influxdb3::buffer {

using util::Result;
using util::Status;

CatalogHistory::CatalogHistory(const catalog::CatalogLimits& limits) {
  versions_.push_back({util::WalSeq(0), catalog::Catalog(limits).state()});
}

Status CatalogHistory::Restore(util::WalSeq covered_seq, const std::vector<model::CatalogOp>& ops) {
  std::lock_guard lock(mutex_);
  ASSIGN_OR_RETURN(std::shared_ptr<const catalog::CatalogState> state,
                   versions_.front().state->Apply(ops));
  versions_.assign(1, {covered_seq, std::move(state)});
  return Status::Ok();
}

void CatalogHistory::OnRecord(util::WalSeq seq, const wal::Record& record, bool /*replay*/) {
  if (record.ops.empty()) return;
  std::lock_guard lock(mutex_);
  if (!status_.ok()) return;
  auto state = versions_.back().state->Apply(record.ops);
  if (!state.ok()) {
    status_ = state.status().WithPrefix(
        fmt::format("log record {} does not fit the catalog: ", seq.value));
    return;
  }
  versions_.push_back({seq, std::move(state).value()});
}

Result<std::shared_ptr<const catalog::CatalogState>> CatalogHistory::StateAsOf(
    util::WalSeq seq) const {
  std::lock_guard lock(mutex_);
  RETURN_IF_ERROR(status_);
  const auto later = std::upper_bound(
      versions_.begin(), versions_.end(), seq,
      [](util::WalSeq wanted, const Version& version) { return wanted < version.seq; });
  if (later == versions_.begin()) {
    return Status::Internal(fmt::format("the catalog of record {} was forgotten", seq.value));
  }
  return std::prev(later)->state;
}

Result<std::shared_ptr<const catalog::CatalogState>> CatalogHistory::Newest() const {
  std::lock_guard lock(mutex_);
  RETURN_IF_ERROR(status_);
  return versions_.back().state;
}

void CatalogHistory::Forget(util::WalSeq seq) {
  std::lock_guard lock(mutex_);
  while (versions_.size() > 1 && versions_[1].seq <= seq) versions_.pop_front();
}

}  // namespace influxdb3::buffer
