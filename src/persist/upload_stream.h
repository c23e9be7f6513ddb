#pragma once

#include <memory>
#include <string>

#include <arrow/io/interfaces.h>
#include <arrow/result.h>
#include <xxhash.h>

#include "object_store/object_store.h"

namespace influxdb3::persist {

/// Hands what Arrow writes to an upload, in pieces of at least `kPieceBytes`; destroyed without
/// Finish it aborts the upload. One thread.
class UploadStream : public arrow::io::OutputStream {
 public:
  static constexpr size_t kPieceBytes = size_t{1} << 20;

  explicit UploadStream(std::unique_ptr<object_store::Upload> upload);
  ~UploadStream() override;

  /// What the upload said when it first failed, else ok.
  const util::Status& failure() const { return failure_; }
  uint64_t size_bytes() const { return static_cast<uint64_t>(position_); }
  /// XXH3-64 of what was written since the last call.
  uint64_t TakeChecksum();

  /// Nothing more is sent: the object will not be finished.
  void Abandon() { failure_ = util::Status::Internal("the file was given up"); }
  /// Makes the object visible. Once, behind the last Write.
  util::Status Finish();

  arrow::Status Write(const void* data, int64_t size) override;
  using arrow::io::OutputStream::Write;
  arrow::Result<int64_t> Tell() const override { return position_; }
  arrow::Status Close() override;
  bool closed() const override { return closed_; }

 private:
  arrow::Status Send();

  std::unique_ptr<object_store::Upload> upload_;
  std::string piece_;
  struct FreeHash {
    void operator()(XXH3_state_t* hash) const { XXH3_freeState(hash); }
  };
  std::unique_ptr<XXH3_state_t, FreeHash> hash_;
  int64_t position_ = 0;
  bool closed_ = false;
  util::Status failure_;
};

}  // namespace influxdb3::persist
