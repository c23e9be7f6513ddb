#pragma once

#include <memory>
#include <string>

#include <arrow/io/interfaces.h>
#include <arrow/result.h>

#include "object_store/object_store.h"

namespace influxdb3::persist {

/// Lets Arrow read an object. What Prefetch fetched is read from memory. One thread at a time.
class ObjectInput : public arrow::io::RandomAccessFile {
 public:
  /// `store` must outlive the input.
  ObjectInput(object_store::ObjectStore* store, std::string path, uint64_t size_bytes);

  /// What the store said when it first failed, else ok. Corruption when the object is shorter than
  /// it should be.
  const util::Status& failure() const { return failure_; }

  /// Holds the bytes of the range until the next Prefetch.
  util::Status Prefetch(int64_t offset, int64_t size);
  /// XXH3-64 of those bytes.
  uint64_t PrefetchedChecksum() const;

  arrow::Result<int64_t> ReadAt(int64_t position, int64_t size, void* out) override;
  arrow::Result<std::shared_ptr<arrow::Buffer>> ReadAt(int64_t position, int64_t size) override;
  arrow::Result<int64_t> Read(int64_t size, void* out) override;
  arrow::Result<std::shared_ptr<arrow::Buffer>> Read(int64_t size) override;
  arrow::Result<int64_t> GetSize() override { return size_bytes_; }
  arrow::Status Seek(int64_t position) override;
  arrow::Result<int64_t> Tell() const override { return position_; }
  arrow::Status Close() override;
  bool closed() const override { return closed_; }

 private:
  util::Result<std::string> Fetch(int64_t offset, int64_t size);
  int64_t Available(int64_t position, int64_t size) const;

  object_store::ObjectStore* const store_;
  const std::string path_;
  const int64_t size_bytes_;
  int64_t position_ = 0;
  bool closed_ = false;
  std::shared_ptr<arrow::Buffer> fetched_;
  int64_t fetched_offset_ = 0;
  util::Status failure_;
};

}  // namespace influxdb3::persist
