#include "ingest/row_deletion.h"

#include <cctype>

#include <fmt/format.h>

#include "ingest/schema_faults.h"

namespace influxdb3::ingest {
namespace {

using util::Result;
using util::Status;

constexpr size_t kPredicateBytesMax = size_t{64} << 10;
constexpr size_t kConditionsMax = 64;

class PredicateReader {
 public:
  explicit PredicateReader(std::string_view text) : text_(text) {}

  Result<std::vector<std::pair<std::string, std::string>>> Read() {
    std::vector<std::pair<std::string, std::string>> conditions;
    SkipBlanks();
    if (at_end()) return conditions;
    while (true) {
      if (conditions.size() == kConditionsMax) {
        return Fault(fmt::format("more than {} conditions", kConditionsMax));
      }
      ASSIGN_OR_RETURN(std::string name, Name());
      SkipBlanks();
      if (at_end() || text_[at_] != '=') {
        return Fault("expected '=': only tag = 'value' is possible, joined by AND");
      }
      ++at_;
      SkipBlanks();
      if (at_end() || (text_[at_] != '\'' && text_[at_] != '"')) {
        return Fault("expected a value in quotes");
      }
      ASSIGN_OR_RETURN(std::string value, Quoted());
      conditions.emplace_back(std::move(name), std::move(value));
      SkipBlanks();
      if (at_end()) return conditions;
      if (!TakeAnd()) return Fault("expected AND: only tag = 'value' is possible, joined by AND");
      SkipBlanks();
    }
  }

 private:
  bool at_end() const { return at_ == text_.size(); }
  void SkipBlanks() {
    while (!at_end() && std::isspace(static_cast<unsigned char>(text_[at_])) != 0) ++at_;
  }
  static bool IsPlain(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-' || c == '.' ||
           static_cast<unsigned char>(c) >= 0x80;
  }

  Result<std::string> Name() {
    if (!at_end() && text_[at_] == '"') return Quoted();
    const size_t begin = at_;
    while (!at_end() && IsPlain(text_[at_])) ++at_;
    if (at_ == begin) return Fault("expected the name of a tag");
    return std::string(text_.substr(begin, at_ - begin));
  }

  Result<std::string> Quoted() {
    const size_t begin = at_;
    const char quote = text_[at_++];
    std::string value;
    for (; !at_end(); ++at_) {
      const char next = at_ + 1 < text_.size() ? text_[at_ + 1] : '\0';
      const bool escapes = text_[at_] == '\\' && (next == quote || next == '\\');
      if (escapes || (text_[at_] == quote && next == quote)) {
        ++at_;
      } else if (text_[at_] == quote) {
        ++at_;
        return value;
      }
      value += text_[at_];
    }
    at_ = begin;
    return Fault("a quote is not closed");
  }

  bool TakeAnd() {
    constexpr std::string_view kAnd = "and";
    if (text_.size() - at_ <= kAnd.size()) return false;
    for (size_t i = 0; i < kAnd.size(); ++i) {
      if (std::tolower(static_cast<unsigned char>(text_[at_ + i])) != kAnd[i]) return false;
    }
    if (IsPlain(text_[at_ + kAnd.size()])) return false;
    at_ += kAnd.size();
    return true;
  }

  Status Fault(std::string_view reason) const {
    return Status::InvalidArgument(
        fmt::format("invalid predicate: {} at character {}", reason, at_ + 1));
  }

  const std::string_view text_;
  size_t at_ = 0;
};

}  // namespace

Result<std::vector<std::pair<std::string, std::string>>> ParseDeletePredicate(
    std::string_view text) {
  if (text.size() > kPredicateBytesMax) {
    return Status::InvalidArgument(
        fmt::format("invalid predicate: longer than {} bytes", kPredicateBytesMax));
  }
  return PredicateReader(text).Read();
}

Result<model::DeleteRowsOp> MakeDeleteRows(const catalog::CatalogState& state,
                                           const RowDeletion& deletion) {
  if (deletion.database == catalog::kInternalDatabaseName) return InternalDatabaseFault("modify");
  const auto database = state.FindDatabase(deletion.database);
  if (database == nullptr) {
    return Status::NotFound(fmt::format("Database not found {}", deletion.database));
  }
  const auto schema = database->FindTable(deletion.table);
  if (schema == nullptr) {
    return Status::NotFound(
        fmt::format("Table {} not in DB schema for {}", deletion.table, deletion.database));
  }
  if (deletion.range.empty()) {
    return Status::InvalidArgument("the time range is empty: start is behind stop");
  }
  model::DeleteRowsOp op{database->id, schema->table_id(), deletion.range, {}};
  for (const auto& [name, value] : deletion.tags) {
    if (name == kTimeColumn) {
      return Status::InvalidArgument(
          "'time' in a predicate: give the time range by start and stop");
    }
    const std::optional<util::ColumnId> column = schema->FindColumn(name);
    if (!column) {
      return Status::InvalidArgument(
          fmt::format("table '{}' has no tag '{}'", deletion.table, name));
    }
    if (schema->column(*column).type != model::ColumnType::kTag) {
      return Status::InvalidArgument(
          fmt::format("'{}' is a field: rows are deleted by their tags and their time only", name));
    }
    for (const auto& [earlier, earlier_value] : op.tags) {
      if (earlier == *column) {
        return Status::InvalidArgument(fmt::format("tag '{}' stands twice in the predicate", name));
      }
    }
    op.tags.emplace_back(*column, value);
  }
  return op;
}

}  // namespace influxdb3::ingest
