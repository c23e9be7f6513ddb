#include <fmt/format.h>

#include "ingest/batch_assembler_internal.h"
#include "ingest/schema_faults.h"
#include "protocol/line_protocol/escape.h"
#include "protocol/line_protocol/line_reader.h"
#include "util/check.h"
#include "util/limits.h"

namespace influxdb3::ingest {
namespace {

using line_protocol::FieldValue;
using line_protocol::NameKind;
using line_protocol::ValueType;
using line_protocol::WrittenText;
using model::ColumnType;
using util::Status;

ColumnType ColumnTypeOf(ValueType type) {
  switch (type) {
    case ValueType::kInt64: return ColumnType::kInt64;
    case ValueType::kUInt64: return ColumnType::kUInt64;
    case ValueType::kFloat64: return ColumnType::kFloat64;
    case ValueType::kString: return ColumnType::kString;
    case ValueType::kBool: return ColumnType::kBool;
  }
  CHECK(false);
  return ColumnType::kFloat64;
}

Status CheckNameBytes(std::string_view name) {
  if (name.size() <= util::limits::kNameBytesMax) return Status::Ok();
  return Status::InvalidArgument(fmt::format("the name `{}` has {} bytes, the limit is {}",
                                             line_protocol::Excerpt(name), name.size(),
                                             util::limits::kNameBytesMax));
}

}  // namespace

const char* BatchAssembler::AppendCareful(const char* begin) {
  const char* line_end = line_protocol::FindLineEnd(begin, end_);
  const std::string_view line = line_protocol::LineText(begin, line_end);
  Status status = line_protocol::ParseLine(line, &parsed_);
  if (status.ok()) status = AppendParsed(static_cast<size_t>(line_end - begin) + 1);
  if (!status.ok()) RejectLine(line, status);
  return line_end;
}

Status BatchAssembler::AppendParsed(size_t line_bytes) {
  std::unique_ptr<TableBuilder> created;
  uint32_t table_index = 0;
  RETURN_IF_ERROR(FindOrMakeTable(&created, &table_index));
  TableBuilder* table = created != nullptr ? created.get() : tables_[table_index].get();
  const uint32_t column_count = table->column_count();
  const uint32_t slot_count = table->slot_count();
  int64_t time_ns = 0;
  bool canonical = false;
  Status status = CheckTags(table, created != nullptr, &canonical);
  if (status.ok()) status = CheckFields(table);
  if (status.ok()) status = TimeOf(&time_ns);
  if (!status.ok()) {
    table->Truncate(column_count, slot_count);
    return status;
  }
  if (created != nullptr) {
    table_by_name_.emplace(table->name(), table_index);
    tables_.push_back(std::move(created));
    ++new_table_count_;
  }
  if (table->full()) ReserveRow(table, line_bytes, parsed_.fields.size());
  PutFields(table);
  CommitRow(table, time_ns, SeriesOfParsed(table_index, canonical), line_bytes);
  return Status::Ok();
}

Status BatchAssembler::FindOrMakeTable(std::unique_ptr<TableBuilder>* created, uint32_t* index) {
  const std::string_view name = NameOf(parsed_.measurement, true);
  *index = static_cast<uint32_t>(tables_.size());
  if (const auto found = table_by_name_.find(name); found != table_by_name_.end()) {
    *index = found->second;
    return Status::Ok();
  }
  if (database_ != nullptr) {
    if (auto schema = database_->FindTable(name)) {
      tables_.push_back(std::make_unique<TableBuilder>(std::move(schema)));
      table_by_name_.emplace(tables_.back()->name(), *index);
      return Status::Ok();
    }
    if (database_->tables.contains(name)) return SoftDeletedFault("table", name);
  }
  RETURN_IF_ERROR(CheckNameBytes(name));
  const size_t table_count = state_.table_count() + new_table_count_;
  if (table_count >= limits_.tables_max) return TableLimitFault(table_count, limits_.tables_max);
  const util::TableId id(state_.next_table_id().value + new_table_count_);
  *created = std::make_unique<TableBuilder>(db_id_, id, name);
  return Status::Ok();
}

uint32_t BatchAssembler::SeriesOfParsed(uint32_t table_index, bool canonical) {
  TableBuilder* table = tables_[table_index].get();
  const uint32_t known = keys_.Find(parsed_.series, SeriesKeyIndex::Hash(parsed_.series));
  uint32_t series;
  if (known != SeriesKeyIndex::kNone && keys_.entry(known).generation == table->generation()) {
    series = keys_.entry(known).series;
  } else {
    tag_values_left_ -= tag_values_.size();
    series = table->AddSeries(tag_values_.data(), canonical);
  }
  RememberSeries(parsed_.series, table_index, series);
  return series;
}

Status BatchAssembler::CheckNewColumn(const TableBuilder& table, bool is_tag) const {
  if (table.column_count() >= limits_.columns_per_table_max) {
    return ColumnLimitFault(limits_.columns_per_table_max);
  }
  if (is_tag && table.tag_count() >= limits_.tag_columns_per_table_max) {
    return TagColumnLimitFault(limits_.tag_columns_per_table_max);
  }
  return Status::Ok();
}

Status BatchAssembler::CheckTags(TableBuilder* table, bool created, bool* canonical) {
  *canonical = parsed_.series.find('\\') == std::string_view::npos;
  uint32_t next_ordinal = 0;
  tag_values_.assign(table->tag_count(), std::string_view());
  for (const line_protocol::Tag& tag : parsed_.tags) {
    const std::string_view name = NameOf(tag.key, false);
    if (name == kTimeColumn) return TimeColumnFault(ColumnType::kTag);
    uint32_t column = table->FindColumn(name);
    if (column == TableBuilder::kNone) {
      if (!created && !request_.allow_new_tags) return NewTagFault(name);
      RETURN_IF_ERROR(CheckNameBytes(name));
      RETURN_IF_ERROR(CheckNewColumn(*table, true));
      // All series of a segment have the same tag columns.
      if (table->row_count() > 0) SealSegment(table);
      column = table->AddColumn(name, ColumnType::kTag);
      tag_values_.emplace_back();
    }
    const ColumnType type = table->column_type(column);
    if (type != ColumnType::kTag) {
      return ColumnTypeFault(name, model::IoxColumnTypeName(type), ColumnType::kTag);
    }
    const uint32_t ordinal = table->tag_ordinal(column);
    if (ordinal < next_ordinal) *canonical = false;
    next_ordinal = ordinal + 1;
    std::string_view& value = tag_values_[ordinal];
    if (value.data() != nullptr) return RepeatedTagFault(name);
    value = NameOf(tag.value, false);
    if (value.size() > util::limits::kTagValueBytesMax) {
      return Status::InvalidArgument(
          fmt::format("the value of tag '{}' has {} bytes, the limit is {}", name, value.size(),
                      util::limits::kTagValueBytesMax));
    }
  }
  if (tag_values_.size() > tag_values_left_) {
    return Status::InvalidArgument(
        "too many series of a table with many tags in one write; use smaller writes");
  }
  return Status::Ok();
}

Status BatchAssembler::CheckFields(TableBuilder* table) {
  parsed_slots_.clear();
  for (const line_protocol::Field& field : parsed_.fields) {
    const std::string_view name = NameOf(field.key, false);
    const ColumnType type = ColumnTypeOf(field.value.type);
    if (name == kTimeColumn) return TimeColumnFault(type);
    uint32_t column = table->FindColumn(name);
    if (column == TableBuilder::kNone) {
      RETURN_IF_ERROR(CheckNameBytes(name));
      RETURN_IF_ERROR(CheckNewColumn(*table, false));
      column = table->AddColumn(name, type);
    }
    const ColumnType expected = table->column_type(column);
    if (expected == ColumnType::kTag) {
      return ColumnTypeFault(name, model::IoxColumnTypeName(expected), type);
    }
    const uint32_t slot_index = table->SlotOf(column);
    FieldSlot& slot = table->slot(slot_index);
    if (slot.line_mark == line_number_) return RepeatedFieldFault(name);
    slot.line_mark = line_number_;
    if (type != expected) {
      return ColumnTypeFault(name, model::IoxColumnTypeName(expected), type);
    }
    // Escapes only make it shorter, so the written size decides in nearly all cases.
    const WrittenText& string = field.value.string;
    if (string.text.size() > util::limits::kStringFieldBytesMax &&
        StringOf(string).size() > util::limits::kStringFieldBytesMax) {
      return Status::InvalidArgument("String is greater than 1MB");
    }
    if (slot.written().empty() && field.key.text.find(',') == std::string_view::npos) {
      slot.set_written(field.key.text);
    }
    parsed_slots_.push_back(slot_index);
  }
  return Status::Ok();
}

Status BatchAssembler::TimeOf(int64_t* time_ns) const {
  if (!parsed_.timestamp) {
    *time_ns = TruncateToPrecision(request_.received_at_ns, request_.precision);
    return Status::Ok();
  }
  if (ToNanoseconds(*parsed_.timestamp, request_.precision, time_ns)) return Status::Ok();
  return Status::InvalidArgument(TimestampRangeMessage(*parsed_.timestamp, request_.precision));
}

void BatchAssembler::PutFields(TableBuilder* table) {
  const uint32_t row = table->row_count();
  for (size_t i = 0; i < parsed_.fields.size(); ++i) {
    const FieldValue& value = parsed_.fields[i].value;
    FieldSlot& slot = table->slot(parsed_slots_[i]);
    switch (value.type) {
      case ValueType::kInt64: slot.Put(row, table->shape(), value.int64); break;
      case ValueType::kUInt64: slot.Put(row, table->shape(), value.uint64); break;
      case ValueType::kFloat64: slot.Put(row, table->shape(), value.float64); break;
      case ValueType::kString: slot.Put(row, table->shape(), StringOf(value.string)); break;
      case ValueType::kBool:
        slot.Put(row, table->shape(), static_cast<uint8_t>(value.boolean ? 1 : 0));
        break;
    }
  }
  table->expected_slots() = parsed_slots_;
}

std::string_view BatchAssembler::NameOf(const WrittenText& written, bool measurement) {
  if (!written.escaped) return written.text;
  char* text = storage_->arena.Allocate(written.text.size());
  const NameKind kind = measurement ? NameKind::kMeasurement : NameKind::kKey;
  const size_t size = line_protocol::UnescapeName(kind, written.text, text);
  storage_->arena.GiveBack(written.text.size() - size);
  return {text, size};
}

std::string_view BatchAssembler::StringOf(const WrittenText& written) {
  if (!written.escaped) return written.text;
  char* text = storage_->arena.Allocate(written.text.size());
  const size_t size = line_protocol::UnescapeString(written.text, text);
  storage_->arena.GiveBack(written.text.size() - size);
  return {text, size};
}

}  // namespace influxdb3::ingest
