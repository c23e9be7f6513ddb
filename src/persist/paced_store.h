#pragma once

#include <atomic>
#include <memory>

#include "object_store/object_store.h"
#include "persist/pacer.h"

namespace influxdb3::persist {

/// Passes everything on to another store, at the speed of a pacer, and counts the bytes. Calls fail
/// with Cancelled after the pacer was cancelled, but for Delete and Abort, which clean up. Both
/// must outlive it.
class PacedStore : public object_store::ObjectStore {
 public:
  PacedStore(object_store::ObjectStore* store, Pacer* pacer) : store_(store), pacer_(pacer) {}

  uint64_t bytes_read() const { return bytes_read_; }
  uint64_t bytes_written() const { return bytes_written_; }

  util::Status Put(const std::string& path, std::string_view bytes,
                   object_store::PutMode mode) override;
  util::Result<std::string> Get(const std::string& path) override;
  util::Result<std::string> GetRange(const std::string& path, uint64_t offset,
                                     uint64_t length) override;
  util::Result<object_store::ObjectMeta> Head(const std::string& path) override;
  util::Result<std::vector<object_store::ObjectMeta>> List(const std::string& prefix) override;
  util::Status Delete(const std::string& path) override { return store_->Delete(path); }
  util::Result<std::unique_ptr<object_store::Upload>> StartUpload(const std::string& path) override;
  std::string Describe() const override { return store_->Describe(); }

 private:
  friend class PacedUpload;

  object_store::ObjectStore* const store_;
  Pacer* const pacer_;
  std::atomic<uint64_t> bytes_read_ = 0;
  std::atomic<uint64_t> bytes_written_ = 0;
};

}  // namespace influxdb3::persist
