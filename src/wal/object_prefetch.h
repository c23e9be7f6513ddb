#pragma once

#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "object_store/object_store.h"

namespace influxdb3::wal {

struct PrefetchLimits {
  size_t requests_max = 8;
  /// Of the objects being fetched, waiting and in use; one larger than this is fetched alone.
  size_t bytes_max = size_t{64} << 20;
};

/// Fetches objects ahead of the one that takes them in order. One thread takes.
class ObjectPrefetch {
 public:
  /// `store` must outlive it. Sizes come from the listing.
  ObjectPrefetch(object_store::ObjectStore* store, std::vector<object_store::ObjectMeta> objects,
                 const PrefetchLimits& limits);
  /// Waits for the requests under way.
  ~ObjectPrefetch();

  /// The bytes of the next object, or why they cannot be had. The one taken before must be gone.
  util::Result<std::string> Take();

 private:
  void FetchLoop();
  bool MayFetch() const;

  object_store::ObjectStore* const store_;
  const std::vector<object_store::ObjectMeta> objects_;
  const PrefetchLimits limits_;

  std::mutex mutex_;  ///< guards the members below
  std::condition_variable changed_;
  std::map<size_t, util::Result<std::string>> fetched_;
  size_t next_to_fetch_ = 0;
  size_t next_to_take_ = 0;
  size_t held_bytes_ = 0;
  size_t in_use_bytes_ = 0;  ///< of held_bytes_, what was taken last
  bool stopping_ = false;

  std::vector<std::thread> threads_;
};

}  // namespace influxdb3::wal
