#include "object_store/azure_upload.h"

#include <vector>

#include <fmt/format.h>

#include "object_store/parted_upload.h"
#include "object_store/signing.h"

namespace influxdb3::object_store {
namespace {

using util::Status;

constexpr size_t kBlocksMax = 50'000;

class AzurePartTarget : public PartTarget {
 public:
  AzurePartTarget(std::shared_ptr<AzureContainer> container, std::string path)
      : container_(std::move(container)), path_(std::move(path)) {}

  Status PutWhole(std::string_view bytes) override {
    return container_
        ->Do({.method = "PUT",
              .key = path_,
              .headers = {{"content-type", "application/octet-stream"},
                          {"x-ms-blob-type", "BlockBlob"}},
              .body = bytes})
        .status();
  }

  Status SendPart(size_t number, std::string_view bytes, bool) override {
    const AzureContainer::Call call{.method = "PUT",
                                    .key = path_,
                                    .query = {{"comp", "block"}, {"blockid", BlockId(number)}},
                                    .body = bytes};
    RETURN_IF_ERROR(container_->Do(call).status());
    blocks_ = number + 1;
    return Status::Ok();
  }

  /// May be repeated: the list finds its blocks also among those of the finished blob.
  Status Complete(uint64_t) override {
    std::string list = "<?xml version=\"1.0\" encoding=\"utf-8\"?><BlockList>";
    for (size_t number = 0; number < blocks_; ++number) {
      list += fmt::format("<Latest>{}</Latest>", BlockId(number));
    }
    list += "</BlockList>";
    return container_
        ->Do({.method = "PUT",
              .key = path_,
              .query = {{"comp", "blocklist"}},
              .headers = {{"content-type", "application/xml"},
                          {"x-ms-blob-content-type", "application/octet-stream"}},
              .body = list})
        .status();
  }

  /// The service knows no call for it; blocks that no list names are dropped in time.
  Status Discard() override { return Status::Ok(); }

 private:
  /// Of the same length for all blocks of a blob, and of no other upload to the same path.
  std::string BlockId(size_t number) const {
    return Base64(fmt::format("{}-{:08}", upload_id_, number));
  }

  const std::shared_ptr<AzureContainer> container_;
  const std::string path_;
  const std::string upload_id_ = RandomHex(16);
  size_t blocks_ = 0;
};

}  // namespace

std::unique_ptr<Upload> MakeAzureUpload(const std::shared_ptr<AzureContainer>& container,
                                        const std::string& path) {
  return MakePartedUpload(std::make_unique<AzurePartTarget>(container, path), container->Name(path),
                          kBlocksMax);
}

}  // namespace influxdb3::object_store
