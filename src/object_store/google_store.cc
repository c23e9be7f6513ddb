#include "object_store/google_store.h"

#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "object_store/google_bucket.h"
#include "object_store/google_upload.h"
#include "object_store/remote_answers.h"
#include "object_store/remote_store.h"

namespace influxdb3::object_store {
namespace {

using nlohmann::json;
using util::Result;
using util::Status;

std::string Text(const json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

/// False when `object` is no description of an object.
bool ReadMeta(const json& object, ObjectMeta* meta) {
  if (!object.is_object()) return false;
  meta->path = Text(object, "name");
  meta->modified_ns = ParseTimeNs(Text(object, "updated"));
  return !meta->path.empty() && ParseSize(Text(object, "size"), &meta->size_bytes);
}

class GoogleService : public RemoteService {
 public:
  explicit GoogleService(std::shared_ptr<GoogleBucket> bucket) : bucket_(std::move(bucket)) {}

  Status Put(const std::string& key, std::string_view bytes, PutMode mode) override {
    GoogleBucket::Call call{.method = "POST",
                            .key = key,
                            .is_upload = true,
                            .query = {{"uploadType", "media"}},
                            .headers = {{"content-type", "application/octet-stream"}},
                            .body = bytes};
    if (mode == PutMode::kCreate) call.query.emplace_back("ifGenerationMatch", "0");
    return bucket_->Do(call).status();
  }

  Result<HttpAnswer> Read(const std::string& key, const std::string& range,
                          size_t answer_bytes_max) override {
    GoogleBucket::Call call{.method = "GET",
                            .key = key,
                            .query = {{"alt", "media"}},
                            .answer_bytes_max = answer_bytes_max};
    if (!range.empty()) call.headers.emplace_back("range", range);
    return bucket_->Do(call);
  }

  Result<ObjectMeta> Head(const std::string& key) override {
    ASSIGN_OR_RETURN(const HttpAnswer answer, bucket_->Do({.method = "GET", .key = key}));
    ObjectMeta meta;
    const bool is_known = ReadMeta(json::parse(answer.body, nullptr, false), &meta);
    if (is_known && meta.path == key) return meta;
    return Status::Corruption(
        fmt::format("{}: the object's description cannot be read", bucket_->Name(key)));
  }

  Result<ListedPage> List(const std::string& prefix, const std::string& next) override {
    GoogleBucket::Call call{.method = "GET",
                            .query = {{"fields", "nextPageToken,items(name,size,updated)"}}};
    if (!prefix.empty()) call.query.emplace_back("prefix", prefix);
    if (!next.empty()) call.query.emplace_back("pageToken", next);
    ASSIGN_OR_RETURN(const HttpAnswer answer, bucket_->Do(call));
    const json root = json::parse(answer.body, nullptr, false);
    const Status senseless =
        Status::Corruption(fmt::format("{}: the listing cannot be read", bucket_->Describe()));
    if (!root.is_object()) return senseless;
    ListedPage page{.objects = {}, .next = Text(root, "nextPageToken")};
    const auto items = root.find("items");
    if (items == root.end() || items->is_null()) return page;
    if (!items->is_array()) return senseless;
    for (const json& item : *items) {
      ObjectMeta meta;
      if (!ReadMeta(item, &meta)) return senseless;
      page.objects.push_back(std::move(meta));
    }
    return page;
  }

  Status Delete(const std::string& key) override {
    return bucket_->Do({.method = "DELETE", .key = key}).status();
  }

  std::unique_ptr<Upload> StartUpload(const std::string& key) override {
    return MakeGoogleUpload(bucket_, key);
  }

  std::string Describe() const override { return bucket_->Describe(); }

 private:
  const std::shared_ptr<GoogleBucket> bucket_;
};

}  // namespace

Result<std::unique_ptr<ObjectStore>> OpenGoogleStore(const GoogleConfig& config) {
  ASSIGN_OR_RETURN(std::shared_ptr<GoogleBucket> bucket, GoogleBucket::Make(config));
  return MakeRemoteStore(std::make_shared<GoogleService>(std::move(bucket)));
}

}  // namespace influxdb3::object_store
