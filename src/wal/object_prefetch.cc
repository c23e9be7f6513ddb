#include "wal/object_prefetch.h"

#include <algorithm>
#include <utility>

#include "util/check.h"

namespace influxdb3::wal {

using util::Result;

ObjectPrefetch::ObjectPrefetch(object_store::ObjectStore* store,
                               std::vector<object_store::ObjectMeta> objects,
                               const PrefetchLimits& limits)
    : store_(store), objects_(std::move(objects)), limits_(limits) {
  const size_t thread_count = std::min(limits_.requests_max, objects_.size());
  for (size_t i = 0; i < thread_count; ++i) threads_.emplace_back([this] { FetchLoop(); });
}

ObjectPrefetch::~ObjectPrefetch() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
    changed_.notify_all();
  }
  for (std::thread& thread : threads_) thread.join();
}

bool ObjectPrefetch::MayFetch() const {
  if (stopping_ || next_to_fetch_ == objects_.size()) return true;
  return held_bytes_ == 0 || held_bytes_ + objects_[next_to_fetch_].size_bytes <= limits_.bytes_max;
}

void ObjectPrefetch::FetchLoop() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return MayFetch(); });
    if (stopping_ || next_to_fetch_ == objects_.size()) return;
    const size_t number = next_to_fetch_++;
    held_bytes_ += objects_[number].size_bytes;
    lock.unlock();
    Result<std::string> bytes = store_->Get(objects_[number].path);
    lock.lock();
    fetched_.emplace(number, std::move(bytes));
    changed_.notify_all();
  }
}

Result<std::string> ObjectPrefetch::Take() {
  std::unique_lock lock(mutex_);
  CHECK(next_to_take_ < objects_.size());
  held_bytes_ -= in_use_bytes_;
  in_use_bytes_ = objects_[next_to_take_].size_bytes;
  changed_.notify_all();
  changed_.wait(lock, [this] { return fetched_.contains(next_to_take_); });
  Result<std::string> bytes = std::move(fetched_.extract(next_to_take_).mapped());
  ++next_to_take_;
  return bytes;
}

}  // namespace influxdb3::wal
