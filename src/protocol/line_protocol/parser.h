#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "util/status.h"

namespace influxdb3::line_protocol {

/// A piece of a line as it was written; see escape.h for its meaning when `escaped`.
struct WrittenText {
  std::string_view text;
  bool escaped = false;  ///< contains a backslash
};

enum class ValueType : uint8_t { kInt64, kUInt64, kFloat64, kString, kBool };

struct FieldValue {
  ValueType type = ValueType::kFloat64;
  union {
    int64_t int64 = 0;
    uint64_t uint64;
    double float64;
    bool boolean;
  };
  WrittenText string;  ///< for kString: what stands between the quotes
};

struct Tag {
  WrittenText key;
  WrittenText value;
};

struct Field {
  WrittenText key;
  FieldValue value;
};

/// One line, taken apart. All views point into the line.
struct ParsedLine {
  std::string_view series;  ///< `measurement,tags` as written
  WrittenText measurement;
  std::vector<Tag> tags;      ///< in order of the line; keys may repeat
  std::vector<Field> fields;  ///< at least one; keys may repeat
  std::optional<int64_t> timestamp;
};

/// Takes apart one line as LineReader gives it. Replaces the content of `parsed`, whose vectors are
/// reused. On a fault returns InvalidArgument with the text that clients see.
util::Status ParseLine(std::string_view line, ParsedLine* parsed);

/// Appends the line in one normal form, without newline: what it says stays the same when parsed
/// again, and its normal form then is itself.
void AppendLine(const ParsedLine& line, std::string* out);

/// The first 10 characters of `text`, and `...` when there are more.
std::string Excerpt(std::string_view text);

}  // namespace influxdb3::line_protocol
