#include "persist/upload_stream.h"

#include <utility>

namespace influxdb3::persist {

UploadStream::UploadStream(std::unique_ptr<object_store::Upload> upload)
    : upload_(std::move(upload)), hash_(XXH3_createState()) {
  set_mode(arrow::io::FileMode::WRITE);
  XXH3_64bits_reset(hash_.get());
}

UploadStream::~UploadStream() = default;

arrow::Status UploadStream::Write(const void* data, int64_t size) {
  position_ += size;
  XXH3_64bits_update(hash_.get(), data, static_cast<size_t>(size));
  piece_.append(static_cast<const char*>(data), static_cast<size_t>(size));
  return piece_.size() < kPieceBytes ? arrow::Status::OK() : Send();
}

uint64_t UploadStream::TakeChecksum() {
  const uint64_t checksum = XXH3_64bits_digest(hash_.get());
  XXH3_64bits_reset(hash_.get());
  return checksum;
}

arrow::Status UploadStream::Send() {
  if (failure_.ok() && !piece_.empty()) failure_ = upload_->Append(piece_);
  piece_.clear();
  return failure_.ok() ? arrow::Status::OK() : arrow::Status::IOError(failure_.message());
}

arrow::Status UploadStream::Close() {
  closed_ = true;
  return arrow::Status::OK();
}

util::Status UploadStream::Finish() {
  if (!Send().ok()) return failure_;
  failure_ = upload_->Finish();
  return failure_;
}

}  // namespace influxdb3::persist
