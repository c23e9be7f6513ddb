#include "persist/manifest.h"

#include <algorithm>
#include <unordered_set>
#include <utility>

#include <fmt/format.h>
#include <xxhash.h>

#include "model/byte_io.h"
#include "model/catalog_op_codec.h"

namespace influxdb3::persist {

using model::ByteReader;
using model::ByteWriter;
using util::Result;
using util::Status;

namespace {

constexpr std::string_view kMagic = "IDB3MAN";
constexpr char kVersion = '1';
constexpr size_t kHeaderBytes = 64;
constexpr uint8_t kHasLogPosition = 1;
constexpr uint8_t kHasCatalog = 2;

void PutRange(const model::TimeRange& range, ByteWriter* out) {
  out->Put(range.min_ns);
  out->Put(range.max_ns);
}

model::TimeRange GetRange(ByteReader* in) {
  const int64_t min_ns = in->Get<int64_t>();
  return {min_ns, in->Get<int64_t>()};
}

void PutFile(const ParquetFile& file, ByteWriter* out) {
  out->Put(file.file_id);
  out->Put(file.db_id.value);
  out->Put(file.table_id.value);
  out->PutString(file.path);
  out->Put(file.size_bytes);
  out->Put(file.row_count);
  PutRange(file.time_range, out);
  out->Put(file.chunk_time_ns);
  out->Put(file.generation);
  out->Put(file.order);
  out->Put(file.max_wal_seq);
  out->Put(file.series_count);
  out->Put(file.series_hash);
}

Status GetFile(ByteReader* in, IndexChange* change) {
  ParquetFile file;
  file.file_id = in->Get<uint64_t>();
  file.db_id = util::DbId(in->Get<uint32_t>());
  file.table_id = util::TableId(in->Get<uint32_t>());
  file.path = in->GetString();
  file.size_bytes = in->Get<uint64_t>();
  file.row_count = in->Get<uint64_t>();
  file.time_range = GetRange(in);
  file.chunk_time_ns = in->Get<int64_t>();
  file.generation = in->Get<uint32_t>();
  file.order = in->Get<uint64_t>();
  file.max_wal_seq = in->Get<uint64_t>();
  file.series_count = in->Get<uint64_t>();
  file.series_hash = in->Get<uint64_t>();
  if (in->ok() && (file.path.empty() || file.row_count == 0 || file.time_range.empty() ||
                   file.generation == 0)) {
    return Status::Corruption("a file's entry is impossible");
  }
  change->added.push_back(std::make_shared<const ParquetFile>(std::move(file)));
  return Status::Ok();
}

void PutTombstone(const Tombstone& tombstone, ByteWriter* out) {
  out->Put(tombstone.table_id.value);
  out->Put(tombstone.wal_seq);
  PutRange(tombstone.range, out);
  out->Put(static_cast<uint32_t>(tombstone.tags.size()));
  for (const auto& [column, value] : tombstone.tags) {
    out->Put(column.value);
    out->PutString(value);
  }
}

Status GetTombstone(ByteReader* in, IndexChange* change) {
  Tombstone tombstone;
  tombstone.table_id = util::TableId(in->Get<uint32_t>());
  tombstone.wal_seq = in->Get<uint64_t>();
  tombstone.range = GetRange(in);
  const uint32_t tag_count = in->Get<uint32_t>();
  for (uint32_t i = 0; i < tag_count && in->ok(); ++i) {
    const util::ColumnId column(in->Get<uint32_t>());
    tombstone.tags.emplace_back(column, in->GetString());
  }
  if (in->ok() && tombstone.range.empty()) return Status::Corruption("a deletion has no time");
  change->added_tombstones.push_back(std::make_shared<const Tombstone>(std::move(tombstone)));
  return Status::Ok();
}

Status GetPersistedChunk(ByteReader* in, IndexChange* change) {
  PersistedChunk chunk;
  chunk.table_id = util::TableId(in->Get<uint32_t>());
  chunk.chunk_time_ns = in->Get<int64_t>();
  chunk.wal_seq = in->Get<uint64_t>();
  change->persisted_chunks.push_back(chunk);
  return Status::Ok();
}

Status GetCatalogOp(ByteReader* in, IndexChange* change) {
  ASSIGN_OR_RETURN(model::CatalogOp op, model::DecodeCatalogOp(in));
  change->catalog_ops.push_back(std::move(op));
  return Status::Ok();
}

void PutNumbers(const std::vector<uint64_t>& numbers, ByteWriter* out) {
  out->Put(static_cast<uint32_t>(numbers.size()));
  for (const uint64_t number : numbers) out->Put(number);
}

// Nothing is reserved for a count: what follows decides how much there is.
template <class GetOne>
Status GetCounted(ByteReader* in, GetOne get_one) {
  const uint32_t count = in->Get<uint32_t>();
  for (uint32_t i = 0; i < count && in->ok(); ++i) RETURN_IF_ERROR(get_one());
  return in->ok() ? Status::Ok() : Status::Corruption("it ends early");
}

Status GetNumbers(ByteReader* in, std::vector<uint64_t>* numbers) {
  return GetCounted(in, [&] {
    numbers->push_back(in->Get<uint64_t>());
    return Status::Ok();
  });
}

void EncodeBody(const Manifest& manifest, ByteWriter* out) {
  const IndexChange& change = manifest.change;
  out->Put(manifest.file_id_limit);
  out->Put(static_cast<uint8_t>((manifest.has_log_position ? kHasLogPosition : 0) |
                                (manifest.has_catalog ? kHasCatalog : 0)));
  if (manifest.has_log_position) {
    out->Put(change.wal_covered_seq);
    out->Put(static_cast<uint32_t>(change.persisted_chunks.size()));
    for (const PersistedChunk& chunk : change.persisted_chunks) {
      out->Put(chunk.table_id.value);
      out->Put(chunk.chunk_time_ns);
      out->Put(chunk.wal_seq);
    }
  }
  if (manifest.has_catalog) {
    out->Put(static_cast<uint32_t>(change.catalog_ops.size()));
    for (const model::CatalogOp& op : change.catalog_ops) model::EncodeCatalogOp(op, out);
  }
  out->Put(static_cast<uint32_t>(change.added.size()));
  for (const auto& file : change.added) PutFile(*file, out);
  PutNumbers(change.removed_file_ids, out);
  out->Put(static_cast<uint32_t>(change.added_tombstones.size()));
  for (const auto& tombstone : change.added_tombstones) PutTombstone(*tombstone, out);
  PutNumbers(change.removed_tombstone_seqs, out);
}

Status DecodeBody(ByteReader* in, Manifest* manifest) {
  IndexChange& change = manifest->change;
  manifest->file_id_limit = in->Get<uint64_t>();
  const uint8_t flags = in->Get<uint8_t>();
  if (flags > (kHasLogPosition | kHasCatalog)) return Status::Corruption("it has unknown flags");
  manifest->has_log_position = (flags & kHasLogPosition) != 0;
  manifest->has_catalog = (flags & kHasCatalog) != 0;
  if (manifest->has_log_position) {
    change.wal_covered_seq = in->Get<uint64_t>();
    RETURN_IF_ERROR(GetCounted(in, [&] { return GetPersistedChunk(in, &change); }));
  }
  if (manifest->has_catalog) {
    RETURN_IF_ERROR(GetCounted(in, [&] { return GetCatalogOp(in, &change); }));
  }
  RETURN_IF_ERROR(GetCounted(in, [&] { return GetFile(in, &change); }));
  RETURN_IF_ERROR(GetNumbers(in, &change.removed_file_ids));
  RETURN_IF_ERROR(GetCounted(in, [&] { return GetTombstone(in, &change); }));
  RETURN_IF_ERROR(GetNumbers(in, &change.removed_tombstone_seqs));
  if (!in->AtEnd()) return Status::Corruption("it has bytes behind its end");
  for (const auto& file : change.added) {
    if (file->file_id >= manifest->file_id_limit) {
      return Status::Corruption("it names a file id that was never given out");
    }
  }
  return Status::Ok();
}

}  // namespace

Result<std::string> EncodeManifest(const Manifest& manifest, size_t bytes_max) {
  std::string body;
  ByteWriter body_out(&body);
  EncodeBody(manifest, &body_out);
  if (body.size() + kHeaderBytes > bytes_max) {
    return Status::TooLarge(
        fmt::format("a manifest of {} bytes would be larger than the limit of {}",
                    body.size() + kHeaderBytes, bytes_max));
  }
  std::string bytes(kMagic);
  bytes.reserve(kHeaderBytes + body.size());
  ByteWriter out(&bytes);
  out.Put(kVersion);
  out.Put(manifest.seq);
  out.Put(manifest.full_seq);
  out.Put(manifest.writer_id);
  out.Put(manifest.previous_checksum);
  out.Put(uint64_t{body.size()});
  out.Put(uint64_t{XXH3_64bits(body.data(), body.size())});
  out.Put(uint64_t{XXH3_64bits(bytes.data(), bytes.size())});
  bytes += body;
  return bytes;
}

Result<Manifest> DecodeManifest(std::string_view bytes) {
  if (!bytes.starts_with(kMagic)) return Status::Corruption("it does not begin like a manifest");
  if (bytes.size() < kHeaderBytes) return Status::Corruption("its header is cut");
  ByteReader in(bytes);
  in.Take(kMagic.size());
  const char version = in.Get<char>();
  Manifest manifest;
  manifest.seq = in.Get<uint64_t>();
  manifest.full_seq = in.Get<uint64_t>();
  manifest.writer_id = in.Get<uint64_t>();
  manifest.previous_checksum = in.Get<uint64_t>();
  const uint64_t body_bytes = in.Get<uint64_t>();
  const uint64_t body_checksum = in.Get<uint64_t>();
  const uint64_t header_checksum = in.Get<uint64_t>();
  if (header_checksum != XXH3_64bits(bytes.data(), kHeaderBytes - sizeof(header_checksum))) {
    return Status::Corruption("its header is damaged");
  }
  if (version != kVersion) {
    return Status::Unsupported(
        fmt::format("it was written in version '{}' of the format, but this server knows only "
                    "version '{}'",
                    version, kVersion));
  }
  const std::string_view body = bytes.substr(kHeaderBytes);
  if (body.size() != body_bytes) return Status::Corruption("its size is not what its header says");
  if (body_checksum != XXH3_64bits(body.data(), body.size())) {
    return Status::Corruption("its body is damaged");
  }
  if (manifest.seq == 0 || manifest.full_seq == 0 || manifest.full_seq > manifest.seq) {
    return Status::Corruption("its numbers are impossible");
  }
  ByteReader body_in(body);
  RETURN_IF_ERROR(DecodeBody(&body_in, &manifest));
  return manifest;
}

uint64_t ManifestChecksum(std::string_view bytes) {
  return XXH3_64bits(bytes.data(), bytes.size());
}

}  // namespace influxdb3::persist
