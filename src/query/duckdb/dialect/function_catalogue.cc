#include "query/duckdb/dialect/function_catalogue.h"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

#include "query/duckdb/dialect/function_registry.h"

namespace influxdb3::query::sql {
namespace {

/// Sorted by name.
// clang-format off
constexpr FunctionDescription kDescriptions[] = {
    {"abs", "(number)", "", ""},
    {"acos", "(number)", "Float64", ""},
    {"acosh", "(number)", "Float64", ""},
    {"approx_distinct", "(value)", "UInt64", ""},
    {"approx_median", "(number)", "", ""},
    {"approx_percentile_cont", "(percentile[, centroids]) WITHIN GROUP (ORDER BY value)", "", ""},
    {"approx_percentile_cont_with_weight",
     "(weight, percentile[, centroids]) WITHIN GROUP (ORDER BY value)", "", ""},
    {"array_agg", "(value [ORDER BY value])", "", ""},
    {"array_any_value", "(array)", "", ""},
    {"array_append", "(array, element)", "", ""},
    {"array_cat", "", "", "array_concat"},
    {"array_concat", "(array[, ...])", "", ""},
    {"array_contains", "", "", "array_has"},
    {"array_dims", "(array)", "List(UInt64)", ""},
    {"array_distance", "(array1, array2)", "Float64", ""},
    {"array_distinct", "(array)", "", ""},
    {"array_element", "(array, index)", "", ""},
    {"array_empty", "", "", "empty"},
    {"array_except", "(array1, array2)", "", ""},
    {"array_extract", "", "", "array_element"},
    {"array_has", "(array, element)", "Boolean", ""},
    {"array_has_all", "(array, array2)", "Boolean", ""},
    {"array_has_any", "(array, array2)", "Boolean", ""},
    {"array_indexof", "", "", "array_position"},
    {"array_intersect", "(array1, array2)", "", ""},
    {"array_join", "", "", "array_to_string"},
    {"array_length", "(array[, dimension])", "UInt64", ""},
    {"array_max", "(array)", "", ""},
    {"array_min", "(array)", "", ""},
    {"array_ndims", "(array)", "UInt64", ""},
    {"array_pop_back", "(array)", "", ""},
    {"array_pop_front", "(array)", "", ""},
    {"array_position", "(array, element[, start])", "UInt64", ""},
    {"array_positions", "(array, element)", "List(UInt64)", ""},
    {"array_prepend", "(element, array)", "", ""},
    {"array_push_back", "", "", "array_append"},
    {"array_push_front", "", "", "array_prepend"},
    {"array_remove", "(array, element)", "", ""},
    {"array_remove_all", "(array, element)", "", ""},
    {"array_remove_n", "(array, element, count)", "", ""},
    {"array_repeat", "(element, count)", "", ""},
    {"array_replace", "(array, from, to)", "", ""},
    {"array_replace_all", "(array, from, to)", "", ""},
    {"array_replace_n", "(array, from, to, count)", "", ""},
    {"array_resize", "(array, size[, value])", "", ""},
    {"array_reverse", "(array)", "", ""},
    {"array_slice", "(array, begin, end[, stride])", "", ""},
    {"array_sort", "(array[, order[, nulls]])", "", ""},
    {"array_to_string", "(array, delimiter[, null_text])", "Utf8", ""},
    {"array_union", "(array1, array2)", "", ""},
    {"arrays_overlap", "", "", "array_has_any"},
    {"arrow_cast", "(value, type)", "", ""},
    {"arrow_typeof", "(value)", "Utf8", ""},
    {"ascii", "(text)", "Int32", ""},
    {"asin", "(number)", "Float64", ""},
    {"asinh", "(number)", "Float64", ""},
    {"atan", "(number)", "Float64", ""},
    {"atan2", "(y, x)", "Float64", ""},
    {"atanh", "(number)", "Float64", ""},
    {"avg", "(number)", "Float64", ""},
    {"bit_and", "(value)", "Int64", ""},
    {"bit_length", "(text)", "Int32", ""},
    {"bit_or", "(value)", "Int64", ""},
    {"bit_xor", "(value)", "Int64", ""},
    {"bool_and", "(value)", "Boolean", ""},
    {"bool_or", "(value)", "Boolean", ""},
    {"btrim", "(text[, characters])", "Utf8", ""},
    {"cardinality", "(array_or_map)", "UInt64", ""},
    {"cbrt", "(number)", "Float64", ""},
    {"ceil", "(number)", "Float64", ""},
    {"char_length", "", "", "character_length"},
    {"character_length", "(text)", "Int32", ""},
    {"chr", "(value)", "Utf8", ""},
    {"coalesce", "(value[, ...])", "", ""},
    {"concat", "(text[, ...])", "Utf8", ""},
    {"concat_ws", "(separator, text[, ...])", "Utf8", ""},
    {"contains", "(text, part)", "Boolean", ""},
    {"corr", "(value1, value2)", "Float64", ""},
    {"cos", "(number)", "Float64", ""},
    {"cosh", "(number)", "Float64", ""},
    {"cot", "(number)", "Float64", ""},
    {"count", "([DISTINCT] value)", "Int64", ""},
    {"covar", "", "", "covar_samp"},
    {"covar_pop", "(value1, value2)", "Float64", ""},
    {"covar_samp", "(value1, value2)", "Float64", ""},
    {"cume_dist", "()", "Float64", ""},
    {"current_date", "()", "Date32", ""},
    {"current_time", "()", "Time64(ns)", ""},
    {"current_timestamp", "", "", "now"},
    {"date_bin", "(interval, time[, origin])", "", ""},
    {"date_bin_gapfill", "(interval, time[, origin])", "", ""},
    {"date_bin_wallclock", "(interval, time[, origin])", "", ""},
    {"date_bin_wallclock_gapfill", "(interval, time[, origin])", "", ""},
    {"date_format", "", "", "to_char"},
    {"date_part", "(part, time)", "Int32", ""},
    {"date_trunc", "(unit, time)", "", ""},
    {"datepart", "", "", "date_part"},
    {"datetrunc", "", "", "date_trunc"},
    {"decode", "(text, encoding)", "Binary", ""},
    {"degrees", "(number)", "Float64", ""},
    {"dense_rank", "()", "UInt64", ""},
    {"derivative", "(value, time[, unit])", "Float64", ""},
    {"difference", "(value)", "", ""},
    {"digest", "(value, algorithm)", "Binary", ""},
    {"element_at", "", "", "map_extract"},
    {"empty", "(array)", "Boolean", ""},
    {"encode", "(value, encoding)", "Utf8", ""},
    {"ends_with", "(text, part)", "Boolean", ""},
    {"exp", "(number)", "Float64", ""},
    {"factorial", "(number)", "Int64", ""},
    {"find_in_set", "(text, list)", "Int32", ""},
    {"first_value", "(value [ORDER BY value])", "", ""},
    {"flatten", "(array)", "", ""},
    {"floor", "(number)", "Float64", ""},
    {"from_unixtime", "(seconds[, zone])", "Timestamp(s)", ""},
    {"gcd", "(x, y)", "Int64", ""},
    {"generate_series", "(start, stop[, step])", "List(Int64)", ""},
    {"get_field", "(struct, name)", "", ""},
    {"greatest", "(value[, ...])", "", ""},
    {"grouping", "(column)", "Int32", ""},
    {"ifnull", "", "", "nvl"},
    {"initcap", "(text)", "Utf8", ""},
    {"instr", "", "", "strpos"},
    {"interpolate", "(aggregate)", "", ""},
    {"isnan", "(number)", "Boolean", ""},
    {"iszero", "(number)", "Boolean", ""},
    {"lag", "(value[, offset[, default]])", "", ""},
    {"last_value", "(value [ORDER BY value])", "", ""},
    {"lcm", "(x, y)", "Int64", ""},
    {"lead", "(value[, offset[, default]])", "", ""},
    {"least", "(value[, ...])", "", ""},
    {"left", "(text, n)", "Utf8", ""},
    {"length", "", "", "character_length"},
    {"levenshtein", "(text1, text2)", "Int32", ""},
    {"list_any_value", "", "", "array_any_value"},
    {"list_append", "", "", "array_append"},
    {"list_cat", "", "", "array_concat"},
    {"list_concat", "", "", "array_concat"},
    {"list_contains", "", "", "array_has"},
    {"list_dims", "", "", "array_dims"},
    {"list_distance", "", "", "array_distance"},
    {"list_distinct", "", "", "array_distinct"},
    {"list_element", "", "", "array_element"},
    {"list_empty", "", "", "empty"},
    {"list_except", "", "", "array_except"},
    {"list_extract", "", "", "array_element"},
    {"list_has", "", "", "array_has"},
    {"list_has_all", "", "", "array_has_all"},
    {"list_has_any", "", "", "array_has_any"},
    {"list_indexof", "", "", "array_position"},
    {"list_intersect", "", "", "array_intersect"},
    {"list_join", "", "", "array_to_string"},
    {"list_length", "", "", "array_length"},
    {"list_max", "", "", "array_max"},
    {"list_min", "(array)", "", ""},
    {"list_ndims", "", "", "array_ndims"},
    {"list_pop_back", "", "", "array_pop_back"},
    {"list_pop_front", "", "", "array_pop_front"},
    {"list_position", "", "", "array_position"},
    {"list_positions", "", "", "array_positions"},
    {"list_prepend", "", "", "array_prepend"},
    {"list_push_back", "", "", "array_append"},
    {"list_push_front", "", "", "array_prepend"},
    {"list_remove", "", "", "array_remove"},
    {"list_remove_all", "", "", "array_remove_all"},
    {"list_remove_n", "", "", "array_remove_n"},
    {"list_repeat", "", "", "array_repeat"},
    {"list_replace", "", "", "array_replace"},
    {"list_replace_all", "", "", "array_replace_all"},
    {"list_replace_n", "", "", "array_replace_n"},
    {"list_resize", "", "", "array_resize"},
    {"list_reverse", "", "", "array_reverse"},
    {"list_slice", "", "", "array_slice"},
    {"list_sort", "", "", "array_sort"},
    {"list_to_string", "", "", "array_to_string"},
    {"list_union", "", "", "array_union"},
    {"ln", "(number)", "Float64", ""},
    {"locf", "(aggregate)", "", ""},
    {"log", "([base, ]number)", "Float64", ""},
    {"log10", "(number)", "Float64", ""},
    {"log2", "(number)", "Float64", ""},
    {"lower", "(text)", "Utf8", ""},
    {"lpad", "(text, n[, padding])", "Utf8", ""},
    {"ltrim", "(text[, characters])", "Utf8", ""},
    {"make_array", "(value[, ...])", "", ""},
    {"make_date", "(year, month, day)", "Date32", ""},
    {"make_list", "", "", "make_array"},
    {"make_map", "(key, value[, key, value, ...])", "", ""},
    {"map", "(keys, values)", "", ""},
    {"map_entries", "(map)", "", ""},
    {"map_extract", "(map, key)", "", ""},
    {"map_keys", "(map)", "", ""},
    {"map_values", "(map)", "", ""},
    {"max", "(value)", "", ""},
    {"md5", "(value)", "Utf8", ""},
    {"mean", "", "", "avg"},
    {"median", "(number)", "", ""},
    {"min", "(value)", "", ""},
    {"named_struct", "(name, value[, name, value, ...])", "", ""},
    {"nanvl", "(x, y)", "Float64", ""},
    {"non_negative_derivative", "(value, time[, unit])", "Float64", ""},
    {"non_negative_difference", "(value)", "", ""},
    {"now", "()", "Timestamp(ns)", ""},
    {"nth_value", "(value, n [ORDER BY value])", "", ""},
    {"ntile", "(buckets)", "UInt64", ""},
    {"nullif", "(value1, value2)", "", ""},
    {"nvl", "(value1, value2)", "", ""},
    {"nvl2", "(value1, value2, value3)", "", ""},
    {"octet_length", "(text)", "Int32", ""},
    {"overlay", "(text PLACING part FROM pos [FOR count])", "Utf8", ""},
    {"percent_rank", "()", "Float64", ""},
    {"percentile_cont", "(percentile) WITHIN GROUP (ORDER BY value)", "", ""},
    {"pi", "()", "Float64", ""},
    {"position", "", "", "strpos"},
    {"pow", "", "", "power"},
    {"power", "(base, exponent)", "", ""},
    {"quantile_cont", "", "", "percentile_cont"},
    {"radians", "(number)", "Float64", ""},
    {"random", "()", "Float64", ""},
    {"range", "(start, stop[, step])", "List(Int64)", ""},
    {"rank", "()", "UInt64", ""},
    {"regexp_count", "(text, pattern[, start, flags])", "Int64", ""},
    {"regexp_instr", "(text, pattern[, start[, N[, flags[, subexpr]]]])", "Int64", ""},
    {"regexp_like", "(text, pattern[, flags])", "Boolean", ""},
    {"regexp_match", "(text, pattern[, flags])", "List(Utf8)", ""},
    {"regexp_replace", "(text, pattern, replacement[, flags])", "Utf8", ""},
    {"regr_avgx", "(y, x)", "Float64", ""},
    {"regr_avgy", "(y, x)", "Float64", ""},
    {"regr_count", "(y, x)", "UInt64", ""},
    {"regr_intercept", "(y, x)", "Float64", ""},
    {"regr_r2", "(y, x)", "Float64", ""},
    {"regr_slope", "(y, x)", "Float64", ""},
    {"regr_sxx", "(y, x)", "Float64", ""},
    {"regr_sxy", "(y, x)", "Float64", ""},
    {"regr_syy", "(y, x)", "Float64", ""},
    {"repeat", "(text, n)", "Utf8", ""},
    {"replace", "(text, part, replacement)", "Utf8", ""},
    {"reverse", "(text)", "Utf8", ""},
    {"right", "(text, n)", "Utf8", ""},
    {"round", "(number[, places])", "Float64", ""},
    {"row", "", "", "struct"},
    {"row_number", "()", "UInt64", ""},
    {"rpad", "(text, n[, padding])", "Utf8", ""},
    {"rtrim", "(text[, characters])", "Utf8", ""},
    {"selector_first", "(value, time)", "", ""},
    {"selector_last", "(value, time)", "", ""},
    {"selector_max", "(value, time)", "", ""},
    {"selector_min", "(value, time)", "", ""},
    {"sha224", "(value)", "Binary", ""},
    {"sha256", "(value)", "Binary", ""},
    {"sha384", "(value)", "Binary", ""},
    {"sha512", "(value)", "Binary", ""},
    {"signum", "(number)", "Float64", ""},
    {"sin", "(number)", "Float64", ""},
    {"sinh", "(number)", "Float64", ""},
    {"split_part", "(text, delimiter, pos)", "Utf8", ""},
    {"sqrt", "(number)", "Float64", ""},
    {"starts_with", "(text, part)", "Boolean", ""},
    {"stddev", "(value)", "Float64", ""},
    {"stddev_pop", "(value)", "Float64", ""},
    {"stddev_samp", "", "", "stddev"},
    {"string_agg", "(text, delimiter [ORDER BY value])", "Utf8", ""},
    {"string_to_array", "(text, delimiter[, null_text])", "List(Utf8)", ""},
    {"string_to_list", "", "", "string_to_array"},
    {"strpos", "(text, part)", "Int32", ""},
    {"struct", "(value[, ...])", "", ""},
    {"substr", "(text, start[, length])", "Utf8", ""},
    {"substr_index", "(text, delimiter, count)", "Utf8", ""},
    {"substring", "", "", "substr"},
    {"substring_index", "", "", "substr_index"},
    {"sum", "(number)", "", ""},
    {"tan", "(number)", "Float64", ""},
    {"tanh", "(number)", "Float64", ""},
    {"to_char", "(time, format)", "Utf8", ""},
    {"to_date", "(value[, format, ...])", "Date32", ""},
    {"to_hex", "(int)", "Utf8", ""},
    {"to_local_time", "(time)", "Timestamp(ns)", ""},
    {"to_timestamp", "(value[, format, ...])", "Timestamp(ns)", ""},
    {"to_timestamp_micros", "(value[, format, ...])", "Timestamp(µs)", ""},
    {"to_timestamp_millis", "(value[, format, ...])", "Timestamp(ms)", ""},
    {"to_timestamp_nanos", "(value[, format, ...])", "Timestamp(ns)", ""},
    {"to_timestamp_seconds", "(value[, format, ...])", "Timestamp(s)", ""},
    {"to_unixtime", "(value[, format, ...])", "Int64", ""},
    {"today", "", "", "current_date"},
    {"translate", "(text, chars, translation)", "Utf8", ""},
    {"trim", "", "", "btrim"},
    {"trunc", "(number[, places])", "Float64", ""},
    {"tz", "(time[, zone])", "", ""},
    {"union_extract", "(union, name)", "", ""},
    {"union_tag", "(union)", "Utf8", ""},
    {"upper", "(text)", "Utf8", ""},
    {"uuid", "()", "Utf8", ""},
    {"var", "", "", "var_samp"},
    {"var_pop", "(value)", "Float64", ""},
    {"var_population", "", "", "var_pop"},
    {"var_samp", "(value)", "Float64", ""},
    {"var_sample", "", "", "var_samp"},
    {"version", "()", "Utf8", ""},
};
// clang-format on

const FunctionDescription* Find(std::string_view name) {
  const auto* const found = std::lower_bound(
      std::begin(kDescriptions), std::end(kDescriptions), name,
      [](const FunctionDescription& entry, std::string_view key) { return entry.name < key; });
  return found != std::end(kDescriptions) && found->name == name ? found : nullptr;
}

std::string_view KindTitle(FunctionKind kind) {
  switch (kind) {
    case FunctionKind::kAggregate: return "Aggregates";
    case FunctionKind::kWindow: return "Only with OVER";
    default: return "Scalars";
  }
}

}  // namespace

bool DescribeFunction(std::string_view name, FunctionDescription* description) {
  const FunctionDescription* found = Find(name);
  if (found == nullptr) return false;
  *description = *found;
  if (found->alias_of.empty()) return true;
  const FunctionDescription* base = Find(found->alias_of);
  description->arguments = base->arguments;
  description->result = base->result;
  return true;
}

std::vector<std::string> ParameterNames(const FunctionDescription& description) {
  std::vector<std::string> names;
  std::string name;
  const auto end = [&] {
    if (!name.empty()) names.push_back(name);
    name.clear();
  };
  for (const char c : description.arguments.substr(0, description.arguments.find(')'))) {
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_') {
      name += c;
    } else if (c == ',' || c == ' ' || c == '[' || c == ']') {
      end();
    }
  }
  end();
  // `key, value[, key, value, ...]` names its parameters twice.
  for (size_t i = names.size(); i-- > 1;) {
    if (std::find(names.begin(), names.begin() + static_cast<std::ptrdiff_t>(i), names[i]) !=
        names.begin() + static_cast<std::ptrdiff_t>(i)) {
      names.erase(names.begin() + static_cast<std::ptrdiff_t>(i));
    }
  }
  return names;
}

std::string FunctionsAsMarkdown() {
  std::string text;
  for (const FunctionKind kind :
       {FunctionKind::kScalar, FunctionKind::kAggregate, FunctionKind::kWindow}) {
    text += fmt::format("## {}\n\n| function | result | also called |\n| --- | --- | --- |\n",
                        KindTitle(kind));
    for (const FunctionEntry& entry : AllFunctions()) {
      const FunctionDescription* description = Find(entry.name);
      if (entry.kind != kind || description == nullptr || !description->alias_of.empty()) continue;
      std::string others;
      for (const FunctionDescription& other : kDescriptions) {
        if (other.alias_of != entry.name || FindFunction(std::string(other.name)) == nullptr) {
          continue;
        }
        others += fmt::format("{}`{}`", others.empty() ? "" : ", ", other.name);
      }
      text += fmt::format("| `{}{}` | {} | {} |\n", entry.name, description->arguments,
                          description->result, others);
    }
    text += '\n';
  }
  return text;
}

}  // namespace influxdb3::query::sql
