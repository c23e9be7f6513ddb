// The error for a column that does not exist.
#include <algorithm>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "duckdb.hpp"

#include "query/duckdb/dialect/scope.h"
#include "query/duckdb/dialect/sql_error.h"

namespace influxdb3::query::sql {
namespace {

/// Names longer than this are not compared, for the comparison takes time with their product.
constexpr size_t kComparedBytes = 256;

/// The characters of UTF-8 text; bytes that are none stand for themselves.
std::vector<std::string> Characters(const std::string& text) {
  std::vector<std::string> characters;
  for (char c : text) {
    const bool follows = (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
    if (follows && !characters.empty()) {
      characters.back() += c;
    } else {
      characters.emplace_back(1, c);
    }
  }
  return characters;
}

/// How many characters must change, of 1000 the longer name's; 1000 when nothing is alike.
size_t DistancePerMille(const std::string& left_text, const std::string& right_text) {
  if (left_text.size() > kComparedBytes || right_text.size() > kComparedBytes) return 1000;
  const std::vector<std::string> left = Characters(left_text);
  const std::vector<std::string> right = Characters(right_text);
  const size_t longer = std::max(left.size(), right.size());
  if (longer == 0) return 0;
  std::vector<size_t> row(right.size() + 1);
  for (size_t j = 0; j < row.size(); ++j) row[j] = j;
  for (size_t i = 0; i < left.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i + 1;
    for (size_t j = 0; j < right.size(); ++j) {
      const size_t changed = diagonal + (left[i] == right[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({changed, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row.back() * 1000 / longer;
}

std::string FlatName(const ValidField& field) {
  return field.qualifier.empty() ? field.name : field.qualifier + "." + field.name;
}

std::string QuotedName(const ValidField& field) {
  return (field.qualifier.empty() ? std::string() : field.qualifier + ".") +
         QuoteIfNeeded(field.name);
}

}  // namespace

void ThrowUnknownField(const std::vector<std::string>& parts,
                       const std::vector<ValidField>& valid) {
  std::string quoted;
  std::string flat;
  for (const std::string& part : parts) {
    quoted += (quoted.empty() ? "" : ".") + QuoteIfNeeded(part);
    flat += (flat.empty() ? "" : ".") + part;
  }
  std::string text = "Schema error: No field named " + quoted;
  const std::string lower = duckdb::StringUtil::Lower(flat);
  const bool other_case = std::any_of(valid.begin(), valid.end(), [&](const ValidField& field) {
    return duckdb::StringUtil::Lower(FlatName(field)) == lower;
  });
  if (other_case) {
    text += fmt::format(
        ". Column names are case sensitive. You can use double quotes to refer to the \"{}\" "
        "column or set the datafusion.sql_parser.enable_ident_normalization configuration",
        FlatName(valid.front()));
  }
  const auto near = std::find_if(valid.begin(), valid.end(), [&](const ValidField& field) {
    return DistancePerMille(field.name, parts.back()) <= 500;
  });
  if (near != valid.end()) {
    text += fmt::format(". Did you mean '{}'?", FlatName(*near));
  } else if (!valid.empty()) {
    std::string list;
    for (const ValidField& field : valid) list += (list.empty() ? "" : ", ") + QuotedName(field);
    text += ". Valid fields are " + list;
  }
  throw SqlError(util::Status::InvalidArgument(text + "."));
}

}  // namespace influxdb3::query::sql
