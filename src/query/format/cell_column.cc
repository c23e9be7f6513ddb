#include "query/format/cell_column.h"

#include <utility>

#include "arrow/api.h"

#include "query/format/json_text.h"
#include "query/format/scalar_cells.h"

namespace influxdb3::query {
namespace {

int64_t DictionaryIndex(const CellColumn& column, int64_t row) {
  return static_cast<const arrow::DictionaryArray*>(column.array)->GetValueIndex(row);
}
void Dictionary(const CellColumn& column, int64_t row, ByteSink& sink) {
  column.children[0].Append(DictionaryIndex(column, row), sink);
}
bool DictionaryIsNull(const CellColumn& column, int64_t row) {
  return column.array->IsNull(row) || column.children[0].IsNull(DictionaryIndex(column, row));
}

template <class ListArray, bool kJson>
void List(const CellColumn& column, int64_t row, ByteSink& sink) {
  const auto* list = static_cast<const ListArray*>(column.array);
  const CellColumn& items = column.children[0];
  const int64_t begin = list->value_offset(row);
  const int64_t end = begin + list->value_length(row);
  sink.Append('[');
  for (int64_t i = begin; i < end; ++i) {
    if (i > begin) sink.Append(kJson ? std::string_view(",") : std::string_view(", "));
    if (!items.IsNull(i)) {
      items.Append(i, sink);
    } else if (kJson) {
      sink.Append("null");
    }
  }
  sink.Append(']');
}

template <bool kJson>
void Struct(const CellColumn& column, int64_t row, ByteSink& sink) {
  bool first = true;
  sink.Append('{');
  for (size_t i = 0; i < column.children.size(); ++i) {
    const CellColumn& member = column.children[i];
    const bool is_null = member.IsNull(row);
    if (kJson && is_null) continue;
    if (!first) sink.Append(kJson ? std::string_view(",") : std::string_view(", "));
    first = false;
    sink.Append(column.keys[i]);
    if (!is_null) member.Append(row, sink);
  }
  sink.Append('}');
}

template <bool kJson>
void Map(const CellColumn& column, int64_t row, ByteSink& sink) {
  const auto* map = static_cast<const arrow::MapArray*>(column.array);
  const CellColumn& keys = column.children[0];
  const CellColumn& items = column.children[1];
  // JSON has only text for keys.
  const arrow::Type::type key_type = keys.array->type_id();
  const bool quoted = kJson && (arrow::is_numeric(key_type) || arrow::is_decimal(key_type) ||
                                key_type == arrow::Type::BOOL);
  bool first = true;
  sink.Append('{');
  for (int64_t i = map->value_offset(row); i < map->value_offset(row + 1); ++i) {
    const bool is_null = items.IsNull(i);
    if (kJson && is_null) continue;
    if (!first) sink.Append(kJson ? std::string_view(",") : std::string_view(", "));
    first = false;
    if (quoted) sink.Append('"');
    keys.Append(i, sink);
    if (quoted) sink.Append('"');
    sink.Append(kJson ? std::string_view(":") : std::string_view(": "));
    if (!is_null) items.Append(i, sink);
  }
  sink.Append('}');
}

/// Sets up the columns whose cells are made of other columns' cells.
class NestedCells {
 public:
  NestedCells(CellStyle style, CellColumn* column) : style_(style), column_(column) {}

  util::Status Set() {
    if (column_->array->type_id() == arrow::Type::DICTIONARY) return UseDictionary();
    column_->may_need_quotes = true;
    if (style_ == CellStyle::kCsv) style_ = CellStyle::kJson;
    switch (column_->array->type_id()) {
      case arrow::Type::LIST: return UseList<arrow::ListArray>();
      case arrow::Type::LARGE_LIST: return UseList<arrow::LargeListArray>();
      case arrow::Type::FIXED_SIZE_LIST: return UseList<arrow::FixedSizeListArray>();
      case arrow::Type::MAP: return UseMap();
      case arrow::Type::STRUCT: return UseStruct();
      default:
        return util::Status::Unsupported("This feature is not implemented: results of type " +
                                         column_->array->type()->ToString());
    }
  }

 private:
  bool is_json() const { return style_ == CellStyle::kJson; }
  template <class ArrayType>
  const ArrayType& As() const {
    return static_cast<const ArrayType&>(*column_->array);
  }

  util::Status AddChild(const arrow::Array& child) {
    ASSIGN_OR_RETURN(CellColumn made, MakeCellColumn(child, style_));
    column_->children.push_back(std::move(made));
    return util::Status::Ok();
  }

  template <class ListArray>
  util::Status UseList() {
    column_->append = is_json() ? List<ListArray, true> : List<ListArray, false>;
    return AddChild(*As<ListArray>().values());
  }

  util::Status UseStruct() {
    column_->append = is_json() ? Struct<true> : Struct<false>;
    const auto& members = As<arrow::StructArray>();
    for (int i = 0; i < members.num_fields(); ++i) {
      const std::string& name = members.struct_type()->field(i)->name();
      column_->keys.push_back(is_json() ? JsonKey(name) : name + ": ");
      RETURN_IF_ERROR(AddChild(*members.field(i)));  // the struct array keeps its members
    }
    return util::Status::Ok();
  }

  util::Status UseMap() {
    column_->append = is_json() ? Map<true> : Map<false>;
    RETURN_IF_ERROR(AddChild(*As<arrow::MapArray>().keys()));
    return AddChild(*As<arrow::MapArray>().items());
  }

  util::Status UseDictionary() {
    column_->append = Dictionary;
    column_->is_null = DictionaryIsNull;
    RETURN_IF_ERROR(AddChild(*As<arrow::DictionaryArray>().dictionary()));
    column_->may_need_quotes = column_->children[0].may_need_quotes;
    return util::Status::Ok();
  }

  CellStyle style_;
  CellColumn* column_;
};

}  // namespace

util::Result<CellColumn> MakeCellColumn(const arrow::Array& array, CellStyle style) {
  CellColumn column;
  column.array = &array;
  column.offset = array.offset();
  if (array.null_count() != 0) column.validity = array.null_bitmap_data();
  const bool json = style == CellStyle::kJson;
  if (SetNumberCells(json, &column) || SetTextCells(json, &column)) return column;
  if (!SetTimeCells(json, &column)) {
    RETURN_IF_ERROR(NestedCells(style, &column).Set());
    return column;
  }
  if (array.type_id() == arrow::Type::TIMESTAMP) {
    const auto& zone = static_cast<const arrow::TimestampType&>(*array.type()).timezone();
    if (!zone.empty()) {
      ASSIGN_OR_RETURN(column.zone, TimeZone::Find(zone));
    }
  }
  return column;
}

}  // namespace influxdb3::query
