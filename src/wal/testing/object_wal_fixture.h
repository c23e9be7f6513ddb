#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "object_store/object_store.h"
#include "wal/object_format.h"
#include "wal/testing/wal_fixture.h"

namespace influxdb3::wal::testing {

struct ObjectOpenOptions {
  uint64_t covered_seq = 0;
  size_t queue_bytes_max = size_t{1} << 20;
  int64_t flush_interval_ns = 0;
  int64_t outage_wait_ns = 0;
  std::function<void(const util::Status&)> on_fenced = nullptr;
};

/// A log of objects of the node `node`, opened and replayed. Tries follow each other without pause.
OpenedWal OpenObjects(object_store::ObjectStore* store, const ObjectOpenOptions& options = {});

/// The path of the object that begins with `first_seq`.
std::string ObjectPath(uint64_t first_seq);
std::vector<std::string> ObjectPaths(std::initializer_list<uint64_t> first_seqs);
/// All paths of the log.
std::vector<std::string> LogPaths(object_store::ObjectStore* store);

/// An object that `writer_id` wrote, of one record per name, numbered from `first_seq`.
std::string MakeObject(uint64_t first_seq, const Names& names, const std::string& writer_id,
                       uint32_t flags = 0);

}  // namespace influxdb3::wal::testing
