#include "object_store/google_upload.h"

#include <limits>
#include <utility>

#include <fmt/format.h>

#include "object_store/parted_upload.h"
#include "object_store/remote_answers.h"

namespace influxdb3::object_store {
namespace {

using util::Result;
using util::Status;
using util::StatusCode;

constexpr int kIncomplete = 308;

class GooglePartTarget : public PartTarget {
 public:
  GooglePartTarget(std::shared_ptr<GoogleBucket> bucket, std::string path)
      : bucket_(std::move(bucket)), path_(std::move(path)) {}

  Status PutWhole(std::string_view bytes) override {
    return bucket_
        ->Do({.method = "POST",
              .key = path_,
              .is_upload = true,
              .query = {{"uploadType", "media"}},
              .headers = {{"content-type", "application/octet-stream"}},
              .body = bytes})
        .status();
  }

  Status SendPart(size_t number, std::string_view bytes, bool is_last) override {
    const uint64_t begin = uint64_t{number} * kUploadPartBytes;
    const uint64_t end = begin + bytes.size();
    const std::string total = is_last ? fmt::format("{}", end) : "*";
    if (session_.empty()) RETURN_IF_ERROR(Start());
    if (in_doubt_) RETURN_IF_ERROR(Send("bytes */" + total, ""));
    while (!done_ && (stored_ < end)) {
      if (stored_ < begin) return Lost();
      const uint64_t before = stored_;
      RETURN_IF_ERROR(Send(fmt::format("bytes {}-{}/{}", stored_, end - 1, total),
                           bytes.substr(stored_ - begin)));
      // The service may keep less than it was given, but no progress means that it is in trouble.
      if (!done_ && stored_ <= before) {
        return Status::Unavailable(
            fmt::format("{}: the store kept nothing of a part", bucket_->Name(path_)));
      }
    }
    return (done_ && !is_last) || stored_ > end ? Lost() : Status::Ok();
  }

  /// The last part has done it, unless the service answered as if more were to come.
  Status Complete(uint64_t total_bytes) override {
    if (!done_) RETURN_IF_ERROR(Send(fmt::format("bytes */{}", total_bytes), ""));
    if (done_) return Status::Ok();
    return Status::Unavailable(
        fmt::format("{}: the store did not end the upload", bucket_->Name(path_)));
  }

  Status Discard() override {
    if (session_.empty() || done_) return Status::Ok();
    // Any answer will do: 499 is the usual one, and a session that is gone is what is wanted.
    Status status = bucket_->SendToSession(session_, path_, "", "", true).status();
    if (status.ok()) session_.clear();
    return status;
  }

 private:
  Status Start() {
    ASSIGN_OR_RETURN(
        const HttpAnswer answer,
        bucket_->Do({.method = "POST",
                     .key = path_,
                     .is_upload = true,
                     .query = {{"uploadType", "resumable"}},
                     .headers = {{"x-upload-content-type", "application/octet-stream"}}}));
    const std::string session = answer.Header("location");
    if (!bucket_->IsSession(session)) {
      return Status::Corruption(
          fmt::format("{}: the store gave no address for the upload", bucket_->Name(path_)));
    }
    session_ = session;
    return Status::Ok();
  }

  /// Sends bytes or a question, and takes from the answer how much the service has.
  Status Send(const std::string& content_range, std::string_view bytes) {
    in_doubt_ = true;
    ASSIGN_OR_RETURN(const HttpAnswer answer,
                     bucket_->SendToSession(session_, path_, content_range, bytes));
    if (answer.status == 200 || answer.status == 201) {
      done_ = true;
    } else if (answer.status == kIncomplete) {
      RETURN_IF_ERROR(TakeProgress(answer.Header("range")));
    } else {
      const Status refusal = bucket_->Refusal(path_, true, answer);
      const bool is_gone = answer.status == 404 || answer.status == 410;
      return is_gone ? Status(StatusCode::kIo, refusal.message()) : refusal;
    }
    in_doubt_ = false;
    return Status::Ok();
  }

  /// `bytes=0-N`; no range means that nothing is stored.
  Status TakeProgress(std::string_view range) {
    constexpr std::string_view kStart = "bytes=0-";
    uint64_t last = 0;
    if (range.empty()) {
      stored_ = 0;
      return Status::Ok();
    }
    if (!range.starts_with(kStart) || !ParseSize(range.substr(kStart.size()), &last) ||
        last == std::numeric_limits<uint64_t>::max()) {
      return Status::Corruption(
          fmt::format("{}: the store's progress makes no sense", bucket_->Name(path_)));
    }
    stored_ = last + 1;
    return Status::Ok();
  }

  Status Lost() const {
    return Status::Corruption(
        fmt::format("{}: the store has lost count of the upload's parts", bucket_->Name(path_)));
  }

  const std::shared_ptr<GoogleBucket> bucket_;
  const std::string path_;
  std::string session_;    // empty until the first part
  uint64_t stored_ = 0;    // bytes that the service is known to have
  bool in_doubt_ = false;  // a request failed, and may have had its effect
  bool done_ = false;      // the object is there
};

}  // namespace

std::unique_ptr<Upload> MakeGoogleUpload(const std::shared_ptr<GoogleBucket>& bucket,
                                         const std::string& path) {
  return MakePartedUpload(std::make_unique<GooglePartTarget>(bucket, path), bucket->Name(path),
                          std::numeric_limits<size_t>::max());
}

}  // namespace influxdb3::object_store
