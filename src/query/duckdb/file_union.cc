#include "query/duckdb/file_union.h"

#include <algorithm>
#include <limits>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "duckdb/parser/expression/constant_expression.hpp"
#include "duckdb/parser/expression/function_expression.hpp"
#include "duckdb/parser/tableref/table_function_ref.hpp"

#include "query/duckdb/buffer_scan.h"
#include "query/duckdb/dialect/sql_error.h"
#include "query/duckdb/file_scan.h"
#include "query/duckdb/parsed_query.h"
#include "query/duckdb/partial_snapshot.h"
#include "query/table_runs.h"

namespace influxdb3::query {
namespace {

using duckdb::ExpressionType;
using model::TimeRange;
using parsed::ExpressionPtr;
using parsed::NodePtr;
using FilePtr = std::shared_ptr<const persist::ParquetFile>;

constexpr size_t kContestedIntervalsMax = 64;
constexpr uint64_t kBufferOrder = std::numeric_limits<uint64_t>::max();

parsed::RefPtr FileScanReference(size_t number) {
  auto reference = duckdb::make_uniq<duckdb::TableFunctionRef>();
  duckdb::vector<ExpressionPtr> arguments;
  arguments.push_back(parsed::Constant(duckdb::Value(std::to_string(number))));
  reference->function =
      duckdb::make_uniq<duckdb::FunctionExpression>(kFileScanName, std::move(arguments));
  return reference;
}

bool Applies(const persist::Tombstone& tombstone, const persist::ParquetFile& file) {
  return file.max_wal_seq < tombstone.wal_seq && tombstone.range.Overlaps(file.time_range);
}

/// Files that are scanned under the same conditions.
struct FileGroup {
  RunPlace place = RunPlace::kClear;
  bool cut = false;      ///< some rows are older than retention allows
  bool deleted = false;  ///< some rows may have been deleted
  bool operator<(const FileGroup& other) const {
    return std::tie(place, cut, deleted) < std::tie(other.place, other.cut, other.deleted);
  }
};

class UnionBuilder {
 public:
  UnionBuilder(std::shared_ptr<ScanSource> source, const TimeRange& time,
               const std::vector<uint32_t>& columns, QuerySources* sources)
      : shared_source_(std::move(source)),
        source_(*shared_source_),
        time_(time),
        sources_(sources) {
    for (const uint32_t column : columns) names_.push_back(Name(column));
    for (const ScanColumn& column : source_.columns()) {
      if (column.kind == ScanColumn::Kind::kTime) time_name_ = column.engine_name;
    }
    if (names_.empty()) names_.push_back(time_name_);
  }

  parsed::RefPtr Build() {
    CollectRuns();
    if (file_count_ == 0) return nullptr;
    if (sources_->file_limit != 0 && file_count_ > sources_->file_limit) RefuseForFileLimit();
    SelectFiles();
    SelectChunks(&clear_chunks_, false);
    SelectChunks(&contested_chunks_, true);
    if (!contested_nodes_.empty()) clear_nodes_.push_back(MergedNode());
    return parsed::Subquery(parsed::UnionAll(std::move(clear_nodes_)));
  }

 private:
  const std::string& Name(uint32_t column) const { return source_.columns()[column].engine_name; }
  bool IsNeeded(const std::string& name) const {
    return std::find(names_.begin(), names_.end(), name) != names_.end();
  }

  void RefuseForFileLimit() const {
    sql::ThrowFromFunction(util::Status::Internal(fmt::format(
        "error while planning query: External error: Query would scan {} Parquet files, exceeding "
        "the file limit. InfluxDB 3 Core caps file access to prevent performance degradation and "
        "memory issues. Use a narrower time range, or increase the limit with --query-file-limit "
        "(this may cause slower queries or instability).",
        sources_->file_limit)));
  }

  void CollectRuns() {
    std::vector<TimeRange> ranges;
    std::vector<const buffer::ChunkView*> chunks;
    if (source_.snapshot() != nullptr) {
      for (const buffer::ChunkView& chunk : source_.snapshot()->chunks()) {
        if (!chunk.time_range.Overlaps(time_)) continue;
        chunks.push_back(&chunk);
        ranges.push_back(chunk.time_range);
      }
    }
    std::vector<FilePtr> files;
    for (const FilePtr& file : source_.files()->files) {
      if (!file->time_range.Overlaps(time_)) continue;
      files.push_back(file);
      ranges.push_back(file->time_range);
    }
    file_count_ = files.size();
    contested_ = ContestedIntervals(ranges, chunks.size(), kContestedIntervalsMax);
    for (const buffer::ChunkView* chunk : chunks) {
      const bool clear = PlaceOf(chunk->time_range, contested_) == RunPlace::kClear;
      (clear ? clear_chunks_ : contested_chunks_).push_back(*chunk);
    }
    for (FilePtr& file : files) {
      FileGroup group;
      group.place = PlaceOf(file->time_range, contested_);
      group.cut = file->time_range.min_ns < source_.visible().min_ns;
      for (const auto& tombstone : source_.files()->tombstones) {
        group.deleted = group.deleted || Applies(*tombstone, *file);
      }
      groups_[group].push_back(std::move(file));
    }
  }

  /// What the rows of a group must meet, besides the contested intervals.
  std::vector<ExpressionPtr> ConditionsOf(const FileGroup& group,
                                          const std::vector<FilePtr>& files) const {
    std::vector<ExpressionPtr> conditions;
    if (group.cut) conditions.push_back(parsed::InRange(time_name_, source_.visible()));
    if (!group.deleted) return conditions;
    for (const auto& tombstone : source_.files()->tombstones) {
      const bool applies = std::any_of(files.begin(), files.end(), [&](const FilePtr& file) {
        return Applies(*tombstone, *file);
      });
      if (applies) conditions.push_back(parsed::Not(IsDeleted(*tombstone)));
    }
    return conditions;
  }

  ExpressionPtr IsDeleted(const persist::Tombstone& tombstone) const {
    std::vector<ExpressionPtr> terms;
    terms.push_back(parsed::Compare(ExpressionType::COMPARE_LESSTHAN,
                                    parsed::Column(FileScan::kWalSeqName),
                                    parsed::Constant(duckdb::Value::UBIGINT(tombstone.wal_seq))));
    if (ExpressionPtr in_range = parsed::InRange(time_name_, tombstone.range)) {
      terms.push_back(std::move(in_range));
    }
    for (const auto& [id, value] : tombstone.tags) {
      for (const ScanColumn& column : source_.columns()) {
        if (column.kind != ScanColumn::Kind::kTag || !(column.column_id == id)) continue;
        const duckdb::Value wanted =
            value.empty() ? duckdb::Value(duckdb::LogicalType::VARCHAR) : duckdb::Value(value);
        terms.push_back(parsed::Compare(ExpressionType::COMPARE_NOT_DISTINCT_FROM,
                                        parsed::Column(column.engine_name),
                                        parsed::Constant(wanted)));
      }
    }
    return parsed::All(std::move(terms));
  }

  /// Whether `time` lies in one of the contested intervals that some of `files` overlaps.
  ExpressionPtr IsContested(const std::vector<FilePtr>& files) const {
    std::vector<ExpressionPtr> terms;
    for (const TimeRange& interval : contested_) {
      const bool matters = std::any_of(files.begin(), files.end(), [&](const FilePtr& file) {
        return file->time_range.Overlaps(interval);
      });
      if (matters) terms.push_back(parsed::InRange(time_name_, interval));
    }
    return parsed::Any(std::move(terms));
  }

  void SelectFiles() {
    for (auto& [group, files] : groups_) {
      const size_t number = NoteFiles(files);
      if (group.place != RunPlace::kContested) {
        std::vector<ExpressionPtr> conditions = ConditionsOf(group, files);
        if (group.place == RunPlace::kPartlyContested) {
          conditions.push_back(parsed::Not(IsContested(files)));
        }
        clear_nodes_.push_back(
            SelectNode(FileScanReference(number), parsed::All(std::move(conditions)), nullptr));
      }
      if (group.place != RunPlace::kClear) {
        std::vector<ExpressionPtr> conditions = ConditionsOf(group, files);
        if (group.place == RunPlace::kPartlyContested) conditions.push_back(IsContested(files));
        contested_nodes_.push_back(SelectNode(FileScanReference(number),
                                              parsed::All(std::move(conditions)),
                                              parsed::Column(FileScan::kOrderName)));
      }
    }
  }

  size_t NoteFiles(const std::vector<FilePtr>& files) {
    auto& scans = sources_->file_scans;
    const auto equal = std::find_if(scans.begin(), scans.end(), [&](const auto& known) {
      return known->source == shared_source_ && known->files == files;
    });
    const auto number = static_cast<size_t>(equal - scans.begin());
    if (equal == scans.end()) {
      scans.push_back(std::make_shared<const FileScan>(FileScan{shared_source_, files}));
    }
    return number;
  }

  void SelectChunks(std::vector<buffer::ChunkView>* chunks, bool contested) {
    if (chunks->empty()) return;
    auto snapshot =
        std::make_shared<PartialSnapshot>(source_.shared_snapshot(), std::move(*chunks));
    sources_->tables.push_back(
        std::make_shared<ScanSource>(std::move(snapshot), source_.columns(), source_.visible()));
    parsed::RefPtr scan = MakeScanReference(kBufferScanName, sources_->tables.size() - 1);
    if (contested) {
      contested_nodes_.push_back(SelectNode(
          std::move(scan), nullptr, parsed::Constant(duckdb::Value::UBIGINT(kBufferOrder))));
    } else {
      clear_nodes_.push_back(SelectNode(std::move(scan), nullptr, nullptr));
    }
  }

  /// With `order` the rows are to be merged: then it, and the columns of the key, come with them.
  NodePtr SelectNode(parsed::RefPtr from, ExpressionPtr where, ExpressionPtr order) const {
    auto node = duckdb::make_uniq<duckdb::SelectNode>();
    node->from_table = std::move(from);
    node->where_clause = std::move(where);
    if (order == nullptr) {
      for (const std::string& name : names_) node->select_list.push_back(parsed::Column(name));
      return node;
    }
    for (const ScanColumn& column : source_.columns()) {
      if (column.kind != ScanColumn::Kind::kField || IsNeeded(column.engine_name)) {
        node->select_list.push_back(parsed::Column(column.engine_name));
      }
    }
    node->select_list.push_back(parsed::Named(std::move(order), FileScan::kOrderName));
    return node;
  }

  /// Of the rows of each key one, with the last value of each field that is not null.
  NodePtr MergedNode() {
    auto node = duckdb::make_uniq<duckdb::SelectNode>();
    node->from_table = parsed::Subquery(parsed::UnionAll(std::move(contested_nodes_)));
    duckdb::GroupingSet key;
    std::map<std::string, ExpressionPtr> columns;
    for (const ScanColumn& column : source_.columns()) {
      const std::string& name = column.engine_name;
      if (column.kind != ScanColumn::Kind::kField) {
        key.insert(node->groups.group_expressions.size());
        node->groups.group_expressions.push_back(parsed::Column(name));
        columns[name] = parsed::Column(name);
      } else if (IsNeeded(name)) {
        std::vector<ExpressionPtr> arguments;
        arguments.push_back(parsed::Column(name));
        arguments.push_back(parsed::Column(FileScan::kOrderName));
        columns[name] = parsed::Named(parsed::Call("arg_max", std::move(arguments)), name);
      }
    }
    node->groups.grouping_sets.push_back(std::move(key));
    for (const std::string& name : names_) node->select_list.push_back(columns[name]->Copy());
    return node;
  }

  const std::shared_ptr<ScanSource> shared_source_;
  const ScanSource& source_;
  const TimeRange time_;
  QuerySources* const sources_;
  std::vector<std::string> names_;  ///< of the columns wanted
  std::string time_name_;
  size_t file_count_ = 0;
  std::vector<TimeRange> contested_;
  std::map<FileGroup, std::vector<FilePtr>> groups_;
  std::vector<buffer::ChunkView> clear_chunks_;
  std::vector<buffer::ChunkView> contested_chunks_;
  std::vector<NodePtr> clear_nodes_;
  std::vector<NodePtr> contested_nodes_;
};

}  // namespace

duckdb::unique_ptr<duckdb::TableRef> MakeFileUnion(std::shared_ptr<ScanSource> source,
                                                   const TimeRange& time,
                                                   const std::vector<uint32_t>& columns,
                                                   QuerySources* sources) {
  return UnionBuilder(std::move(source), time, columns, sources).Build();
}

}  // namespace influxdb3::query
