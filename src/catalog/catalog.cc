#include "catalog/catalog.h"

#include <utility>

namespace influxdb3::catalog {

using util::Result;
using util::Status;

Catalog::Catalog(CatalogLimits limits) : limits_(limits) {
  auto state = std::make_shared<CatalogState>();
  auto internal = std::make_shared<Database>();
  internal->id = util::DbId(0);
  internal->name = kInternalDatabaseName;
  internal->retention_ns = kInternalRetentionNs;
  state->databases_.Set(internal->name, internal);
  state->database_by_id_.Set(internal->id.value, internal);
  state_ = std::move(state);
}

std::shared_ptr<const CatalogState> Catalog::state() const {
  std::lock_guard lock(state_mutex_);
  return state_;
}

Status Catalog::Commit(uint64_t base_version, const std::vector<model::CatalogOp>& ops,
                       const std::function<Status()>& enqueue) {
  std::lock_guard commit_lock(commit_mutex_);
  const std::shared_ptr<const CatalogState> current = state();
  if (current->version() != base_version) {
    return Status::Conflict("the catalog was changed by another request");
  }
  ASSIGN_OR_RETURN(std::shared_ptr<const CatalogState> next, current->Apply(ops));
  // Logged before it is published: a batch validated against the new state comes behind it.
  RETURN_IF_ERROR(enqueue());
  std::lock_guard lock(state_mutex_);
  state_ = std::move(next);
  return Status::Ok();
}

void Catalog::Restore(std::shared_ptr<const CatalogState> state) {
  std::lock_guard commit_lock(commit_mutex_);
  std::lock_guard lock(state_mutex_);
  state_ = std::move(state);
}

Status Catalog::ApplyLogged(const std::vector<model::CatalogOp>& ops) {
  if (ops.empty()) return Status::Ok();
  std::lock_guard commit_lock(commit_mutex_);
  ASSIGN_OR_RETURN(std::shared_ptr<const CatalogState> next, state()->Apply(ops));
  std::lock_guard lock(state_mutex_);
  state_ = std::move(next);
  return Status::Ok();
}

}  // namespace influxdb3::catalog
