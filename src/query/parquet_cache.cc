#include "query/parquet_cache.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "object_store/object_store.h"

namespace influxdb3::query {
namespace {

using util::Result;
using util::Status;

/// Copies what a piece that begins at `begin` has of [offset, offset + length) to its place in
/// `out`.
void CopyPart(const std::string& piece, uint64_t begin, uint64_t offset, uint64_t length,
              char* out) {
  const uint64_t from = std::max(begin, offset);
  const uint64_t to = std::min(begin + piece.size(), offset + length);
  std::memcpy(out + (from - offset), piece.data() + (from - begin), to - from);
}

}  // namespace

ParquetCache::ParquetCache(const ParquetCacheOptions& options, object_store::ObjectStore* store,
                           const util::Clock* clock)
    : options_(options), store_(store), clock_(clock) {}

Status ParquetCache::Fetch(const std::string& path, uint64_t size_bytes, uint64_t offset,
                           uint64_t length, std::string* bytes) {
  ASSIGN_OR_RETURN(*bytes, store_->GetRange(path, offset, length));
  if (bytes->size() == length) return Status::Ok();
  return Status::Corruption(fmt::format("{} has {} bytes at {} instead of {} (of {} in all)", path,
                                        bytes->size(), offset, length, size_bytes));
}

Status ParquetCache::Read(const std::string& path, uint64_t size_bytes, uint64_t offset,
                          uint64_t length, char* out) {
  if (length == 0) return Status::Ok();
  if (offset > size_bytes || length > size_bytes - offset) {
    return Status::Corruption(fmt::format("bytes {} to {} of {} were asked for, which has {}",
                                          offset, offset + length, path, size_bytes));
  }
  if (options_.bytes_max == 0) {
    std::string bytes;
    RETURN_IF_ERROR(Fetch(path, size_bytes, offset, length, &bytes));
    std::memcpy(out, bytes.data(), length);
    std::lock_guard lock(mutex_);
    ++stats_.misses;
    return Status::Ok();
  }
  const uint64_t end_piece = (offset + length - 1) / kPieceBytes + 1;
  uint64_t missing = 0;  // pieces in a row before `piece` that are to be fetched
  for (uint64_t piece = offset / kPieceBytes; piece <= end_piece; ++piece) {
    const Bytes found = piece < end_piece ? Find({path, piece}) : nullptr;
    if (piece < end_piece && found == nullptr) {
      ++missing;
      continue;
    }
    if (missing > 0) {
      const uint64_t begin = (piece - missing) * kPieceBytes;
      const uint64_t end = std::min(size_bytes, piece * kPieceBytes);
      std::string bytes;
      RETURN_IF_ERROR(Fetch(path, size_bytes, begin, end - begin, &bytes));
      CopyPart(bytes, begin, offset, length, out);
      for (uint64_t at = begin; at < end; at += kPieceBytes) {
        Keep({path, at / kPieceBytes},
             std::make_shared<const std::string>(bytes, at - begin, kPieceBytes));
      }
      missing = 0;
    }
    if (found != nullptr) CopyPart(*found, piece * kPieceBytes, offset, length, out);
  }
  return Status::Ok();
}

ParquetCache::Bytes ParquetCache::Find(const Key& key) {
  std::lock_guard lock(mutex_);
  const auto found = by_key_.find(key);
  if (found == by_key_.end()) {
    ++stats_.misses;
    return nullptr;
  }
  ++stats_.hits;
  entries_.splice(entries_.begin(), entries_, found->second);
  return found->second->bytes;
}

void ParquetCache::Keep(const Key& key, Bytes bytes) {
  std::lock_guard lock(mutex_);
  const uint64_t size = bytes->size();
  if (stats_.bytes + size > options_.bytes_max) PruneIfDue();
  if (stats_.bytes + size > options_.bytes_max) return;
  if (by_key_.count(key) != 0) return;
  entries_.push_front({key, std::move(bytes)});
  by_key_.emplace(key, entries_.begin());
  stats_.bytes += size;
  ++stats_.pieces;
}

void ParquetCache::PruneIfDue() {
  const int64_t now_ns = clock_->NowNs();
  if (pruned_once_ && now_ns - pruned_at_ns_ < options_.prune_interval_ns) return;
  pruned_once_ = true;
  pruned_at_ns_ = now_ns;
  ++stats_.prunes;
  const auto entries = static_cast<double>(entries_.size());
  for (auto left = static_cast<size_t>(std::ceil(entries * options_.prune_share)); left > 0;
       --left) {
    const Entry& oldest = entries_.back();
    stats_.bytes -= oldest.bytes->size();
    --stats_.pieces;
    by_key_.erase(oldest.key);
    entries_.pop_back();
  }
}

ParquetCacheStats ParquetCache::stats() const {
  std::lock_guard lock(mutex_);
  return stats_;
}

}  // namespace influxdb3::query
