// Functions that make lists of lists' elements: removing, replacing, sets, slices, repetition.
#include <algorithm>
#include <optional>
#include <set>
#include <string_view>

#include <fmt/format.h>

#include "query/duckdb/dialect/function_support.h"
#include "query/duckdb/dialect/growth.h"
#include "query/duckdb/dialect/list_elements.h"

namespace influxdb3::query::sql {
namespace {

using duckdb::DataChunk;
using duckdb::ExpressionState;
using duckdb::idx_t;
using duckdb::LogicalType;
using duckdb::LogicalTypeId;
using duckdb::Value;
using duckdb::Vector;
using util::Status;

/// An integer argument; `otherwise` when it is NULL.
int64_t Whole(const Vector& vector, idx_t row, int64_t otherwise) {
  const Value value = vector.GetValue(row);
  return value.IsNull() ? otherwise : value.GetValue<int64_t>();
}

void RunRemove(DataChunk& arguments, ExpressionState&, Vector& result) {
  const idx_t rows = RowsToCompute(arguments, result);
  const ListArgument lists(arguments.data[0], rows);
  const ElementKeys keys(lists.elements(), lists.element_count());
  const ElementKeys needles(arguments.data[1], rows);
  ListBuilder builder({&lists.elements()});
  for (idx_t row = 0; row < rows; ++row) {
    if (lists.IsNull(row)) {
      builder.EndNull();
      continue;
    }
    const int64_t limit = Whole(arguments.data[2], row, 0);
    int64_t removed = 0;
    for (idx_t i = 0; i < lists.Size(row); ++i) {
      // A negative limit is none.
      if (removed != limit && keys[lists.At(row, i)] == needles[row]) {
        ++removed;
      } else {
        builder.Add(0, lists.At(row, i));
      }
    }
    builder.EndList();
  }
  builder.Finish(result);
}

void RunReplace(DataChunk& arguments, ExpressionState&, Vector& result) {
  const idx_t rows = RowsToCompute(arguments, result);
  const ListArgument lists(arguments.data[0], rows);
  const ElementKeys keys(lists.elements(), lists.element_count());
  const ElementKeys needles(arguments.data[1], rows);
  ListBuilder builder({&lists.elements(), &arguments.data[2]});
  for (idx_t row = 0; row < rows; ++row) {
    if (lists.IsNull(row)) {
      builder.EndNull();
      continue;
    }
    const int64_t limit = Whole(arguments.data[3], row, 0);
    int64_t left = limit <= 0 ? INT64_MAX : limit;
    for (idx_t i = 0; i < lists.Size(row); ++i) {
      if (left > 0 && keys[lists.At(row, i)] == needles[row]) {
        builder.Add(1, row);
        --left;
      } else {
        builder.Add(0, lists.At(row, i));
      }
    }
    builder.EndList();
  }
  builder.Finish(result);
}

void RunPositions(DataChunk& arguments, ExpressionState&, Vector& result) {
  const idx_t rows = RowsToCompute(arguments, result);
  const ListArgument lists(arguments.data[0], rows);
  const ElementKeys keys(lists.elements(), lists.element_count());
  const ElementKeys needles(arguments.data[1], rows);
  idx_t longest = 1;
  for (idx_t row = 0; row < rows; ++row) {
    if (!lists.IsNull(row)) longest = std::max(longest, lists.Size(row));
  }
  Vector numbers(LogicalType::UBIGINT, longest);
  auto* const values = duckdb::FlatVector::GetData<uint64_t>(numbers);
  for (idx_t i = 0; i < longest; ++i) values[i] = i + 1;
  ListBuilder builder({&numbers});
  for (idx_t row = 0; row < rows; ++row) {
    if (lists.IsNull(row)) {
      builder.EndNull();
      continue;
    }
    for (idx_t i = 0; i < lists.Size(row); ++i) {
      if (keys[lists.At(row, i)] == needles[row]) builder.Add(0, i);
    }
    builder.EndList();
  }
  builder.Finish(result);
}

void RunPosition(DataChunk& arguments, ExpressionState&, Vector& result) {
  const idx_t rows = RowsToCompute(arguments, result);
  const ListArgument lists(arguments.data[0], rows);
  const ElementKeys keys(lists.elements(), lists.element_count());
  const ElementKeys needles(arguments.data[1], rows);
  for (idx_t row = 0; row < rows; ++row) {
    Value found(LogicalType::UBIGINT);
    if (!lists.IsNull(row)) {
      const int64_t start = Whole(arguments.data[2], row, 1) - 1;
      if (start < 0 || static_cast<idx_t>(start) > lists.Size(row)) {
        ThrowFromFunction(Status::Internal("Internal error: start_from index out of bounds"));
      }
      for (idx_t i = static_cast<idx_t>(start); i < lists.Size(row) && found.IsNull(); ++i) {
        if (keys[lists.At(row, i)] == needles[row]) found = Value::UBIGINT(i + 1);
      }
    }
    result.SetValue(row, found);
  }
}

/// The places of a list's different elements: the first of each, by the elements' order.
std::vector<idx_t> Different(const ListArgument& lists, const ElementKeys& keys, idx_t row) {
  std::vector<idx_t> places;
  if (lists.IsNull(row)) return places;
  for (idx_t i = 0; i < lists.Size(row); ++i) places.push_back(lists.At(row, i));
  std::stable_sort(places.begin(), places.end(),
                   [&](idx_t a, idx_t b) { return keys[a] < keys[b]; });
  places.erase(std::unique(places.begin(), places.end(),
                           [&](idx_t a, idx_t b) { return keys[a] == keys[b]; }),
               places.end());
  return places;
}

void RunDistinct(DataChunk& arguments, ExpressionState&, Vector& result) {
  const idx_t rows = RowsToCompute(arguments, result);
  const ListArgument lists(arguments.data[0], rows);
  const ElementKeys keys(lists.elements(), lists.element_count());
  ListBuilder builder({&lists.elements()});
  for (idx_t row = 0; row < rows; ++row) {
    for (const idx_t place : Different(lists, keys, row)) builder.Add(0, place);
    lists.IsNull(row) ? builder.EndNull() : builder.EndList();
  }
  builder.Finish(result);
}

enum class SetOperation { kUnion, kIntersect, kExcept };

template <SetOperation kOperation>
void RunSets(DataChunk& arguments, ExpressionState&, Vector& result) {
  const idx_t rows = RowsToCompute(arguments, result);
  const ListArgument left(arguments.data[0], rows);
  const ListArgument right(arguments.data[1], rows);
  const ElementKeys left_keys(left.elements(), left.element_count());
  const ElementKeys right_keys(right.elements(), right.element_count());
  ListBuilder builder({&left.elements(), &right.elements()});
  for (idx_t row = 0; row < rows; ++row) {
    if (left.IsNull(row) && (kOperation == SetOperation::kExcept || right.IsNull(row))) {
      builder.EndNull();
      continue;
    }
    std::set<std::string_view> seen;
    const std::vector<idx_t> others = Different(right, right_keys, row);
    if constexpr (kOperation == SetOperation::kUnion) {
      for (const idx_t place : Different(left, left_keys, row)) {
        seen.insert(left_keys[place]);
        builder.Add(0, place);
      }
      for (const idx_t place : others) {
        if (seen.insert(right_keys[place]).second) builder.Add(1, place);
      }
    } else {
      for (const idx_t place : others) seen.insert(right_keys[place]);
    }
    if constexpr (kOperation == SetOperation::kIntersect) {
      for (const idx_t place : Different(left, left_keys, row)) {
        if (seen.count(left_keys[place]) > 0) builder.Add(0, place);
      }
    }
    if constexpr (kOperation == SetOperation::kExcept) {
      for (idx_t i = 0; i < left.Size(row); ++i) {
        if (seen.insert(left_keys[left.At(row, i)]).second) builder.Add(0, left.At(row, i));
      }
    }
    builder.EndList();
  }
  builder.Finish(result);
}

/// Either argument may be an element instead of a list.
void RunConcat(DataChunk& arguments, ExpressionState&, Vector& result) {
  const idx_t rows = RowsToCompute(arguments, result);
  std::vector<Vector*> sources;
  std::vector<std::optional<ListArgument>> lists(2);
  for (size_t side = 0; side < 2; ++side) {
    Vector& argument = arguments.data[side];
    const bool is_list = argument.GetType() == result.GetType();
    if (is_list) lists[side].emplace(argument, rows);
    sources.push_back(is_list ? &lists[side]->elements() : &argument);
  }
  ListBuilder builder(sources);
  for (idx_t row = 0; row < rows; ++row) {
    for (size_t side = 0; side < 2; ++side) {
      if (!lists[side]) {
        builder.Add(side, row);
      } else if (!lists[side]->IsNull(row)) {
        for (idx_t i = 0; i < lists[side]->Size(row); ++i) {
          builder.Add(side, lists[side]->At(row, i));
        }
      }
    }
    builder.EndList();
  }
  builder.Finish(result);
}

void RunRepeat(DataChunk& arguments, ExpressionState&, Vector& result) {
  const idx_t rows = RowsToCompute(arguments, result);
  GrowthBudget budget;
  ListBuilder builder({&arguments.data[0]});
  for (idx_t row = 0; row < rows; ++row) {
    const int64_t count = Whole(arguments.data[1], row, 0);
    if (count > 0) budget.Take(static_cast<uint64_t>(count), sizeof(duckdb::string_t));
    for (int64_t i = 0; i < count; ++i) builder.Add(0, row);
    builder.EndList();
  }
  builder.Finish(result);
}

/// Elements from one place to another, both included, counted from 1 or back from -1.
void RunSlice(DataChunk& arguments, ExpressionState&, Vector& result) {
  const idx_t rows = RowsToCompute(arguments, result);
  const ListArgument lists(arguments.data[0], rows);
  ListBuilder builder({&lists.elements()});
  for (idx_t row = 0; row < rows; ++row) {
    bool null = lists.IsNull(row);
    for (size_t i = 1; i < 4; ++i) null = null || arguments.data[i].GetValue(row).IsNull();
    if (null) {
      builder.EndNull();
      continue;
    }
    const auto size = static_cast<int64_t>(lists.Size(row));
    const auto place = [&](size_t index) {
      const int64_t given = Whole(arguments.data[index], row, 0);
      return given < 0 ? std::max(given, -size - 1) + size + 1 : given;
    };
    const int64_t stride = std::clamp(Whole(arguments.data[3], row, 1), -size - 1, size + 1);
    if (stride == 0) {
      ThrowFromFunction(
          Status::Internal("Execution error: array_slice got invalid stride: 0, it cannot be 0"));
    }
    int64_t from = std::max<int64_t>(place(1), 1);
    int64_t to = std::min(std::max<int64_t>(place(2), stride < 0 ? 1 : 0), size);
    from = stride < 0 ? std::min(from, size) : from;
    for (int64_t at = from; stride > 0 ? at <= to : at >= to && at >= 1; at += stride) {
      builder.Add(0, lists.At(row, static_cast<idx_t>(at - 1)));
    }
    builder.EndList();
  }
  builder.Finish(result);
}

/// The type that elements of both types fit; INVALID when there is none.
LogicalType Common(duckdb::ClientContext& context, const LogicalType& a, const LogicalType& b) {
  LogicalType common;
  if (a.id() == LogicalTypeId::SQLNULL) return b;
  if (b.id() == LogicalTypeId::SQLNULL) return a;
  if (a == b) return a;
  return LogicalType::TryGetMaxLogicalType(context, a, b, common) ? common : LogicalType::INVALID;
}

LogicalType ElementType(const LogicalType& list, const std::string& function) {
  if (list.id() == LogicalTypeId::SQLNULL) return LogicalType::SQLNULL;
  if (list.id() == LogicalTypeId::LIST) return duckdb::ListType::GetChildType(list);
  ThrowFromFunction(Status::InvalidArgument(
      fmt::format("Error during planning: {} needs an array as its argument", function)));
}

/// Lists before, then elements, then integers: as many of each as the template says.
template <size_t kLists, size_t kElements>
duckdb::unique_ptr<duckdb::FunctionData> BindLists(duckdb::ClientContext& context,
                                                   duckdb::ScalarFunction& function,
                                                   BoundArguments& arguments) {
  LogicalType element = LogicalType::SQLNULL;
  for (size_t i = 0; i < kLists + kElements; ++i) {
    const LogicalType given = LogicalType::NormalizeType(arguments[i]->return_type);
    element = Common(context, element, i < kLists ? ElementType(given, function.name) : given);
    if (element.id() == LogicalTypeId::INVALID) {
      ThrowFromFunction(Status::InvalidArgument(fmt::format(
          "Error during planning: the arguments of {} have no common type", function.name)));
    }
  }
  if (element.id() == LogicalTypeId::SQLNULL) element = LogicalType::BIGINT;
  for (size_t i = 0; i < arguments.size(); ++i) {
    function.arguments[i] = i < kLists               ? LogicalType::LIST(element)
                            : i < kLists + kElements ? element
                                                     : LogicalType::BIGINT;
  }
  if (function.return_type.id() == LogicalTypeId::ANY) {
    function.return_type = LogicalType::LIST(element);
  }
  return nullptr;
}

duckdb::unique_ptr<duckdb::FunctionData> BindConcat(duckdb::ClientContext& context,
                                                    duckdb::ScalarFunction& function,
                                                    BoundArguments& arguments) {
  std::vector<LogicalType> types;
  for (const auto& argument : arguments) {
    types.push_back(LogicalType::NormalizeType(argument->return_type));
  }
  const bool left = types[0].id() == LogicalTypeId::LIST;
  const bool right = types[1].id() == LogicalTypeId::LIST;
  LogicalType element = Common(context, left ? duckdb::ListType::GetChildType(types[0]) : types[0],
                               right ? duckdb::ListType::GetChildType(types[1]) : types[1]);
  if (element.id() == LogicalTypeId::INVALID) {
    ThrowFromFunction(
        Status::InvalidArgument("Error during planning: the operands of || have no common type"));
  }
  if (element.id() == LogicalTypeId::SQLNULL) element = LogicalType::BIGINT;
  function.return_type = LogicalType::LIST(element);
  function.arguments = {left ? function.return_type : element,
                        right ? function.return_type : element};
  return nullptr;
}

void Register(duckdb::ExtensionLoader& loader, const std::string& name, size_t argument_count,
              duckdb::bind_scalar_function_t bind, duckdb::scalar_function_t run,
              const LogicalType& result = LogicalType::ANY) {
  duckdb::ScalarFunction function = Polymorphic(name, argument_count, bind);
  function.function = std::move(run);
  function.return_type = result;
  function.SetNullHandling(duckdb::FunctionNullHandling::SPECIAL_HANDLING);
  function.SetErrorMode(duckdb::FunctionErrors::CAN_THROW_RUNTIME_ERROR);
  loader.RegisterFunction(function);
}

}  // namespace

void RegisterLists(duckdb::ExtensionLoader& loader) {
  Register(loader, "iox_list_remove", 3, BindLists<1, 1>, RunRemove);
  Register(loader, "iox_list_replace", 4, BindLists<1, 2>, RunReplace);
  Register(loader, "iox_list_positions", 2, BindLists<1, 1>, RunPositions,
           LogicalType::LIST(LogicalType::UBIGINT));
  Register(loader, "iox_list_position", 3, BindLists<1, 1>, RunPosition, LogicalType::UBIGINT);
  Register(loader, "iox_list_distinct", 1, BindLists<1, 0>, RunDistinct);
  Register(loader, "iox_list_union", 2, BindLists<2, 0>, RunSets<SetOperation::kUnion>);
  Register(loader, "iox_list_intersect", 2, BindLists<2, 0>, RunSets<SetOperation::kIntersect>);
  Register(loader, "iox_list_except", 2, BindLists<2, 0>, RunSets<SetOperation::kExcept>);
  Register(loader, "iox_list_concat", 2, BindConcat, RunConcat);
  Register(loader, "iox_list_slice", 4, BindLists<1, 0>, RunSlice);
  Register(loader, "iox_list_repeat", 2, BindLists<0, 1>, RunRepeat);
}

}  // namespace influxdb3::query::sql
