#include "wal/testing/object_wal_fixture.h"

#include <utility>

#include "util/check.h"
#include "wal/object_wal.h"

namespace influxdb3::wal::testing {

OpenedWal OpenObjects(object_store::ObjectStore* store, const ObjectOpenOptions& options) {
  Options wal_options;
  wal_options.queue_bytes_max = options.queue_bytes_max;
  wal_options.flush_interval_ns = options.flush_interval_ns;
  wal_options.covered_seq = options.covered_seq;
  wal_options.outage_wait_ns = options.outage_wait_ns;
  wal_options.on_fenced = options.on_fenced;
  ObjectWalTuning tuning;
  tuning.replay_retries.first_backoff_ns = 0;
  tuning.replay_retries.backoff_max_ns = 0;
  tuning.first_backoff_ns = 0;
  OpenedWal opened;
  opened.wal = OpenObjectWalWith(store, "node", wal_options, tuning).value();
  auto stats = opened.wal->Replay({opened.listener.get()});
  opened.status = stats.status();
  if (stats.ok()) opened.stats = *stats;
  return opened;
}

std::string ObjectPath(uint64_t first_seq) {
  return "node/wal/" + ObjectFileName(first_seq);
}

std::vector<std::string> ObjectPaths(std::initializer_list<uint64_t> first_seqs) {
  std::vector<std::string> paths;
  for (uint64_t seq : first_seqs) paths.push_back(ObjectPath(seq));
  return paths;
}

std::vector<std::string> LogPaths(object_store::ObjectStore* store) {
  std::vector<std::string> paths;
  const auto listed = store->List("node/wal/");
  CHECK(listed.ok());
  for (const object_store::ObjectMeta& meta : *listed) paths.push_back(meta.path);
  return paths;
}

std::string MakeObject(uint64_t first_seq, const Names& names, const std::string& writer_id,
                       uint32_t flags) {
  std::vector<EncodedRecord> group;
  for (const std::string& name : names) {
    EncodedRecord record;
    record.seq = first_seq + group.size();
    record.payload = EncodeRecord(*NamedRecord(name)).value();
    record.payload_hash = PayloadHash(record.payload);
    group.push_back(std::move(record));
  }
  return EncodeObject(group, writer_id, flags);
}

}  // namespace influxdb3::wal::testing
