#include "persist/object_input.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include <arrow/buffer.h>
#include <fmt/format.h>
#include <xxhash.h>

namespace influxdb3::persist {

ObjectInput::ObjectInput(object_store::ObjectStore* store, std::string path, uint64_t size_bytes)
    : store_(store), path_(std::move(path)), size_bytes_(static_cast<int64_t>(size_bytes)) {
  set_mode(arrow::io::FileMode::READ);
}

util::Result<std::string> ObjectInput::Fetch(int64_t offset, int64_t size) {
  ASSIGN_OR_RETURN(std::string bytes, store_->GetRange(path_, static_cast<uint64_t>(offset),
                                                       static_cast<uint64_t>(size)));
  if (bytes.size() != static_cast<size_t>(size)) {
    return util::Status::Corruption(
        fmt::format("'{}' has not the {} bytes that it should have", path_, size_bytes_));
  }
  return bytes;
}

util::Status ObjectInput::Prefetch(int64_t offset, int64_t size) {
  fetched_ = nullptr;
  if (offset < 0 || size < 0 || offset > size_bytes_ || size > size_bytes_ - offset) {
    return util::Status::Corruption(
        fmt::format("'{}' says that a part of it lies outside of it", path_));
  }
  ASSIGN_OR_RETURN(std::string bytes, Fetch(offset, size));
  fetched_ = arrow::Buffer::FromString(std::move(bytes));
  fetched_offset_ = offset;
  return util::Status::Ok();
}

uint64_t ObjectInput::PrefetchedChecksum() const {
  return XXH3_64bits(fetched_->data(), static_cast<size_t>(fetched_->size()));
}

int64_t ObjectInput::Available(int64_t position, int64_t size) const {
  return std::clamp<int64_t>(size_bytes_ - position, 0, std::max<int64_t>(size, 0));
}

arrow::Result<std::shared_ptr<arrow::Buffer>> ObjectInput::ReadAt(int64_t position, int64_t size) {
  if (position < 0) return arrow::Status::Invalid("a position before the begin of the file");
  size = Available(position, size);
  if (size == 0) return std::make_shared<arrow::Buffer>(nullptr, 0);
  if (fetched_ != nullptr && position >= fetched_offset_ &&
      position + size <= fetched_offset_ + fetched_->size()) {
    return arrow::SliceBuffer(fetched_, position - fetched_offset_, size);
  }
  util::Result<std::string> bytes = Fetch(position, size);
  if (!bytes.ok()) {
    if (failure_.ok()) failure_ = bytes.status();
    return arrow::Status::IOError(bytes.status().message());
  }
  return arrow::Buffer::FromString(std::move(bytes).value());
}

arrow::Result<int64_t> ObjectInput::ReadAt(int64_t position, int64_t size, void* out) {
  ARROW_ASSIGN_OR_RAISE(const auto bytes, ReadAt(position, size));
  if (bytes->size() > 0) std::memcpy(out, bytes->data(), static_cast<size_t>(bytes->size()));
  return bytes->size();
}

arrow::Result<int64_t> ObjectInput::Read(int64_t size, void* out) {
  ARROW_ASSIGN_OR_RAISE(const int64_t read, ReadAt(position_, size, out));
  position_ += read;
  return read;
}

arrow::Result<std::shared_ptr<arrow::Buffer>> ObjectInput::Read(int64_t size) {
  ARROW_ASSIGN_OR_RAISE(auto bytes, ReadAt(position_, size));
  position_ += bytes->size();
  return bytes;
}

arrow::Status ObjectInput::Seek(int64_t position) {
  position_ = position;
  return arrow::Status::OK();
}

arrow::Status ObjectInput::Close() {
  closed_ = true;
  return arrow::Status::OK();
}

}  // namespace influxdb3::persist
