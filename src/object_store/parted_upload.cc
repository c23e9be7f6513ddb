#include "object_store/parted_upload.h"

#include <utility>

#include <fmt/format.h>

namespace influxdb3::object_store {
namespace {

using util::Status;

class PartedUpload : public Upload {
 public:
  PartedUpload(std::unique_ptr<PartTarget> target, std::string name, size_t parts_max)
      : target_(std::move(target)), name_(std::move(name)), parts_max_(parts_max) {}
  ~PartedUpload() override {
    if (!ended_) (void)target_->Discard();
  }

  Status Append(std::string_view bytes) override {
    RETURN_IF_ERROR(CheckOpen());
    pending_ += bytes;
    total_bytes_ += bytes.size();
    // A full part stays until it is known not to be the last.
    while (pending_.size() > kUploadPartBytes) RETURN_IF_ERROR(SendPart(kUploadPartBytes, false));
    return Status::Ok();
  }

  Status Finish() override {
    RETURN_IF_ERROR(CheckOpen());
    while (pending_.size() > kUploadPartBytes) RETURN_IF_ERROR(SendPart(kUploadPartBytes, false));
    if (parts_ == 0) {
      RETURN_IF_ERROR(target_->PutWhole(pending_));
    } else {
      if (!pending_.empty()) RETURN_IF_ERROR(SendPart(pending_.size(), true));
      RETURN_IF_ERROR(target_->Complete(total_bytes_));
    }
    ended_ = true;
    return Status::Ok();
  }

  Status Abort() override {
    ended_ = true;
    pending_.clear();
    return target_->Discard();
  }

 private:
  Status CheckOpen() const {
    if (!ended_) return Status::Ok();
    return Status::InvalidArgument(fmt::format("{}: the upload has ended", name_));
  }

  /// Sends the first `size` pending bytes; they stay pending when it fails.
  Status SendPart(size_t size, bool is_last) {
    if (parts_ >= parts_max_) {
      return Status::TooLarge(fmt::format("{}: more than {} parts", name_, parts_max_));
    }
    RETURN_IF_ERROR(target_->SendPart(parts_, std::string_view(pending_).substr(0, size), is_last));
    ++parts_;
    pending_.erase(0, size);
    return Status::Ok();
  }

  const std::unique_ptr<PartTarget> target_;
  const std::string name_;
  const size_t parts_max_;
  std::string pending_;
  size_t parts_ = 0;
  uint64_t total_bytes_ = 0;
  bool ended_ = false;
};

}  // namespace

std::unique_ptr<Upload> MakePartedUpload(std::unique_ptr<PartTarget> target, std::string name,
                                         size_t parts_max) {
  return std::make_unique<PartedUpload>(std::move(target), std::move(name), parts_max);
}

}  // namespace influxdb3::object_store
