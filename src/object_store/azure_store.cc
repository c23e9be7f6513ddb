#include "object_store/azure_store.h"

#include <utility>

#include <fmt/format.h>

#include "object_store/azure_container.h"
#include "object_store/azure_upload.h"
#include "object_store/remote_answers.h"
#include "object_store/remote_store.h"
#include "object_store/xml_document.h"

namespace influxdb3::object_store {
namespace {

using util::Result;
using util::Status;

class AzureService : public RemoteService {
 public:
  explicit AzureService(std::shared_ptr<AzureContainer> container)
      : container_(std::move(container)) {}

  Status Put(const std::string& key, std::string_view bytes, PutMode mode) override {
    AzureContainer::Call call{
        .method = "PUT",
        .key = key,
        .headers = {{"content-type", "application/octet-stream"}, {"x-ms-blob-type", "BlockBlob"}},
        .body = bytes};
    if (mode == PutMode::kCreate) call.headers.emplace_back("if-none-match", "*");
    return container_->Do(call).status();
  }

  Result<HttpAnswer> Read(const std::string& key, const std::string& range,
                          size_t answer_bytes_max) override {
    AzureContainer::Call call{.method = "GET", .key = key, .answer_bytes_max = answer_bytes_max};
    if (!range.empty()) call.headers.emplace_back("x-ms-range", range);
    return container_->Do(call);
  }

  Result<ObjectMeta> Head(const std::string& key) override {
    ASSIGN_OR_RETURN(const HttpAnswer answer, container_->Do({.method = "HEAD", .key = key}));
    ObjectMeta meta{.path = key, .modified_ns = ParseTimeNs(answer.Header("last-modified"))};
    if (ParseSize(answer.Header("content-length"), &meta.size_bytes)) return meta;
    return Status::Corruption(fmt::format("{}: the store tells no size", container_->Name(key)));
  }

  Result<ListedPage> List(const std::string& prefix, const std::string& next) override {
    AzureContainer::Call call{.method = "GET",
                              .query = {{"restype", "container"}, {"comp", "list"}}};
    if (!prefix.empty()) call.query.emplace_back("prefix", prefix);
    if (!next.empty()) call.query.emplace_back("marker", next);
    ASSIGN_OR_RETURN(const HttpAnswer answer, container_->Do(call));
    std::string_view body = answer.body;
    if (body.starts_with("\xEF\xBB\xBF")) body.remove_prefix(3);
    const Result<XmlElement> root = ParseXml(body);
    const Status senseless =
        Status::Corruption(fmt::format("{}: the listing cannot be read", container_->Describe()));
    if (!root.ok() || root->name != "EnumerationResults") return senseless;
    const XmlElement* blobs = root->Child("Blobs");
    if (blobs == nullptr) return senseless;
    ListedPage page{.objects = {}, .next = root->ChildText("NextMarker")};
    for (const XmlElement& blob : blobs->children) {
      const XmlElement* properties = blob.Child("Properties");
      if (blob.name != "Blob") continue;
      if (properties == nullptr) return senseless;
      ObjectMeta meta{.path = blob.ChildText("Name"),
                      .modified_ns = ParseTimeNs(properties->ChildText("Last-Modified"))};
      if (!ParseSize(properties->ChildText("Content-Length"), &meta.size_bytes)) return senseless;
      page.objects.push_back(std::move(meta));
    }
    return page;
  }

  Status Delete(const std::string& key) override {
    return container_->Do({.method = "DELETE", .key = key}).status();
  }

  std::unique_ptr<Upload> StartUpload(const std::string& key) override {
    return MakeAzureUpload(container_, key);
  }

  std::string Describe() const override { return container_->Describe(); }

 private:
  const std::shared_ptr<AzureContainer> container_;
};

}  // namespace

Result<std::unique_ptr<ObjectStore>> OpenAzureStore(const AzureConfig& config) {
  ASSIGN_OR_RETURN(std::shared_ptr<AzureContainer> container, AzureContainer::Make(config));
  return MakeRemoteStore(std::make_shared<AzureService>(std::move(container)));
}

}  // namespace influxdb3::object_store
