#include "server/flight/sql_info.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <variant>

#include <arrow/array.h>
#include <arrow/builder.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>

#include "server/flight/sql_info_words.h"

namespace influxdb3::server::flight {

namespace {

using Words = std::vector<std::string>;
using Conversions = std::map<int32_t, std::vector<int32_t>>;
using Value = std::variant<std::string, bool, int64_t, int32_t, Words, Conversions>;
using Infos = std::map<uint32_t, Value>;

constexpr int64_t kNoLimit = INT32_MAX;

Words Split(std::string_view text) {
  Words words;
  while (!text.empty()) {
    const size_t blank = std::min(text.find(' '), text.size());
    words.emplace_back(text.substr(0, blank));
    text.remove_prefix(std::min(blank + 1, text.size()));
  }
  return words;
}

/// What CONVERT can make of what, by the protocol's numbers of types.
Conversions SupportedConversions() {
  enum Kind { kInt64, kBool, kText, kDate, kDecimal, kFloat, kInt32, kDayTime, kYearMonth };
  enum MoreKinds { kInt16 = kYearMonth + 1, kTime, kTimestamp, kInt8 };
  const std::map<int32_t, int> kinds = {
      {0, kInt64},  {2, kBool},    {3, kText},       {4, kDate},  {5, kDecimal},  {6, kFloat},
      {7, kInt32},  {8, kDayTime}, {9, kYearMonth},  {11, kText}, {12, kDecimal}, {13, kFloat},
      {14, kInt16}, {15, kTime},   {16, kTimestamp}, {17, kInt8}, {19, kText}};
  const auto is_integer = [](int kind) {
    return kind == kInt64 || kind == kInt32 || kind == kInt16 || kind == kInt8;
  };
  const auto is_number = [&](int kind) {
    return is_integer(kind) || kind == kFloat || kind == kDecimal;
  };
  const auto converts = [&](int from, int to) {
    if (from == to || from == kText || to == kText) return true;
    if (is_number(from) && is_number(to)) return true;
    if (from == kBool) return is_integer(to) || to == kFloat;
    if (to == kBool) return is_integer(from) || from == kFloat;
    if (from == kTimestamp) return is_number(to) || to == kDate || to == kTime;
    if (to == kTimestamp) return is_number(from) || from == kDate;
    if (from == kDate || to == kDate) {
      const int other = from == kDate ? to : from;
      return other == kInt32 || other == kInt64;
    }
    if (from == kTime || to == kTime) return (from == kTime ? to : from) == kInt64;
    return (from == kInt64 && to == kDayTime) || (from == kInt32 && to == kYearMonth);
  };
  Conversions conversions;
  for (const auto& [from, from_kind] : kinds) {
    for (const auto& [to, to_kind] : kinds) {
      if (converts(from_kind, to_kind)) conversions[from].push_back(to);
    }
  }
  return conversions;
}

void AddServerInfos(Infos* infos) {
  *infos = {
      {0, std::string("InfluxDB IOx")},
      {1, std::string("2")},
      {2, std::string("1.3")},
      {3, true},          // only reads
      {4, true},          // SQL
      {5, false},         // Substrait
      {8, int32_t{0}},    // transactions
      {9, false},         // cancelling
      {100, int32_t{0}},  // time-outs: none
      {101, int32_t{0}},
  };
}

void AddSyntaxInfos(Infos* infos) {
  for (const uint32_t ddl : {500U, 501U, 502U}) (*infos)[ddl] = false;
  (*infos)[503] = int32_t{3};  // unquoted names become lower case
  (*infos)[504] = std::string("\"");
  (*infos)[505] = int32_t{1};  // quoted names as the reference reports them
  (*infos)[506] = true;
  (*infos)[507] = int32_t{0};  // NULL sorts high
  (*infos)[508] = Split(kSqlKeywords);
  (*infos)[509] = Split(kNumericFunctions);
  (*infos)[510] = Split(kStringFunctions);
  (*infos)[511] = Split(kSystemFunctions);
  (*infos)[512] = Split(kDateTimeFunctions);
  (*infos)[513] = std::string("\\");
  (*infos)[514] = std::string();
  (*infos)[515] = true;
  (*infos)[516] = true;
  (*infos)[517] = SupportedConversions();
  (*infos)[518] = false;
  (*infos)[519] = false;
  (*infos)[520] = true;
  (*infos)[521] = true;
  (*infos)[522] = int32_t{3};  // GROUP BY
  (*infos)[523] = true;
  (*infos)[524] = true;
  (*infos)[525] = int32_t{1};  // core grammar
  (*infos)[526] = int32_t{7};  // all levels of SQL-92
  (*infos)[527] = false;
  (*infos)[528] = int32_t{2};  // outer joins
  (*infos)[529] = std::string("schema");
  (*infos)[530] = std::string("procedure");
}

void AddLimitInfos(Infos* infos) {
  (*infos)[532] = false;
  for (const uint32_t actions : {533U, 534U, 535U}) (*infos)[actions] = int32_t{0};
  (*infos)[536] = false;
  (*infos)[537] = false;
  (*infos)[538] = int32_t{15};  // every kind of subquery
  (*infos)[539] = true;
  (*infos)[540] = int32_t{3};  // UNION and UNION ALL
  for (uint32_t limit = 541; limit <= 561; ++limit) (*infos)[limit] = kNoLimit;
  (*infos)[556] = true;  // row sizes count large values too
  (*infos)[562] = int64_t{0};
  (*infos)[563] = false;
  (*infos)[564] = int32_t{0};
  (*infos)[565] = false;
  (*infos)[566] = true;
  for (uint32_t kind = 567; kind <= 571; ++kind) (*infos)[kind] = int32_t{0};
  for (uint32_t feature = 572; feature <= 576; ++feature) (*infos)[feature] = false;
}

Infos MakeInfos() {
  Infos infos;
  AddServerInfos(&infos);
  AddSyntaxInfos(&infos);
  AddLimitInfos(&infos);
  return infos;
}

std::shared_ptr<arrow::DataType> ValueType() {
  const auto conversions =
      std::make_shared<arrow::MapType>(arrow::field("keys", arrow::int32(), false),
                                       arrow::field("values", arrow::list(arrow::int32())));
  return arrow::dense_union({arrow::field("string_value", arrow::utf8(), false),
                             arrow::field("bool_value", arrow::boolean(), false),
                             arrow::field("bigint_value", arrow::int64(), false),
                             arrow::field("int32_bitmask", arrow::int32(), false),
                             arrow::field("string_list", arrow::list(arrow::utf8())),
                             arrow::field("int32_to_int32_list_map", conversions)});
}

/// Appends a value to the child of the union that its type belongs to.
struct ValueAppender {
  arrow::ArrayBuilder* child;

  arrow::Status operator()(const std::string& text) const {
    return static_cast<arrow::StringBuilder*>(child)->Append(text);
  }
  arrow::Status operator()(bool flag) const {
    return static_cast<arrow::BooleanBuilder*>(child)->Append(flag);
  }
  arrow::Status operator()(int64_t number) const {
    return static_cast<arrow::Int64Builder*>(child)->Append(number);
  }
  arrow::Status operator()(int32_t number) const {
    return static_cast<arrow::Int32Builder*>(child)->Append(number);
  }
  arrow::Status operator()(const Words& words) const {
    auto* list = static_cast<arrow::ListBuilder*>(child);
    ARROW_RETURN_NOT_OK(list->Append());
    return static_cast<arrow::StringBuilder*>(list->value_builder())->AppendValues(words);
  }
  arrow::Status operator()(const Conversions& conversions) const {
    auto* map = static_cast<arrow::MapBuilder*>(child);
    ARROW_RETURN_NOT_OK(map->Append());
    auto* keys = static_cast<arrow::Int32Builder*>(map->key_builder());
    auto* lists = static_cast<arrow::ListBuilder*>(map->item_builder());
    auto* items = static_cast<arrow::Int32Builder*>(lists->value_builder());
    for (const auto& [from, to] : conversions) {
      ARROW_RETURN_NOT_OK(keys->Append(from));
      ARROW_RETURN_NOT_OK(lists->Append());
      ARROW_RETURN_NOT_OK(items->AppendValues(to));
    }
    return arrow::Status::OK();
  }
};

}  // namespace

std::shared_ptr<arrow::Schema> SqlInfoSchema() {
  return arrow::schema({arrow::field("info_name", arrow::uint32(), false),
                        arrow::field("value", ValueType(), false)});
}

arrow::Result<std::shared_ptr<arrow::RecordBatch>> SqlInfoRows(const std::vector<uint32_t>& infos) {
  const auto schema = SqlInfoSchema();
  std::unique_ptr<arrow::ArrayBuilder> made;
  ARROW_RETURN_NOT_OK(
      arrow::MakeBuilder(arrow::default_memory_pool(), schema->field(1)->type(), &made));
  auto* values = static_cast<arrow::DenseUnionBuilder*>(made.get());
  arrow::UInt32Builder names;
  for (const auto& [name, value] : MakeInfos()) {
    if (!infos.empty() && std::find(infos.begin(), infos.end(), name) == infos.end()) continue;
    ARROW_RETURN_NOT_OK(names.Append(name));
    ARROW_RETURN_NOT_OK(values->Append(static_cast<int8_t>(value.index())));
    arrow::ArrayBuilder* child = values->child(static_cast<int>(value.index()));
    ARROW_RETURN_NOT_OK(std::visit(ValueAppender{child}, value));
  }
  ARROW_ASSIGN_OR_RAISE(auto name_array, names.Finish());
  ARROW_ASSIGN_OR_RAISE(auto value_array, values->Finish());
  const int64_t row_count = name_array->length();
  return arrow::RecordBatch::Make(schema, row_count,
                                  {std::move(name_array), std::move(value_array)});
}

}  // namespace influxdb3::server::flight
