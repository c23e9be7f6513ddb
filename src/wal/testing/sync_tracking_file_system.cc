#include "wal/testing/sync_tracking_file_system.h"

#include <algorithm>
#include <cstring>
#include <random>
#include <utility>

namespace influxdb3::wal {

using util::Result;
using util::Status;

namespace {

Status Injected() {
  return Status::Io("injected: No space left on device");
}

size_t FirstChange(const std::string& synced, const std::string& bytes) {
  const auto differ = std::mismatch(synced.begin(), synced.end(), bytes.begin(), bytes.end());
  return static_cast<size_t>(differ.second - bytes.begin());
}

// From the first change to the last byte that is not a reserved zero.
size_t ChangedBytes(const std::string& synced, const std::string& bytes) {
  const size_t last = bytes.find_last_not_of('\0');
  const size_t end = last == std::string::npos ? 0 : last + 1;
  return end - std::min(end, FirstChange(synced, bytes));
}

std::string WithFirstChanges(std::string synced, const std::string& bytes, size_t kept_bytes) {
  const size_t begin = FirstChange(synced, bytes);
  const std::string kept = bytes.substr(begin, kept_bytes);
  if (synced.size() < begin + kept.size()) synced.resize(begin + kept.size());
  return synced.replace(begin, kept.size(), kept);
}

}  // namespace

class TrackedFile : public File {
 public:
  TrackedFile(SyncTrackingFileSystem* owner, std::shared_ptr<SyncTrackingFileSystem::Node> node)
      : owner_(owner), node_(std::move(node)) {}

  Status WriteAt(uint64_t offset, std::string_view bytes) override {
    std::lock_guard lock(owner_->mutex_);
    SyncTrackingFileSystem::Fault fault;
    const bool fails = owner_->Fails(&fault);
    if (fails && fault == SyncTrackingFileSystem::Fault::kBeforeEffect) return Injected();
    if (fails && fault == SyncTrackingFileSystem::Fault::kHalfEffect) {
      bytes = bytes.substr(0, bytes.size() / 2);
    }
    const size_t begin = static_cast<size_t>(offset);
    if (node_->bytes.size() < begin + bytes.size()) node_->bytes.resize(begin + bytes.size(), 0);
    node_->bytes.replace(begin, bytes.size(), bytes);
    return fails ? Injected() : Status::Ok();
  }

  Status Reserve(uint64_t size) override {
    std::lock_guard lock(owner_->mutex_);
    if (!owner_->reserving_works_) return Status::Unsupported("no reserving here");
    SyncTrackingFileSystem::Fault fault;
    const bool fails = owner_->Fails(&fault);
    const bool grows = node_->bytes.size() < size;
    if (grows && (!fails || fault == SyncTrackingFileSystem::Fault::kAfterEffect)) {
      node_->bytes.resize(static_cast<size_t>(size), '\0');
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
    if (!fails || fault == SyncTrackingFileSystem::Fault::kAfterEffect) {
      node_->bytes.resize(static_cast<size_t>(size));
    }
    return fails ? Injected() : Status::Ok();
  }

  Status Sync() override {
    std::lock_guard lock(owner_->mutex_);
    SyncTrackingFileSystem::Fault fault;
    const bool fails = owner_->Fails(&fault);
    if (!fails || fault == SyncTrackingFileSystem::Fault::kAfterEffect) {
      node_->synced_bytes = node_->bytes;
    } else if (fault == SyncTrackingFileSystem::Fault::kHalfEffect) {
      const size_t changed = ChangedBytes(node_->synced_bytes, node_->bytes);
      node_->synced_bytes = WithFirstChanges(node_->synced_bytes, node_->bytes, changed / 2);
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

void SyncTrackingFileSystem::FailOperation(uint64_t number, Fault fault, uint64_t count) {
  std::lock_guard lock(mutex_);
  failing_operation_ = number;
  failing_count_ = count;
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
  ++operations_;
  if (operations_ >= failing_operation_ && operations_ < failing_operation_ + failing_count_) {
    fired_ = true;
    return true;
  }
  if (fail_all_) *fault = Fault::kBeforeEffect;
  return fail_all_;
}

std::unique_ptr<SyncTrackingFileSystem> SyncTrackingFileSystem::Copy() const {
  auto copy = std::make_unique<SyncTrackingFileSystem>();
  std::lock_guard lock(mutex_);
  for (const auto& [path, node] : files_) copy->files_[path] = std::make_shared<Node>(*node);
  for (const auto& [path, node] : removed_unsynced_) {
    copy->removed_unsynced_[path] = std::make_shared<Node>(*node);
  }
  copy->reserving_works_ = reserving_works_;
  return copy;
}

void SyncTrackingFileSystem::ForgetUnsyncedEntries() {
  for (auto& [path, node] : removed_unsynced_) files_[path] = node;
  removed_unsynced_.clear();
  std::erase_if(files_, [](const auto& item) { return !item.second->entry_synced; });
}

void SyncTrackingFileSystem::LoseUnsynced(size_t kept_bytes) {
  std::lock_guard lock(mutex_);
  ForgetUnsyncedEntries();
  for (auto& [path, node] : files_) {
    const std::string left = WithFirstChanges(node->synced_bytes, node->bytes, kept_bytes);
    node->bytes = left;
    node->synced_bytes = left;
  }
}

void SyncTrackingFileSystem::TearUnsynced(uint64_t seed) {
  constexpr size_t kSectorBytes = 512;
  std::mt19937_64 random(seed);
  const auto coin = [&random] { return (random() & 1) != 0; };
  std::lock_guard lock(mutex_);
  ForgetUnsyncedEntries();
  for (auto& [path, node] : files_) {
    std::string left = node->synced_bytes;
    left.resize(coin() ? node->bytes.size() : left.size(), '\0');
    for (size_t at = 0; at < left.size(); at += kSectorBytes) {
      if (at >= node->bytes.size() || !coin()) continue;
      const size_t count = std::min({kSectorBytes, left.size() - at, node->bytes.size() - at});
      left.replace(at, count, node->bytes, at, count);
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
