#include <fmt/format.h>

#include "app/store_factory.h"
#include "server/uuid.h"

namespace influxdb3::app {

using object_store::ObjectMeta;
using object_store::ObjectStore;
using object_store::PutMode;
using util::Result;
using util::Status;
using util::StatusCode;

namespace {

/// What an operator can do about `status`, in front of what the store said.
Status Explained(const ObjectStore& store, std::string_view action, const Status& status) {
  std::string reason;
  switch (status.code()) {
    case StatusCode::kPermissionDenied:
      reason = "the credentials are wrong or lack the right to";
      break;
    case StatusCode::kNotFound: reason = "the bucket does not exist, so the server cannot"; break;
    case StatusCode::kUnavailable:
    case StatusCode::kDeadlineExceeded: reason = "it cannot be reached to"; break;
    default: reason = "the server cannot"; break;
  }
  return Status(status.code(), fmt::format("object store {}: {} {}: {}", store.Describe(), reason,
                                           action, status.message()));
}

Status CheckRefusal(ObjectStore& store, const std::string& path) {
  const Status second = store.Put(path, "another", PutMode::kCreate);
  if (second.code() == StatusCode::kAlreadyExists) return Status::Ok();
  if (!second.ok()) return Explained(store, "create objects conditionally", second);
  return Status::Unsupported(fmt::format(
      "object store {}: it does not refuse to create an object that exists (If-None-Match), so it "
      "cannot keep two servers from overwriting each other's data",
      store.Describe()));
}

Status CheckReading(ObjectStore& store, const std::string& path, const std::string& bytes) {
  const Result<std::string> got = store.Get(path);
  if (!got.ok()) return Explained(store, "read objects", got.status());
  const Result<std::string> range = store.GetRange(path, 1, 2);
  if (!range.ok()) return Explained(store, "read parts of objects", range.status());
  const Result<std::vector<ObjectMeta>> listed = store.List(path.substr(0, path.rfind('/') + 1));
  if (!listed.ok()) return Explained(store, "list objects", listed.status());
  bool is_listed = false;
  for (const ObjectMeta& meta : *listed) is_listed |= meta.path == path;
  if (*got == bytes && *range == bytes.substr(1, 2) && is_listed) return Status::Ok();
  return Status::Corruption(fmt::format(
      "object store {}: it does not give back what was stored a moment ago", store.Describe()));
}

}  // namespace

Status CheckStore(ObjectStore& store, const std::string& node_id) {
  const std::string bytes = server::RandomUuid();
  const std::string path = fmt::format("{}/store_check/{}", node_id, bytes);
  const Status created = store.Put(path, bytes, PutMode::kCreate);
  if (!created.ok()) return Explained(store, "create objects", created);
  Status checked = CheckRefusal(store, path);
  if (checked.ok()) checked = CheckReading(store, path, bytes);
  const Status deleted = store.Delete(path);
  if (!checked.ok() || deleted.ok()) return checked;
  return Explained(store, "delete objects", deleted);
}

Result<std::string> LoadOrCreateClusterUuid(ObjectStore& store, const std::string& node_id) {
  constexpr size_t kUuidBytes = 36;
  const std::string path = node_id + "/cluster_uuid";
  const std::string fresh = server::RandomUuid();
  const Status created = store.Put(path, fresh + "\n", PutMode::kCreate);
  if (created.ok()) return fresh;
  if (created.code() != StatusCode::kAlreadyExists) return created;
  ASSIGN_OR_RETURN(const std::string held, store.Get(path));
  if (held.size() >= kUuidBytes) return held.substr(0, kUuidBytes);
  return Status::Corruption(
      fmt::format("object store {}: '{}' holds no identity", store.Describe(), path));
}

}  // namespace influxdb3::app
