#include "protocol/line_protocol/line_reader.h"

#include <cstring>

namespace influxdb3::line_protocol {
namespace {

const char* FindNewline(const char* at, const char* end) {
  const void* found = std::memchr(at, '\n', static_cast<size_t>(end - at));
  return found == nullptr ? end : static_cast<const char*>(found);
}

}  // namespace

const char* SkipBlankLines(const char* at, const char* end) {
  while (at != end) {
    switch (*at) {
      case ' ':
      case '\t':
      case '\n': ++at; break;
      case '\r':
        if (at + 1 != end && at[1] != '\n') return at;
        ++at;
        break;
      case '#': at = FindNewline(at, end); break;
      default: return at;
    }
  }
  return at;
}

const char* FindLineEnd(const char* begin, const char* end) {
  // Quotes have a meaning only where a field's value may stand: behind the first space, when more
  // equals signs than commas were seen since.
  bool in_fields = false;
  bool quoted = false;
  size_t equals_count = 0;
  size_t comma_count = 0;
  for (const char* at = begin; at != end; ++at) {
    switch (*at) {
      case '\\':
        if (at + 1 != end) ++at;
        break;
      case ' ': in_fields = true; break;
      case '=': equals_count += in_fields && !quoted ? 1 : 0; break;
      case ',': comma_count += in_fields && !quoted ? 1 : 0; break;
      case '"':
        if (in_fields && equals_count > comma_count) quoted = !quoted;
        break;
      case '\n':
        if (!quoted) return at;
        break;
      default: break;
    }
  }
  return end;
}

std::string_view LineText(const char* begin, const char* end) {
  if (begin != end && end[-1] == '\r') --end;
  return {begin, static_cast<size_t>(end - begin)};
}

bool LineReader::Next(std::string_view* line) {
  at_ = SkipBlankLines(at_, end_);
  if (at_ == end_) return false;
  const char* line_end = FindLineEnd(at_, end_);
  *line = LineText(at_, line_end);
  at_ = line_end == end_ ? end_ : line_end + 1;
  return true;
}

}  // namespace influxdb3::line_protocol
