#include <cstring>

#include "ingest/batch_assembler_internal.h"
#include "ingest/text_scan.h"
#include "protocol/line_protocol/escape.h"
#include "protocol/line_protocol/number_scan.h"
#include "util/limits.h"

namespace influxdb3::ingest {
namespace {

using line_protocol::NumberKind;
using line_protocol::ScanInteger;
using line_protocol::ScannedNumber;
using line_protocol::ScanNumber;
using model::ColumnType;

/// Behind the true or false at `at`, or null. Spellings as in the parser.
const char* ScanBool(const char* at, const char* end, bool* value) {
  if (at == end) return nullptr;
  *value = *at == 't' || *at == 'T';
  if (!*value && *at != 'f' && *at != 'F') return nullptr;
  const std::string_view rest(at, static_cast<size_t>(end - at));
  for (const std::string_view word : {"true", "True", "TRUE", "false", "False", "FALSE"}) {
    if (rest.starts_with(word)) return at + word.size();
  }
  return at + 1;
}

const char* SkipSpaces(const char* at, const char* end) {
  while (at != end && *at == ' ') ++at;
  return at;
}

}  // namespace

const char* BatchAssembler::AppendFast(const char* begin) {
  if (!FindSeries(begin)) return nullptr;
  TableBuilder* table = tables_[line_.table_index].get();
  if (table->full()) {
    const void* newline = std::memchr(begin, '\n', static_cast<size_t>(end_ - begin));
    const char* line_end = newline == nullptr ? end_ : static_cast<const char*>(newline);
    ReserveRow(table, static_cast<size_t>(line_end - begin) + 1, table->slot_count());
  }
  int64_t time_ns = 0;
  const char* at = SkipSpaces(line_.key.data() + line_.key.size(), end_);
  at = AppendFields(table, at);
  if (at != nullptr) at = TakeTimestamp(at, &time_ns);
  if (at == nullptr) {
    std::vector<uint32_t>& slots = table->expected_slots();
    for (size_t i = 0; i < field_count_; ++i) {
      table->slot(slots[i]).Undo(table->row_count(), table->shape());
    }
    return nullptr;
  }
  CommitRow(table, time_ns, SeriesOfLine(), static_cast<size_t>(at - begin) + 1);
  return at;
}

bool BatchAssembler::FindSeries(const char* begin) {
  line_.entry = SeriesKeyIndex::kNone;
  if (last_key_ != SeriesKeyIndex::kNone) {
    const uint32_t expected = keys_.entry(last_key_).next;
    const std::string_view key = keys_.entry(expected).key();
    if (StandsAt(key, ' ', begin, end_)) {
      line_.entry = expected;
      line_.key = std::string_view(begin, key.size());
    }
  }
  bool escaped = false;
  if (line_.entry == SeriesKeyIndex::kNone) {
    const char* key_end = FindSeriesEnd(begin, end_, &escaped);
    if (key_end == nullptr) return false;
    line_.key = std::string_view(begin, static_cast<size_t>(key_end - begin));
    line_.entry = keys_.Find(line_.key, SeriesKeyIndex::Hash(line_.key));
  }
  if (line_.entry != SeriesKeyIndex::kNone) {
    const SeriesKeyIndex::Entry& entry = keys_.entry(line_.entry);
    line_.table_index = entry.table;
    line_.known = entry.generation == tables_[entry.table]->generation();
    if (line_.known) return true;
    escaped = line_.key.find('\\') != std::string_view::npos;
  }
  line_.known = false;
  return !escaped && SplitSeries();
}

bool BatchAssembler::SplitSeries() {
  const char* begin = line_.key.data();
  const char* end = begin + line_.key.size();
  const void* comma = std::memchr(begin, ',', line_.key.size());
  const char* name_end = comma == nullptr ? end : static_cast<const char*>(comma);
  const std::string_view name(begin, static_cast<size_t>(name_end - begin));
  if (last_key_ != SeriesKeyIndex::kNone && tables_[last_table_]->name() == name) {
    line_.table_index = last_table_;
  } else {
    const auto found = table_by_name_.find(name);
    if (found == table_by_name_.end()) return false;
    line_.table_index = found->second;
  }
  const TableBuilder& table = *tables_[line_.table_index];
  tag_values_.assign(table.tag_count(), std::string_view());
  line_.canonical = true;
  if (tag_values_.size() > tag_values_left_) return false;
  return name_end == end || SplitTags(table, name_end + 1, end) != nullptr;
}

const char* BatchAssembler::SplitTags(const TableBuilder& table, const char* at, const char* end) {
  uint32_t expected = 0;
  do {
    uint32_t ordinal = expected;
    if (expected < table.tag_count() && !table.written_tag(expected).empty() &&
        StandsAt(table.written_tag(expected), '=', at, end)) {
      at += table.written_tag(expected).size() + 1;
    } else {
      const void* equals = std::memchr(at, '=', static_cast<size_t>(end - at));
      if (equals == nullptr) return nullptr;
      const char* key_end = static_cast<const char*>(equals);
      const uint32_t column =
          table.FindColumn(std::string_view(at, static_cast<size_t>(key_end - at)));
      if (column == TableBuilder::kNone) return nullptr;
      ordinal = table.tag_ordinal(column);
      if (ordinal == TableBuilder::kNone) return nullptr;
      at = key_end + 1;
    }
    const char* value = at;
    while (at != end && *at != ',') ++at;
    const auto size = static_cast<size_t>(at - value);
    if (size == 0 || size > util::limits::kTagValueBytesMax) return nullptr;
    if (tag_values_[ordinal].data() != nullptr) return nullptr;
    tag_values_[ordinal] = std::string_view(value, size);
    if (ordinal < expected) line_.canonical = false;
    expected = ordinal + 1;
    if (at == end) return at;
    ++at;
  } while (true);
}

uint32_t BatchAssembler::SeriesOfLine() {
  if (!line_.known) {
    tag_values_left_ -= tag_values_.size();
    const uint32_t series =
        tables_[line_.table_index]->AddSeries(tag_values_.data(), line_.canonical);
    RememberSeries(line_.key, line_.table_index, series);
    return series;
  }
  if (last_key_ != SeriesKeyIndex::kNone) keys_.entry(last_key_).next = line_.entry;
  last_key_ = line_.entry;
  last_table_ = line_.table_index;
  return keys_.entry(line_.entry).series;
}

FieldSlot* BatchAssembler::FindSlot(TableBuilder* table, size_t index, const char** at) {
  std::vector<uint32_t>& expected = table->expected_slots();
  if (index < expected.size()) {
    FieldSlot& slot = table->slot(expected[index]);
    if (!slot.written().empty() && StandsAt(slot.written(), '=', *at, end_)) {
      *at += slot.written().size() + 1;
      return &slot;
    }
  }
  const char* key_end = *at;
  while (key_end != end_ && *key_end != '=') {
    ++key_end;
  }
  const std::string_view key(*at, static_cast<size_t>(key_end - *at));
  if (key_end == end_ || !IsPlainKey(key)) return nullptr;
  const uint32_t column = table->FindColumn(key);
  if (column == TableBuilder::kNone || table->column_type(column) == ColumnType::kTag) {
    return nullptr;
  }
  const uint32_t slot = table->SlotOf(column);
  if (index < expected.size()) {
    expected[index] = slot;
  } else {
    expected.push_back(slot);
  }
  *at = key_end + 1;
  return &table->slot(slot);
}

const char* BatchAssembler::AppendFields(TableBuilder* table, const char* at) {
  const uint32_t row = table->row_count();
  RowShape* shape = table->shape();
  field_count_ = 0;
  do {
    FieldSlot* slot = FindSlot(table, field_count_, &at);
    if (slot == nullptr || slot->Has(row)) return nullptr;
    ++field_count_;
    at = AppendValue(slot, shape, row, at);
    if (at == nullptr || at == end_ || *at != ',') return at;
    ++at;
  } while (true);
}

const char* BatchAssembler::AppendValue(FieldSlot* slot, RowShape* shape, uint32_t row,
                                        const char* at) {
  switch (slot->type()) {
    case ColumnType::kFloat64: {
      const ScannedNumber number = ScanNumber(at, end_);
      if (number.kind != NumberKind::kFloat64) return nullptr;
      slot->Put(row, shape, number.float64);
      return number.end;
    }
    case ColumnType::kInt64: {
      const ScannedNumber number = ScanInteger(at, end_);
      if (number.kind != NumberKind::kInt64 || number.end == end_ || *number.end != 'i') {
        return nullptr;
      }
      slot->Put(row, shape, number.int64);
      return number.end + 1;
    }
    case ColumnType::kUInt64: {
      const ScannedNumber number = ScanNumber(at, end_);
      if (number.kind != NumberKind::kUInt64) return nullptr;
      slot->Put(row, shape, number.uint64);
      return number.end;
    }
    case ColumnType::kBool: {
      bool value = false;
      const char* value_end = ScanBool(at, end_, &value);
      if (value_end != nullptr) slot->Put(row, shape, static_cast<uint8_t>(value ? 1 : 0));
      return value_end;
    }
    case ColumnType::kString: return AppendString(slot, shape, row, at);
    case ColumnType::kTag: break;
  }
  return nullptr;
}

const char* BatchAssembler::AppendString(FieldSlot* slot, RowShape* shape, uint32_t row,
                                         const char* at) {
  if (at == end_ || *at != '"') return nullptr;
  const char* begin = at + 1;
  bool escaped = false;
  at = FindQuoteOrBackslash(begin, end_);
  while (at != end_ && *at == '\\') {
    escaped = true;
    if (end_ - at < 2) return nullptr;
    at = FindQuoteOrBackslash(at + 2, end_);
  }
  if (at == end_) return nullptr;
  std::string_view text(begin, static_cast<size_t>(at - begin));
  if (text.size() > util::limits::kStringFieldBytesMax) return nullptr;
  if (escaped) text = StringOf({text, true});
  slot->Put(row, shape, text);
  return at + 1;
}

const char* BatchAssembler::TakeTimestamp(const char* at, int64_t* time_ns) const {
  bool given = false;
  if (at != end_ && *at == ' ') {
    at = SkipSpaces(at, end_);
    const ScannedNumber number = ScanInteger(at, end_);
    if (number.kind == NumberKind::kInt64) {
      if (!ToNanoseconds(number.int64, request_.precision, time_ns)) return nullptr;
      given = true;
      at = SkipSpaces(number.end, end_);
    }
  }
  if (!given) *time_ns = TruncateToPrecision(request_.received_at_ns, request_.precision);
  if (at != end_ && *at == '\r' && (at + 1 == end_ || at[1] == '\n')) ++at;
  return at == end_ || *at == '\n' ? at : nullptr;
}

}  // namespace influxdb3::ingest
