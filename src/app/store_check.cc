#include <charconv>

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

/// The remote stores' own words for it are part of the message.
bool IsBucketMissing(const Status& status) {
  if (status.code() == StatusCode::kNotFound) return true;
  for (const char* word :
       {"NoSuchBucket", "ContainerNotFound", "404 notFound", "bucket does not exist"}) {
    if (status.message().find(word) != std::string::npos) return true;
  }
  return false;
}

/// What an operator can do about `status`, in front of what the store said.
Status Explained(const ObjectStore& store, std::string_view action, const Status& status) {
  std::string reason;
  switch (status.code()) {
    case StatusCode::kPermissionDenied:
      reason = "the credentials are wrong or lack the right to";
      break;
    case StatusCode::kNotFound:
    case StatusCode::kIo:
      reason = IsBucketMissing(status) ? "the bucket does not exist, so the server cannot"
                                       : "the server cannot";
      break;
    case StatusCode::kUnavailable:
    case StatusCode::kDeadlineExceeded: reason = "it cannot be reached to"; break;
    default: reason = "the server cannot"; break;
  }
  return Status(status.code(), fmt::format("object store {}: {} {}: {}", store.Describe(), reason,
                                           action, status.message()));
}

Result<bool> IsRefusing(ObjectStore& store, const std::string& path) {
  const Status second = store.Put(path, "another", PutMode::kCreate);
  if (second.code() == StatusCode::kAlreadyExists) return true;
  if (second.ok() || second.code() == StatusCode::kUnsupported) return false;
  return Explained(store, "create objects conditionally", second);
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

Result<bool> CheckStore(ObjectStore& store, const std::string& node_id) {
  std::string bytes = server::RandomUuid();
  const std::string path = fmt::format("{}/store_check/{}", node_id, bytes);
  Status created = store.Put(path, bytes, PutMode::kCreate);
  // Some stores know no condition at all.
  const bool knows_none = created.code() == StatusCode::kUnsupported;
  if (knows_none) created = store.Put(path, bytes, PutMode::kOverwrite);
  if (!created.ok()) return Explained(store, "create objects", created);
  Result<bool> refusing = false;
  if (!knows_none) {
    refusing = IsRefusing(store, path);
    if (refusing.ok() && !*refusing) bytes = "another";
  }
  const Status checked = refusing.ok() ? CheckReading(store, path, bytes) : refusing.status();
  const Status deleted = store.Delete(path);
  RETURN_IF_ERROR(checked);
  if (!deleted.ok()) return Explained(store, "delete objects", deleted);
  return refusing;
}

namespace {

/// What object `path` holds, which is `fresh` if there was none.
Result<std::string> LoadOrCreate(ObjectStore& store, const std::string& path,
                                 const std::string& fresh) {
  const Status created = store.Put(path, fresh, PutMode::kCreate);
  if (created.ok()) return fresh;
  if (created.code() != StatusCode::kAlreadyExists) return created;
  return store.Get(path);
}

}  // namespace

Result<std::string> LoadOrCreateClusterUuid(ObjectStore& store, const std::string& node_id) {
  constexpr size_t kUuidBytes = 36;
  const std::string path = node_id + "/cluster_uuid";
  ASSIGN_OR_RETURN(const std::string held, LoadOrCreate(store, path, server::RandomUuid() + "\n"));
  if (held.size() >= kUuidBytes) return held.substr(0, kUuidBytes);
  return Status::Corruption(
      fmt::format("object store {}: '{}' holds no identity", store.Describe(), path));
}

Result<int64_t> LoadOrCreateGen1Duration(ObjectStore& store, const std::string& node_id,
                                         int64_t wanted_ns) {
  const std::string path = node_id + "/gen1_duration";
  ASSIGN_OR_RETURN(const std::string held,
                   LoadOrCreate(store, path, std::to_string(wanted_ns) + "\n"));
  int64_t duration_ns = 0;
  const auto [end, error] = std::from_chars(held.data(), held.data() + held.size(), duration_ns);
  if (error == std::errc() && duration_ns > 0) return duration_ns;
  return Status::Corruption(
      fmt::format("object store {}: '{}' holds no duration", store.Describe(), path));
}

}  // namespace influxdb3::app
