#include <lz4.h>

#include <memory>
#include <utility>

#include <fmt/format.h>

#include "model/byte_io.h"
#include "model/catalog_op_codec.h"
#include "util/limits.h"
#include "wal/record.h"
#include "wal/table_batch_codec.h"

namespace influxdb3::wal {
namespace {

using model::ByteReader;
using model::ByteWriter;
using util::Result;
using util::Status;

constexpr uint8_t kPayloadVersion = 1;
constexpr uint8_t kCompressed = 1;
constexpr size_t kPayloadHeaderBytes = 8;
// Below this LZ4 costs more than it saves.
constexpr size_t kCompressBytesMin = 256;
// Twice as fast as 1 on byte planes, and a hundredth larger.
constexpr int kCompressAcceleration = 8;

size_t EstimateBodyBytes(const Record& record) {
  size_t bytes = 256 + record.ops.size() * 256;
  for (const model::TableBatch& table : record.batch.tables) {
    bytes += size_t{table.row_count} * (12 + 9 * table.fields.size()) +
             size_t{table.series_count} * table.tag_columns.size() * 20 + 256;
  }
  return bytes;
}

std::string EncodeBody(const Record& record) {
  std::string body;
  body.reserve(EstimateBodyBytes(record));
  ByteWriter out(&body);
  out.Put(static_cast<uint32_t>(record.ops.size()));
  out.Put(static_cast<uint32_t>(record.batch.tables.size()));
  for (const model::CatalogOp& op : record.ops) model::EncodeCatalogOp(op, &out);
  out.Align8();
  for (const model::TableBatch& table : record.batch.tables) EncodeTableBatch(table, &out);
  return body;
}

void PutPayloadHeader(uint8_t flags, size_t body_bytes, std::string* payload) {
  ByteWriter out(payload);
  out.Put(kPayloadVersion);
  out.Put(flags);
  out.Put(uint16_t{0});
  out.Put(static_cast<uint32_t>(body_bytes));
}

Result<std::string_view> UnpackBody(std::string_view payload, DecodedBacking* backing) {
  ByteReader in(payload);
  const uint8_t version = in.Get<uint8_t>();
  const uint8_t flags = in.Get<uint8_t>();
  in.Get<uint16_t>();
  const uint32_t body_bytes = in.Get<uint32_t>();
  if (!in.ok()) return Status::Corruption("a record is shorter than its header");
  if (version != kPayloadVersion) {
    return Status::Unsupported(fmt::format(
        "a record is in version {} of the format, but this server knows only version {}", version,
        kPayloadVersion));
  }
  if ((flags & ~kCompressed) != 0) return Status::Corruption("a record has unknown flags");
  const bool compressed = (flags & kCompressed) != 0;
  const size_t packed_bytes = in.remaining();
  // LZ4 cannot expand more than 255-fold: a larger claim is damage, not data.
  if (body_bytes > util::limits::kWalRecordBytesMax ||
      (compressed ? body_bytes / 255 > packed_bytes : body_bytes != packed_bytes)) {
    return Status::Corruption("a record declares an impossible size");
  }
  backing->body.reset(new uint64_t[(size_t{body_bytes} + 7) / 8]);
  char* body = reinterpret_cast<char*>(backing->body.get());
  const char* packed = in.Take(packed_bytes);
  if (!compressed) {
    std::memcpy(body, packed, body_bytes);
  } else if (LZ4_decompress_safe(packed, body, static_cast<int>(packed_bytes),
                                 static_cast<int>(body_bytes)) != static_cast<int>(body_bytes)) {
    return Status::Corruption("a record does not decompress");
  }
  return std::string_view(body, body_bytes);
}

}  // namespace

Result<std::string> EncodeRecord(const Record& record) {
  const std::string body = EncodeBody(record);
  if (body.size() > util::limits::kWalRecordBytesMax) {
    return Status::TooLarge("the write is too large for one log record; send it in parts");
  }
  std::string payload;
  if (body.size() >= kCompressBytesMin) {
    // Room for less than the body: what does not become smaller is not worth unpacking again. The
    // payload may wait in a queue, so it gets no more memory than it needs.
    const size_t room = body.size() - body.size() / 16;
    const std::unique_ptr<char[]> packed(new char[room]);
    const int packed_bytes =
        LZ4_compress_fast(body.data(), packed.get(), static_cast<int>(body.size()),
                          static_cast<int>(room), kCompressAcceleration);
    if (packed_bytes > 0) {
      payload.reserve(kPayloadHeaderBytes + static_cast<size_t>(packed_bytes));
      PutPayloadHeader(kCompressed, body.size(), &payload);
      payload.append(packed.get(), static_cast<size_t>(packed_bytes));
      return payload;
    }
  }
  payload.reserve(kPayloadHeaderBytes + body.size());
  PutPayloadHeader(0, body.size(), &payload);
  payload += body;
  return payload;
}

size_t UnpackedBytes(std::string_view payload) {
  ByteReader in(payload);
  in.Take(kPayloadHeaderBytes - sizeof(uint32_t));
  return in.Get<uint32_t>();
}

Result<Record> DecodeRecord(std::string_view payload) {
  auto backing = std::make_shared<DecodedBacking>();
  ASSIGN_OR_RETURN(const std::string_view body, UnpackBody(payload, backing.get()));
  ByteReader in(body);
  const uint32_t op_count = in.Get<uint32_t>();
  const uint32_t table_count = in.Get<uint32_t>();
  Record record;
  for (uint32_t i = 0; i < op_count; ++i) {
    ASSIGN_OR_RETURN(model::CatalogOp op, model::DecodeCatalogOp(&in));
    record.ops.push_back(std::move(op));
  }
  in.Align8();
  for (uint32_t i = 0; i < table_count; ++i) {
    ASSIGN_OR_RETURN(model::TableBatch table, DecodeTableBatch(&in, backing.get()));
    record.batch.tables.push_back(std::move(table));
  }
  if (!in.AtEnd()) return Status::Corruption("a record has bytes behind its end");
  record.batch.backing = std::move(backing);
  return record;
}

}  // namespace influxdb3::wal
