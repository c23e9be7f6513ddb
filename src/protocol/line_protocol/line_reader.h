#pragma once

#include <string_view>

namespace influxdb3::line_protocol {

/// The first byte at or behind `at` of a line that counts, or `end`: skips spaces and tabs in front
/// of a line, blank lines (also `\r\n`) and comment lines.
const char* SkipBlankLines(const char* at, const char* end);

/// The newline that ends the line beginning at `begin`, or `end`. A newline inside a quoted string
/// value, or behind a backslash, does not end it.
const char* FindLineEnd(const char* begin, const char* end);

/// [begin, end) without a carriage return at its end.
std::string_view LineText(const char* begin, const char* end);

/// Gives the lines of `body` that count, without what ends them. Their numbers in error reports are
/// their numbers here, from 1.
class LineReader {
 public:
  explicit LineReader(std::string_view body) : at_(body.data()), end_(body.data() + body.size()) {}
  bool Next(std::string_view* line);

 private:
  const char* at_;
  const char* end_;
};

}  // namespace influxdb3::line_protocol
