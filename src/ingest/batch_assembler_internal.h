#pragma once

#include <memory>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "ingest/batch_builder.h"
#include "ingest/batch_memory.h"
#include "ingest/series_key_index.h"
#include "ingest/table_builder.h"
#include "protocol/line_protocol/parser.h"

namespace influxdb3::ingest {

/// Builds one batch. Each line is first tried on the fast way, which knows only tables, tags and
/// fields that were met before and gives up on everything else without leaving a trace; then on the
/// careful way, which parses the line by itself, checks it and finds the words for what is wrong.
class BatchAssembler {
 public:
  BatchAssembler(const BatchRequest& request, const catalog::CatalogState& state,
                 const catalog::CatalogLimits& limits);

  BuiltBatch Run();

 private:
  // batch_builder.cc
  util::Status FindDatabase();
  void AppendLines();
  void RejectLine(std::string_view line, const util::Status& fault);
  void ReserveRow(TableBuilder* table, size_t line_bytes, size_t field_count);
  void CommitRow(TableBuilder* table, int64_t time_ns, uint32_t series, size_t line_bytes);
  void SealSegment(TableBuilder* table);
  void Finish();

  // fast_line.cc
  const char* AppendFast(const char* begin);
  bool FindSeries(const char* begin);
  bool SplitSeries();
  const char* SplitTags(const TableBuilder& table, const char* at, const char* end);
  uint32_t SeriesOfLine();
  const char* AppendFields(TableBuilder* table, const char* at);
  FieldSlot* FindSlot(TableBuilder* table, size_t index, const char** at);
  const char* AppendValue(FieldSlot* slot, RowShape* shape, uint32_t row, const char* at);
  const char* AppendString(FieldSlot* slot, RowShape* shape, uint32_t row, const char* at);
  const char* TakeTimestamp(const char* at, int64_t* time_ns) const;

  // careful_line.cc
  const char* AppendCareful(const char* begin);
  util::Status AppendParsed(size_t line_bytes);
  util::Status FindOrMakeTable(std::unique_ptr<TableBuilder>* created, uint32_t* index);
  uint32_t SeriesOfParsed(uint32_t table_index, bool canonical);
  util::Status CheckTags(TableBuilder* table, bool created, bool* canonical);
  util::Status CheckFields(TableBuilder* table);
  util::Status CheckNewColumn(const TableBuilder& table, bool is_tag) const;
  util::Status TimeOf(int64_t* time_ns) const;
  void PutFields(TableBuilder* table);
  std::string_view NameOf(const line_protocol::WrittenText& written, bool measurement);
  std::string_view StringOf(const line_protocol::WrittenText& written);

  /// Links the key to its series for the lines to come.
  void RememberSeries(std::string_view key, uint32_t table_index, uint32_t series);

  /// The series of the line at hand, on the fast way.
  struct LineSeries {
    uint32_t table_index = 0;
    std::string_view key;
    uint32_t entry = SeriesKeyIndex::kNone;  // of the key
    bool known = false;                      // in the table's present segment
    bool canonical = false;                  // when not known; the values are in tag_values_
  };

  const BatchRequest& request_;
  const catalog::CatalogState& state_;
  const catalog::CatalogLimits& limits_;
  const char* const end_;
  std::shared_ptr<BatchStorage> storage_;
  BuiltBatch result_;

  std::shared_ptr<const catalog::Database> database_;  // null when the write creates it
  util::DbId db_id_;
  std::vector<std::unique_ptr<TableBuilder>> tables_;
  std::unordered_map<std::string_view, uint32_t> table_by_name_;
  uint32_t new_table_count_ = 0;

  SeriesKeyIndex keys_;
  uint32_t last_key_ = SeriesKeyIndex::kNone;
  uint32_t last_table_ = 0;
  LineSeries line_;
  size_t field_count_ = 0;                    // of the line, on the fast way
  std::vector<std::string_view> tag_values_;  // of the line, by ordinal; null data = missing

  line_protocol::ParsedLine parsed_;
  std::vector<uint32_t> parsed_slots_;
  uint64_t line_number_ = 0;
  const char* line_begin_ = nullptr;
  size_t reserve_bytes_left_;  // for rows only expected
  size_t tag_values_left_;     // that series may still take
};

}  // namespace influxdb3::ingest
