#include "ingest/record_commit.h"

#include <atomic>
#include <utility>

namespace influxdb3::ingest {
namespace {

using util::Status;

/// Calls `done` at the second of two reports: that the change is durable, or why it is not, and
/// that the catalog shows it.
class DurableAndPublished {
 public:
  explicit DurableAndPublished(std::function<void(Status)> done) : done_(std::move(done)) {}
  void Durable(Status outcome) {
    outcome_ = std::move(outcome);
    Reach();
  }
  void Published() { Reach(); }

 private:
  void Reach() {
    if (missing_.fetch_sub(1) == 1) done_(std::move(outcome_));
  }

  const std::function<void(Status)> done_;
  Status outcome_;  // written in front of its Reach, read behind the second one
  std::atomic<int> missing_{2};
};

}  // namespace

Status CommitRecord(catalog::Catalog* catalog, wal::Wal* wal, uint64_t base_version,
                    std::shared_ptr<const wal::Record> record, std::string payload,
                    std::function<void(Status)> done) {
  auto both = std::make_shared<DurableAndPublished>(std::move(done));
  RETURN_IF_ERROR(catalog->Commit(base_version, record->ops, [&] {
    return wal->Submit(record, std::move(payload),
                       [both](Status durable) { both->Durable(std::move(durable)); });
  }));
  both->Published();
  return Status::Ok();
}

}  // namespace influxdb3::ingest
