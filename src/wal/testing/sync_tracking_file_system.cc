#include "wal/testing/sync_tracking_file_system.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace influxdb3::wal {

using util::Result;
using util::Status;

namespace {

Status Injected() {
  return Status::Io("injected: No space left on device");
}

}  // namespace

class TrackedFile : public File {
 public:
  TrackedFile(SyncTrackingFileSystem* owner, std::shared_ptr<SyncTrackingFileSystem::Node> node)
      : owner_(owner), node_(std::move(node)) {}

  Status Append(std::string_view bytes) override {
    std::lock_guard lock(owner_->mutex_);
    SyncTrackingFileSystem::Fault fault;
    const bool fails = owner_->Fails(&fault);
    if (!fails || fault == SyncTrackingFileSystem::Fault::kAfterEffect) {
      node_->bytes += bytes;
    } else if (fault == SyncTrackingFileSystem::Fault::kHalfEffect) {
      node_->bytes += bytes.substr(0, bytes.size() / 2);
    }
    return fails ? Injected() : Status::Ok();
  }

  Result<size_t> ReadAt(uint64_t offset, size_t size, char* out) const override {
    std::lock_guard lock(owner_->mutex_);
    if (offset >= node_->bytes.size()) return size_t{0};
    const size_t count = std::min(size, node_->bytes.size() - static_cast<size_t>(offset));
    std::memcpy(out, node_->bytes.data() + offset, count);
    return count;
  }

  Result<uint64_t> Size() const override {
    std::lock_guard lock(owner_->mutex_);
    return uint64_t{node_->bytes.size()};
  }

  Status Truncate(uint64_t size) override {
    std::lock_guard lock(owner_->mutex_);
    SyncTrackingFileSystem::Fault fault;
    const bool fails = owner_->Fails(&fault);
    if (!fails || fault == SyncTrackingFileSystem::Fault::kAfterEffect) node_->bytes.resize(size);
    return fails ? Injected() : Status::Ok();
  }

  Status Sync() override {
    std::lock_guard lock(owner_->mutex_);
    SyncTrackingFileSystem::Fault fault;
    const bool fails = owner_->Fails(&fault);
    if (!fails || fault == SyncTrackingFileSystem::Fault::kAfterEffect) {
      node_->synced_bytes = node_->bytes;
    } else if (fault == SyncTrackingFileSystem::Fault::kHalfEffect) {
      node_->synced_bytes = node_->bytes.substr(0, node_->bytes.size() / 2);
    }
    return fails ? Injected() : Status::Ok();
  }

 private:
  SyncTrackingFileSystem* owner_;
  std::shared_ptr<SyncTrackingFileSystem::Node> node_;
};

Status SyncTrackingFileSystem::CreateDirectories(const std::string&) {
  return Status::Ok();
}

Result<std::vector<std::string>> SyncTrackingFileSystem::List(const std::string& directory) {
  std::lock_guard lock(mutex_);
  std::vector<std::string> names;
  for (const auto& [path, node] : files_) {
    if (path.starts_with(directory + "/")) names.push_back(path.substr(directory.size() + 1));
  }
  return names;
}

Result<std::unique_ptr<File>> SyncTrackingFileSystem::Create(const std::string& path) {
  std::lock_guard lock(mutex_);
  if (files_.contains(path)) return Status::AlreadyExists(path);
  Fault fault;
  const bool fails = Fails(&fault);
  if (fails && fault == Fault::kBeforeEffect) return Injected();
  auto node = std::make_shared<Node>();
  files_[path] = node;
  if (fails) return Injected();
  return std::unique_ptr<File>(std::make_unique<TrackedFile>(this, std::move(node)));
}

Result<std::unique_ptr<File>> SyncTrackingFileSystem::Open(const std::string& path) {
  std::lock_guard lock(mutex_);
  const auto found = files_.find(path);
  if (found == files_.end()) return Status::NotFound(path);
  return std::unique_ptr<File>(std::make_unique<TrackedFile>(this, found->second));
}

Status SyncTrackingFileSystem::Remove(const std::string& path) {
  std::lock_guard lock(mutex_);
  Fault fault;
  const bool fails = Fails(&fault);
  if (!fails || fault == Fault::kAfterEffect) {
    const auto found = files_.find(path);
    if (found == files_.end()) return Status::NotFound(path);
    if (found->second->entry_synced) removed_unsynced_[path] = found->second;
    files_.erase(found);
  }
  return fails ? Injected() : Status::Ok();
}

Status SyncTrackingFileSystem::SyncDirectory(const std::string& directory) {
  std::lock_guard lock(mutex_);
  Fault fault;
  const bool fails = Fails(&fault);
  if (!fails || fault == Fault::kAfterEffect) {
    for (auto& [path, node] : files_) {
      if (path.starts_with(directory + "/")) node->entry_synced = true;
    }
    std::erase_if(removed_unsynced_,
                  [&](const auto& item) { return item.first.starts_with(directory + "/"); });
  }
  return fails ? Injected() : Status::Ok();
}

Result<std::shared_ptr<void>> SyncTrackingFileSystem::Lock(const std::string& path) {
  std::lock_guard lock(mutex_);
  if (!locked_.insert(path).second) return Status::Conflict("locked: " + path);
  return std::shared_ptr<void>(nullptr, [this, path](void*) {
    std::lock_guard release(mutex_);
    locked_.erase(path);
  });
}

void SyncTrackingFileSystem::FailOperation(uint64_t number, Fault fault) {
  std::lock_guard lock(mutex_);
  failing_operation_ = number;
  fault_ = fault;
  fired_ = false;
}

void SyncTrackingFileSystem::FailAll(bool fail) {
  std::lock_guard lock(mutex_);
  fail_all_ = fail;
}

uint64_t SyncTrackingFileSystem::operation_count() const {
  std::lock_guard lock(mutex_);
  return operations_;
}

bool SyncTrackingFileSystem::fault_fired() const {
  std::lock_guard lock(mutex_);
  return fired_;
}

bool SyncTrackingFileSystem::Fails(Fault* fault) {
  *fault = fault_;
  if (++operations_ == failing_operation_) {
    fired_ = true;
    return true;
  }
  if (fail_all_) *fault = Fault::kBeforeEffect;
  return fail_all_;
}

void SyncTrackingFileSystem::LoseUnsynced(size_t kept_bytes) {
  std::lock_guard lock(mutex_);
  for (auto& [path, node] : removed_unsynced_) files_.emplace(path, node);
  removed_unsynced_.clear();
  std::erase_if(files_, [](const auto& item) { return !item.second->entry_synced; });
  for (auto& [path, node] : files_) {
    std::string left = node->synced_bytes;
    if (node->bytes.size() > left.size() && node->bytes.starts_with(left)) {
      left += node->bytes.substr(left.size(), kept_bytes);
    }
    node->bytes = left;
    node->synced_bytes = left;
  }
}

std::string SyncTrackingFileSystem::Contents(const std::string& path) const {
  std::lock_guard lock(mutex_);
  return files_.at(path)->bytes;
}

void SyncTrackingFileSystem::SetContents(const std::string& path, std::string contents) {
  std::lock_guard lock(mutex_);
  auto node = std::make_shared<Node>();
  node->bytes = contents;
  node->synced_bytes = std::move(contents);
  node->entry_synced = true;
  files_[path] = std::move(node);
}

std::vector<std::string> SyncTrackingFileSystem::Paths() const {
  std::lock_guard lock(mutex_);
  std::vector<std::string> paths;
  for (const auto& [path, node] : files_) paths.push_back(path);
  return paths;
}

}  // namespace influxdb3::wal
