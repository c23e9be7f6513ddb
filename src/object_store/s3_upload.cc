#include "object_store/s3_upload.h"

#include <utility>

#include <fmt/format.h>

#include "object_store/xml_document.h"

namespace influxdb3::object_store {
namespace {

using util::Result;
using util::Status;
using util::StatusCode;

constexpr size_t kPartBytes = size_t{8} << 20;
constexpr size_t kPartsMax = 10'000;

class S3Upload : public Upload {
 public:
  S3Upload(std::shared_ptr<S3Bucket> bucket, std::string path)
      : bucket_(std::move(bucket)), path_(std::move(path)) {}
  ~S3Upload() override {
    if (!ended_) (void)Abort();
  }

  Status Append(std::string_view bytes) override {
    RETURN_IF_ERROR(CheckOpen());
    pending_ += bytes;
    total_bytes_ += bytes.size();
    while (pending_.size() >= kPartBytes) RETURN_IF_ERROR(SendPart(kPartBytes));
    return Status::Ok();
  }

  Status Finish() override {
    RETURN_IF_ERROR(CheckOpen());
    while (pending_.size() >= kPartBytes) RETURN_IF_ERROR(SendPart(kPartBytes));
    if (id_.empty()) {
      RETURN_IF_ERROR(bucket_->Do({.method = "PUT", .key = path_, .body = pending_}).status());
    } else {
      if (!pending_.empty()) RETURN_IF_ERROR(SendPart(pending_.size()));
      RETURN_IF_ERROR(Complete());
    }
    ended_ = true;
    return Status::Ok();
  }

  Status Abort() override {
    ended_ = true;
    pending_.clear();
    if (id_.empty()) return Status::Ok();
    const Status status =
        bucket_->Do({.method = "DELETE", .key = path_, .query = {{"uploadId", id_}}}).status();
    return status.code() == StatusCode::kNotFound ? Status::Ok() : status;
  }

 private:
  Status CheckOpen() const {
    if (!ended_) return Status::Ok();
    return Status::InvalidArgument(fmt::format("{}: the upload has ended", bucket_->Name(path_)));
  }

  Status Start() {
    ASSIGN_OR_RETURN(const HttpAnswer answer,
                     bucket_->Do({.method = "POST", .key = path_, .query = {{"uploads", ""}}}));
    const Result<XmlElement> root = ParseXml(answer.body);
    if (root.ok()) id_ = root->ChildText("UploadId");
    return id_.empty() ? Senseless() : Status::Ok();
  }

  /// Sends the first `size` pending bytes; they stay pending when it fails.
  Status SendPart(size_t size) {
    if (etags_.size() >= kPartsMax) {
      return Status::TooLarge(
          fmt::format("{}: more than {} parts", bucket_->Name(path_), kPartsMax));
    }
    if (id_.empty()) RETURN_IF_ERROR(Start());
    const S3Bucket::Call call{
        .method = "PUT",
        .key = path_,
        .query = {{"partNumber", fmt::format("{}", etags_.size() + 1)}, {"uploadId", id_}},
        .body = std::string_view(pending_).substr(0, size)};
    ASSIGN_OR_RETURN(const HttpAnswer answer, bucket_->Do(call));
    const std::string etag = answer.Header("etag");
    if (etag.empty() || etag.find_first_of("<&") != std::string::npos) return Senseless();
    etags_.push_back(etag);
    pending_.erase(0, size);
    return Status::Ok();
  }

  Status Complete() {
    std::string parts;
    for (size_t at = 0; at < etags_.size(); ++at) {
      parts += fmt::format("<Part><PartNumber>{}</PartNumber><ETag>{}</ETag></Part>", at + 1,
                           etags_[at]);
    }
    const std::string body =
        fmt::format("<CompleteMultipartUpload>{}</CompleteMultipartUpload>", parts);
    const Result<HttpAnswer> answer =
        bucket_->Do({.method = "POST", .key = path_, .query = {{"uploadId", id_}}, .body = body});
    if (!answer.ok()) {
      const bool was_in_doubt = std::exchange(in_doubt_, true);
      const bool is_gone = answer.status().code() == StatusCode::kNotFound;
      return was_in_doubt && is_gone ? CheckCompleted(answer.status()) : answer.status();
    }
    in_doubt_ = true;
    // The store may begin its answer before it knows the outcome, so 200 does not mean success.
    const Result<XmlElement> root = ParseXml(answer->body);
    if (root.ok() && root->name == "CompleteMultipartUploadResult") return Status::Ok();
    return Status::Unavailable(fmt::format("{}: the store did not put the parts together: {}",
                                           bucket_->Name(path_),
                                           root.ok() ? root->ChildText("Code") : "no reason"));
  }

  /// An upload that is gone though nobody aborted it was completed by an earlier, unanswered call.
  Status CheckCompleted(const Status& otherwise) {
    ASSIGN_OR_RETURN(const HttpAnswer head, bucket_->Do({.method = "HEAD", .key = path_}));
    const bool is_ours = head.Header("content-length") == fmt::format("{}", total_bytes_);
    return is_ours ? Status::Ok() : otherwise;
  }

  Status Senseless() const {
    return Status::Corruption(
        fmt::format("{}: the store's answer makes no sense", bucket_->Name(path_)));
  }

  const std::shared_ptr<S3Bucket> bucket_;
  const std::string path_;
  std::string id_;  // empty until the first part
  std::string pending_;
  std::vector<std::string> etags_;
  uint64_t total_bytes_ = 0;
  bool in_doubt_ = false;  // Complete was called and may have happened
  bool ended_ = false;
};

}  // namespace

std::unique_ptr<Upload> MakeS3Upload(std::shared_ptr<S3Bucket> bucket, std::string path) {
  return std::make_unique<S3Upload>(std::move(bucket), std::move(path));
}

}  // namespace influxdb3::object_store
