#include "object_store/s3_store.h"

#include <utility>

#include <fmt/format.h>

#include "object_store/remote_answers.h"
#include "object_store/remote_store.h"
#include "object_store/s3_bucket.h"
#include "object_store/s3_upload.h"
#include "object_store/xml_document.h"

namespace influxdb3::object_store {
namespace {

using util::Result;
using util::Status;

class S3Service : public RemoteService {
 public:
  explicit S3Service(std::shared_ptr<S3Bucket> bucket) : bucket_(std::move(bucket)) {}

  Status Put(const std::string& key, std::string_view bytes, PutMode mode) override {
    S3Bucket::Call call{.method = "PUT", .key = key, .body = bytes};
    if (mode == PutMode::kCreate) call.headers.emplace_back("if-none-match", "*");
    return bucket_->Do(call).status();
  }

  Result<HttpAnswer> Read(const std::string& key, const std::string& range,
                          size_t answer_bytes_max) override {
    S3Bucket::Call call{.method = "GET", .key = key, .answer_bytes_max = answer_bytes_max};
    if (!range.empty()) call.headers.emplace_back("range", range);
    return bucket_->Do(call);
  }

  Result<ObjectMeta> Head(const std::string& key) override {
    ASSIGN_OR_RETURN(const HttpAnswer answer, bucket_->Do({.method = "HEAD", .key = key}));
    ObjectMeta meta{.path = key, .modified_ns = ParseTimeNs(answer.Header("last-modified"))};
    if (ParseSize(answer.Header("content-length"), &meta.size_bytes)) return meta;
    return Status::Corruption(fmt::format("{}: the store tells no size", bucket_->Name(key)));
  }

  Result<ListedPage> List(const std::string& prefix, const std::string& next) override {
    S3Bucket::Call call{.method = "GET", .query = {{"list-type", "2"}, {"prefix", prefix}}};
    if (!next.empty()) call.query.emplace_back("continuation-token", next);
    ASSIGN_OR_RETURN(const HttpAnswer answer, bucket_->Do(call));
    const Result<XmlElement> root = ParseXml(answer.body);
    const Status senseless =
        Status::Corruption(fmt::format("{}: the listing cannot be read", bucket_->Describe()));
    if (!root.ok() || root->name != "ListBucketResult") return senseless;
    ListedPage page;
    for (const XmlElement& entry : root->children) {
      if (entry.name != "Contents") continue;
      ObjectMeta meta{.path = entry.ChildText("Key"),
                      .modified_ns = ParseTimeNs(entry.ChildText("LastModified"))};
      if (!ParseSize(entry.ChildText("Size"), &meta.size_bytes)) return senseless;
      page.objects.push_back(std::move(meta));
    }
    if (root->ChildText("IsTruncated") != "true") return page;
    page.next = root->ChildText("NextContinuationToken");
    if (page.next.empty()) return senseless;
    return page;
  }

  Status Delete(const std::string& key) override {
    return bucket_->Do({.method = "DELETE", .key = key}).status();
  }

  std::unique_ptr<Upload> StartUpload(const std::string& key) override {
    return MakeS3Upload(bucket_, key);
  }

  std::string Describe() const override { return bucket_->Describe(); }

 private:
  const std::shared_ptr<S3Bucket> bucket_;
};

}  // namespace

Result<std::unique_ptr<ObjectStore>> OpenS3Store(const S3Config& config) {
  ASSIGN_OR_RETURN(std::shared_ptr<S3Bucket> bucket, S3Bucket::Make(config));
  return MakeRemoteStore(std::make_shared<S3Service>(std::move(bucket)));
}

}  // namespace influxdb3::object_store
