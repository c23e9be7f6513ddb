#include "query/duckdb/dialect/growth.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "duckdb/common/vector_operations/binary_executor.hpp"
#include "duckdb/common/vector_operations/ternary_executor.hpp"

#include "query/duckdb/dialect/function_support.h"
#include "query/duckdb/dialect/text_vector.h"

namespace influxdb3::query::sql {
namespace {

using duckdb::DataChunk;
using duckdb::ExpressionState;
using duckdb::LogicalType;
using duckdb::ScalarFunction;
using duckdb::ScalarFunctionSet;
using duckdb::string_t;
using duckdb::StringVector;
using duckdb::Vector;
using util::Status;
using util::StatusCode;

void RunRepeat(DataChunk& arguments, ExpressionState&, Vector& result) {
  GrowthBudget budget;
  std::string text;
  duckdb::BinaryExecutor::Execute<string_t, int64_t, string_t>(
      arguments.data[0], arguments.data[1], result, arguments.size(),
      [&](string_t part, int64_t wanted) {
        const uint64_t count = static_cast<uint64_t>(std::max<int64_t>(0, wanted));
        text.clear();
        if (part.GetSize() == 0) return Store(result, text);
        budget.Take(count, part.GetSize());
        text.reserve(count * part.GetSize());
        for (uint64_t i = 0; i < count; ++i) text += View(part);
        return Store(result, text);
      });
}

/// Where the character `index` begins; the size when there are fewer. `found` is their number up
/// to `index`.
size_t CharacterOffset(std::string_view text, uint64_t index, uint64_t* found) {
  *found = 0;
  for (size_t at = 0; at < text.size(); ++at) {
    if (!StartsCharacter(text[at])) continue;
    if (*found == index) return at;
    ++*found;
  }
  return text.size();
}

/// The characters to add to `missing` of them, by cycling through `fill`.
std::string Filling(std::string_view fill, uint64_t missing, GrowthBudget& budget) {
  const auto characters =
      static_cast<uint64_t>(std::count_if(fill.begin(), fill.end(), StartsCharacter));
  if (missing == 0 || characters == 0) return {};
  const uint64_t rounds = missing / characters;
  uint64_t rest_count = 0;
  const size_t rest = CharacterOffset(fill, missing % characters, &rest_count);
  budget.Take(rounds + 1, fill.size());
  std::string text;
  text.reserve(rounds * fill.size() + rest);
  for (uint64_t i = 0; i < rounds; ++i) text += fill;
  text += fill.substr(0, rest);
  return text;
}

template <bool left>
std::string Padded(std::string_view text, int64_t wanted, std::string_view fill,
                   GrowthBudget& budget) {
  if (wanted > std::numeric_limits<int32_t>::max()) {
    ThrowFromFunction(Status::Internal(fmt::format(
        "Execution error: {} requested length {} too large", left ? "lpad" : "rpad", wanted)));
  }
  const auto length = static_cast<uint64_t>(std::max<int64_t>(0, wanted));
  uint64_t present = 0;
  const size_t end = CharacterOffset(text, length, &present);
  const std::string_view kept = text.substr(0, end);
  const std::string filling = Filling(fill, length - present, budget);
  budget.Take(1, kept.size());
  std::string padded(left ? std::string_view(filling) : kept);
  padded += left ? kept : std::string_view(filling);
  return padded;
}

/// Fills with blanks unless told otherwise.
template <bool left>
void RunPad(DataChunk& arguments, ExpressionState&, Vector& result) {
  GrowthBudget budget;
  if (arguments.ColumnCount() == 2) {
    duckdb::BinaryExecutor::Execute<string_t, int64_t, string_t>(
        arguments.data[0], arguments.data[1], result, arguments.size(),
        [&](string_t text, int64_t wanted) {
          return Store(result, Padded<left>(View(text), wanted, " ", budget));
        });
    return;
  }
  duckdb::TernaryExecutor::Execute<string_t, int64_t, string_t, string_t>(
      arguments.data[0], arguments.data[1], arguments.data[2], result, arguments.size(),
      [&](string_t text, int64_t wanted, string_t fill) {
        return Store(result, Padded<left>(View(text), wanted, View(fill), budget));
      });
}

template <bool left>
void RegisterPad(duckdb::ExtensionLoader& loader, const char* name) {
  const LogicalType text = LogicalType::VARCHAR;
  ScalarFunctionSet set(name);
  set.AddFunction(ScalarFunction({text, LogicalType::BIGINT}, text, RunPad<left>));
  set.AddFunction(ScalarFunction({text, LogicalType::BIGINT, text}, text, RunPad<left>));
  loader.RegisterFunction(set);
}

void RunReplace(DataChunk& arguments, ExpressionState&, Vector& result) {
  GrowthBudget budget;
  std::string changed;
  duckdb::TernaryExecutor::Execute<string_t, string_t, string_t, string_t>(
      arguments.data[0], arguments.data[1], arguments.data[2], result, arguments.size(),
      [&](string_t whole, string_t wanted, string_t with) {
        const std::string_view text = View(whole);
        const std::string_view part = View(wanted);
        if (part.empty()) {
          // The reference finds nothing around every character.
          budget.Take(text.size() + 1, with.GetSize() + 1);
          changed.assign(View(with));
          for (size_t i = 0; i < text.size(); ++i) {
            changed += text[i];
            if (i + 1 == text.size() || StartsCharacter(text[i + 1])) changed += View(with);
          }
          return Store(result, changed);
        }
        uint64_t hits = 0;
        for (size_t at = 0; (at = text.find(part, at)) != std::string_view::npos; ++hits) {
          at += part.size();
        }
        budget.Take(hits, with.GetSize());
        budget.Take(1, text.size());
        changed.clear();
        size_t begin = 0;
        for (size_t at = 0; (at = text.find(part, begin)) != std::string_view::npos;) {
          changed += text.substr(begin, at - begin);
          changed += View(with);
          begin = at + part.size();
        }
        changed += text.substr(begin);
        return Store(result, changed);
      });
}

/// Bytes a value takes in a list, roughly.
uint64_t ElementBytes(const duckdb::Value& value) {
  uint64_t bytes = sizeof(string_t);
  if (value.IsNull()) return bytes;
  switch (value.type().id()) {
    case duckdb::LogicalTypeId::VARCHAR:
    case duckdb::LogicalTypeId::BLOB: return bytes + duckdb::StringValue::Get(value).size();
    case duckdb::LogicalTypeId::LIST:
    case duckdb::LogicalTypeId::MAP:
      for (const auto& child : duckdb::ListValue::GetChildren(value)) bytes += ElementBytes(child);
      return bytes;
    case duckdb::LogicalTypeId::STRUCT:
      for (const auto& child : duckdb::StructValue::GetChildren(value)) {
        bytes += ElementBytes(child);
      }
      return bytes;
    default: return bytes;
  }
}

/// `iox_bounded_size(size, list, fill)`: the size, or an error when lists of it are too large.
void RunBoundedSize(DataChunk& arguments, ExpressionState&, Vector& result) {
  GrowthBudget budget;
  const bool constant = arguments.AllConstant();
  const duckdb::idx_t rows = constant ? 1 : arguments.size();
  for (duckdb::idx_t row = 0; row < rows; ++row) {
    const duckdb::Value size = arguments.data[0].GetValue(row);
    if (size.IsNull()) continue;
    const int64_t count = size.GetValue<int64_t>();
    if (count > 0) {
      budget.Take(static_cast<uint64_t>(count), ElementBytes(arguments.data[2].GetValue(row)));
    }
  }
  result.Reference(arguments.data[0]);
}

/// `iox_bounded_stop(start, stop, step)`: the stop, or an error when the series is too long.
void RunBoundedStop(DataChunk& arguments, ExpressionState&, Vector& result) {
  GrowthBudget budget;
  const duckdb::idx_t rows = arguments.AllConstant() ? 1 : arguments.size();
  for (duckdb::idx_t row = 0; row < rows; ++row) {
    const duckdb::Value start = arguments.data[0].GetValue(row);
    const duckdb::Value stop = arguments.data[1].GetValue(row);
    const duckdb::Value step = arguments.data[2].GetValue(row);
    if (start.IsNull() || stop.IsNull() || step.IsNull()) continue;
    const double width = step.GetValue<double>();
    const double count = (stop.GetValue<double>() - start.GetValue<double>()) / width;
    if (width == 0 || !(count > 0)) continue;
    budget.Take(static_cast<uint64_t>(std::min(count, 1e18)), sizeof(int64_t));
  }
  result.Reference(arguments.data[1]);
}

void RunBoundedStopTime(DataChunk& arguments, ExpressionState&, Vector& result) {
  GrowthBudget budget;
  const duckdb::idx_t rows = arguments.AllConstant() ? 1 : arguments.size();
  const auto micros_at = [&](size_t column, duckdb::idx_t row) {
    const duckdb::Value time =
        arguments.data[column].GetValue(row).DefaultCastAs(LogicalType::TIMESTAMP);
    return static_cast<double>(time.GetValue<duckdb::timestamp_t>().value);
  };
  for (duckdb::idx_t row = 0; row < rows; ++row) {
    const duckdb::Value step = arguments.data[2].GetValue(row);
    if (step.IsNull() || arguments.data[0].GetValue(row).IsNull() ||
        arguments.data[1].GetValue(row).IsNull()) {
      continue;
    }
    const auto interval = step.GetValue<duckdb::interval_t>();
    constexpr double kMicrosPerDay = 86'400e6;
    const double width = std::abs((interval.months * 28.0 + interval.days) * kMicrosPerDay +
                                  static_cast<double>(interval.micros));
    const double count = std::abs(micros_at(1, row) - micros_at(0, row)) / width;
    if (width < 1 || !(count > 0)) continue;
    budget.Take(static_cast<uint64_t>(std::min(count, 1e18)), sizeof(int64_t));
  }
  result.Reference(arguments.data[1]);
}

bool IsTime(const LogicalType& type) {
  return type.id() == duckdb::LogicalTypeId::TIMESTAMP ||
         type.id() == duckdb::LogicalTypeId::TIMESTAMP_NS ||
         type.id() == duckdb::LogicalTypeId::DATE;
}

duckdb::unique_ptr<duckdb::FunctionData> BindBoundedStop(duckdb::ClientContext&,
                                                         ScalarFunction& function,
                                                         BoundArguments& arguments) {
  const bool integers = std::all_of(arguments.begin(), arguments.end(), [](const auto& argument) {
    return argument->return_type.IsIntegral();
  });
  for (size_t i = 0; i < arguments.size(); ++i) {
    function.arguments[i] = integers ? LogicalType::BIGINT : arguments[i]->return_type;
  }
  function.return_type = function.arguments[1];
  function.function = RunBoundedStop;
  if (IsTime(arguments[0]->return_type) && IsTime(arguments[1]->return_type) &&
      arguments[2]->return_type.id() == duckdb::LogicalTypeId::INTERVAL) {
    function.function = RunBoundedStopTime;
  } else if (!integers) {
    function.function = [](DataChunk& chunk, ExpressionState&, Vector& result) {
      result.Reference(chunk.data[1]);
    };
  }
  return nullptr;
}

}  // namespace

void GrowthBudget::Take(uint64_t count, uint64_t bytes_each) {
  const bool overflows =
      bytes_each != 0 && count > std::numeric_limits<uint64_t>::max() / bytes_each;
  const uint64_t bytes = overflows ? std::numeric_limits<uint64_t>::max() : count * bytes_each;
  if (bytes <= kValueBytesMax && used_ + bytes <= kVectorBytesMax) {
    used_ += bytes;
    return;
  }
  const bool one = bytes > kValueBytesMax;
  ThrowFromFunction(Status(StatusCode::kResourceExhausted,
                           fmt::format("Resources exhausted: {} would take more than {} MiB",
                                       one ? "A single value" : "The values of one batch of rows",
                                       (one ? kValueBytesMax : kVectorBytesMax) >> 20)));
}

void RegisterGrowth(duckdb::ExtensionLoader& loader) {
  const LogicalType text = LogicalType::VARCHAR;
  const LogicalType integer = LogicalType::BIGINT;
  loader.RegisterFunction(ScalarFunction("iox_repeat", {text, integer}, text, RunRepeat));
  RegisterPad<true>(loader, "iox_lpad");
  RegisterPad<false>(loader, "iox_rpad");
  loader.RegisterFunction(ScalarFunction("iox_replace", {text, text, text}, text, RunReplace));
  ScalarFunction size("iox_bounded_size", {integer, LogicalType::ANY, LogicalType::ANY}, integer,
                      RunBoundedSize);
  size.null_handling = duckdb::FunctionNullHandling::SPECIAL_HANDLING;
  loader.RegisterFunction(size);
  loader.RegisterFunction(Polymorphic("iox_bounded_stop", 3, BindBoundedStop));
}

}  // namespace influxdb3::query::sql
