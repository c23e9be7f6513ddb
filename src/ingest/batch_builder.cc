#include "ingest/batch_builder.h"

#include <algorithm>

#include <fmt/format.h>

#include "ingest/batch_assembler_internal.h"
#include "ingest/schema_faults.h"
#include "protocol/line_protocol/line_reader.h"
#include "protocol/line_protocol/utf8.h"
#include "util/limits.h"

namespace influxdb3::ingest {
namespace {

using util::Status;

// Rows are dense and lines need not be: beyond this many bytes per byte of body a segment ends, so
// that fields which only other lines have cost nothing.
constexpr size_t kSegmentBytesPerLineByte = 16;
constexpr size_t kSegmentBytesFree = 64 << 10;

constexpr size_t kRowsReservedMin = 16;
constexpr size_t kRowsReservedMax = 64 << 10;

// How many tag values, NULLs included, the series of one write may have.
constexpr size_t kTagValuesFree = 1 << 20;
constexpr size_t kTagValuesPerBodyByte = 4;

}  // namespace

BatchAssembler::BatchAssembler(const BatchRequest& request, const catalog::CatalogState& state,
                               const catalog::CatalogLimits& limits)
    : request_(request),
      state_(state),
      limits_(limits),
      end_(request.body->data() + request.body->size()),
      storage_(std::make_shared<BatchStorage>()),
      reserve_bytes_left_(4 * request.body->size()),
      tag_values_left_(kTagValuesFree + kTagValuesPerBodyByte * request.body->size()) {
  storage_->body = request.body;
}

BuiltBatch BatchAssembler::Run() {
  if (const auto fault = line_protocol::FindUtf8Fault(*request_.body)) {
    result_.status = Status::InvalidArgument("body content is not valid utf8: " + fault->Message());
    return std::move(result_);
  }
  result_.status = FindDatabase();
  if (!result_.status.ok()) return std::move(result_);
  AppendLines();
  if (!result_.status.ok()) return std::move(result_);
  if (line_number_ == 0) {
    result_.status = Status::InvalidArgument("incoming write was empty");
    return std::move(result_);
  }
  Finish();
  return std::move(result_);
}

Status BatchAssembler::FindDatabase() {
  if (request_.database == catalog::kInternalDatabaseName) return InternalDatabaseFault("modify");
  database_ = state_.FindDatabase(request_.database);
  if (database_ != nullptr) {
    db_id_ = database_->id;
    return Status::Ok();
  }
  if (state_.databases().contains(request_.database)) {
    return SoftDeletedFault("database", request_.database);
  }
  if (state_.database_count() >= limits_.databases_max) {
    return DatabaseLimitFault(limits_.databases_max);
  }
  db_id_ = state_.next_db_id();
  return Status::Ok();
}

void BatchAssembler::AppendLines() {
  const char* at = line_protocol::SkipBlankLines(request_.body->data(), end_);
  while (at != end_) {
    ++line_number_;
    line_begin_ = at;
    const char* next = AppendFast(at);
    if (next == nullptr) {
      next = AppendCareful(at);
      if (!result_.status.ok()) return;
    }
    at = line_protocol::SkipBlankLines(next, end_);
  }
}

void BatchAssembler::RejectLine(std::string_view line, const Status& fault) {
  ++result_.lines_rejected;
  if (!request_.accept_partial) {
    result_.line_errors.push_back({line_number_, std::string(line), fault.message()});
    result_.lines_accepted = 0;
    result_.batch = {};
    result_.status = Status::InvalidArgument(fault.message());
    return;
  }
  if (fault.code() == util::StatusCode::kLimitExceeded) result_.limit_exceeded = true;
  if (result_.line_errors.size() < util::limits::kLineErrorsReportedMax) {
    result_.line_errors.push_back({line_number_, std::string(line), fault.message()});
  }
}

void BatchAssembler::ReserveRow(TableBuilder* table, size_t line_bytes, size_t field_count) {
  size_t rows = table->row_count() * size_t{2};
  if (rows == 0) {
    const size_t row_bytes = field_count * sizeof(double) + sizeof(int64_t) + sizeof(uint32_t);
    const size_t expected = static_cast<size_t>(end_ - line_begin_) / line_bytes + 1;
    rows = std::min({expected, kRowsReservedMax, reserve_bytes_left_ / row_bytes});
    rows = std::max(rows, kRowsReservedMin);
    reserve_bytes_left_ -= std::min(reserve_bytes_left_, rows * row_bytes);
  }
  table->ReserveRows(static_cast<uint32_t>(rows));
}

void BatchAssembler::CommitRow(TableBuilder* table, int64_t time_ns, uint32_t series,
                               size_t line_bytes) {
  table->AppendRow(time_ns, series, line_bytes);
  ++result_.lines_accepted;
  if (table->SegmentBytes() >
      kSegmentBytesFree + kSegmentBytesPerLineByte * table->segment_line_bytes()) [[unlikely]] {
    SealSegment(table);
  }
}

void BatchAssembler::SealSegment(TableBuilder* table) {
  result_.batch.tables.push_back(table->Seal(storage_.get()));
}

void BatchAssembler::RememberSeries(std::string_view key, uint32_t table_index, uint32_t series) {
  const uint32_t hash = SeriesKeyIndex::Hash(key);
  uint32_t index = keys_.Find(key, hash);
  if (index == SeriesKeyIndex::kNone) index = keys_.Insert(key, hash);
  SeriesKeyIndex::Entry& entry = keys_.entry(index);
  entry.table = table_index;
  entry.series = series;
  entry.generation = tables_[table_index]->generation();
  if (last_key_ != SeriesKeyIndex::kNone) keys_.entry(last_key_).next = index;
  last_key_ = index;
  last_table_ = table_index;
}

void BatchAssembler::Finish() {
  for (const auto& table : tables_) {
    if (table->row_count() > 0) SealSegment(table.get());
  }
  if (database_ == nullptr && !tables_.empty()) {
    result_.ops.emplace_back(model::CreateDatabaseOp{db_id_, std::string(request_.database),
                                                     std::nullopt, request_.received_at_ns});
  }
  for (const auto& table : tables_) {
    if (auto op = table->SchemaOp()) result_.ops.push_back(std::move(*op));
  }
  if (!result_.batch.tables.empty()) result_.batch.backing = std::move(storage_);
}

BuiltBatch BuildBatch(const BatchRequest& request, const catalog::CatalogState& state,
                      const catalog::CatalogLimits& limits) {
  return BatchAssembler(request, state, limits).Run();
}

}  // namespace influxdb3::ingest
