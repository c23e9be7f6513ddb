#include "persist/paced_store.h"

#include <utility>

namespace influxdb3::persist {

using util::Result;
using util::Status;

class PacedUpload : public object_store::Upload {
 public:
  PacedUpload(PacedStore* owner, std::unique_ptr<object_store::Upload> upload)
      : owner_(owner), upload_(std::move(upload)) {}

  Status Append(std::string_view bytes) override {
    RETURN_IF_ERROR(owner_->pacer_->Spend(bytes.size()));
    owner_->bytes_written_ += bytes.size();
    return upload_->Append(bytes);
  }
  Status Finish() override {
    RETURN_IF_ERROR(owner_->pacer_->Spend(0));
    return upload_->Finish();
  }
  Status Abort() override { return upload_->Abort(); }

 private:
  PacedStore* const owner_;
  const std::unique_ptr<object_store::Upload> upload_;
};

Status PacedStore::Put(const std::string& path, std::string_view bytes,
                       object_store::PutMode mode) {
  RETURN_IF_ERROR(pacer_->Spend(bytes.size()));
  bytes_written_ += bytes.size();
  return store_->Put(path, bytes, mode);
}

Result<std::string> PacedStore::Get(const std::string& path) {
  RETURN_IF_ERROR(pacer_->Spend(0));
  Result<std::string> bytes = store_->Get(path);
  if (bytes.ok()) {
    bytes_read_ += bytes->size();
    (void)pacer_->Reserve(bytes->size());
  }
  return bytes;
}

Result<std::string> PacedStore::GetRange(const std::string& path, uint64_t offset,
                                         uint64_t length) {
  RETURN_IF_ERROR(pacer_->Spend(length));
  bytes_read_ += length;
  return store_->GetRange(path, offset, length);
}

Result<object_store::ObjectMeta> PacedStore::Head(const std::string& path) {
  RETURN_IF_ERROR(pacer_->Spend(0));
  return store_->Head(path);
}

Result<std::vector<object_store::ObjectMeta>> PacedStore::List(const std::string& prefix) {
  RETURN_IF_ERROR(pacer_->Spend(0));
  return store_->List(prefix);
}

Result<std::unique_ptr<object_store::Upload>> PacedStore::StartUpload(const std::string& path) {
  RETURN_IF_ERROR(pacer_->Spend(0));
  ASSIGN_OR_RETURN(auto upload, store_->StartUpload(path));
  return std::unique_ptr<object_store::Upload>(
      std::make_unique<PacedUpload>(this, std::move(upload)));
}

}  // namespace influxdb3::persist
