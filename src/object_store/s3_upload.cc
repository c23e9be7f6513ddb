#include "object_store/s3_upload.h"

#include <utility>
#include <vector>

#include <fmt/format.h>

#include "object_store/parted_upload.h"
#include "object_store/xml_document.h"

namespace influxdb3::object_store {
namespace {

using util::Result;
using util::Status;
using util::StatusCode;

constexpr size_t kPartsMax = 10'000;

class S3PartTarget : public PartTarget {
 public:
  S3PartTarget(std::shared_ptr<S3Bucket> bucket, std::string path)
      : bucket_(std::move(bucket)), path_(std::move(path)) {}

  Status PutWhole(std::string_view bytes) override {
    return bucket_->Do({.method = "PUT", .key = path_, .body = bytes}).status();
  }

  Status SendPart(size_t number, std::string_view bytes, bool) override {
    if (id_.empty()) RETURN_IF_ERROR(Start());
    const S3Bucket::Call call{
        .method = "PUT",
        .key = path_,
        .query = {{"partNumber", fmt::format("{}", number + 1)}, {"uploadId", id_}},
        .body = bytes};
    ASSIGN_OR_RETURN(const HttpAnswer answer, bucket_->Do(call));
    const std::string etag = answer.Header("etag");
    if (etag.empty() || etag.find_first_of("<&") != std::string::npos) return Senseless();
    etags_.push_back(etag);
    return Status::Ok();
  }

  Status Complete(uint64_t total_bytes) override {
    std::string parts;
    for (size_t at = 0; at < etags_.size(); ++at) {
      parts += fmt::format("<Part><PartNumber>{}</PartNumber><ETag>{}</ETag></Part>", at + 1,
                           etags_[at]);
    }
    const std::string body =
        fmt::format("<CompleteMultipartUpload>{}</CompleteMultipartUpload>", parts);
    const Result<HttpAnswer> answer =
        bucket_->Do({.method = "POST", .key = path_, .query = {{"uploadId", id_}}, .body = body});
    const bool was_in_doubt = std::exchange(in_doubt_, true);
    if (!answer.ok()) {
      const bool is_gone = answer.status().code() == StatusCode::kNotFound;
      return was_in_doubt && is_gone ? CheckCompleted(total_bytes, answer.status())
                                     : answer.status();
    }
    // The store may begin its answer before it knows the outcome, so 200 does not mean success.
    const Result<XmlElement> root = ParseXml(answer->body);
    if (root.ok() && root->name == "CompleteMultipartUploadResult") return Status::Ok();
    return Status::Unavailable(fmt::format("{}: the store did not put the parts together: {}",
                                           bucket_->Name(path_),
                                           root.ok() ? root->ChildText("Code") : "no reason"));
  }

  Status Discard() override {
    if (id_.empty()) return Status::Ok();
    const Status status =
        bucket_->Do({.method = "DELETE", .key = path_, .query = {{"uploadId", id_}}}).status();
    return status.code() == StatusCode::kNotFound ? Status::Ok() : status;
  }

 private:
  Status Start() {
    ASSIGN_OR_RETURN(const HttpAnswer answer,
                     bucket_->Do({.method = "POST", .key = path_, .query = {{"uploads", ""}}}));
    const Result<XmlElement> root = ParseXml(answer.body);
    if (root.ok()) id_ = root->ChildText("UploadId");
    return id_.empty() ? Senseless() : Status::Ok();
  }

  /// An upload that is gone though nobody aborted it was completed by an earlier, unanswered call.
  Status CheckCompleted(uint64_t total_bytes, const Status& otherwise) {
    ASSIGN_OR_RETURN(const HttpAnswer head, bucket_->Do({.method = "HEAD", .key = path_}));
    const bool is_ours = head.Header("content-length") == fmt::format("{}", total_bytes);
    return is_ours ? Status::Ok() : otherwise;
  }

  Status Senseless() const {
    return Status::Corruption(
        fmt::format("{}: the store's answer makes no sense", bucket_->Name(path_)));
  }

  const std::shared_ptr<S3Bucket> bucket_;
  const std::string path_;
  std::string id_;  // empty until the first part
  std::vector<std::string> etags_;
  bool in_doubt_ = false;  // Complete was called and may have happened
};

}  // namespace

std::unique_ptr<Upload> MakeS3Upload(const std::shared_ptr<S3Bucket>& bucket,
                                     const std::string& path) {
  return MakePartedUpload(std::make_unique<S3PartTarget>(bucket, path), bucket->Name(path),
                          kPartsMax);
}

}  // namespace influxdb3::object_store
