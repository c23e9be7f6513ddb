#include "protocol/line_protocol/escape.h"

namespace influxdb3::line_protocol {
namespace {

template <class IsEscape>
size_t Unescape(std::string_view written, char* out, const IsEscape& is_escape) {
  char* const begin = out;
  for (size_t i = 0; i < written.size(); ++i) {
    if (written[i] == '\\' && i + 1 < written.size()) {
      if (!is_escape(written[i + 1])) *out++ = '\\';
      ++i;
    }
    *out++ = written[i];
  }
  return static_cast<size_t>(out - begin);
}

bool IsNameEscape(NameKind kind, char c) {
  return c == '\\' || c == ',' || c == ' ' || (c == '=' && kind == NameKind::kKey);
}

}  // namespace

size_t UnescapeName(NameKind kind, std::string_view written, char* out) {
  return Unescape(written, out, [kind](char c) { return IsNameEscape(kind, c); });
}

size_t UnescapeString(std::string_view written, char* out) {
  return Unescape(written, out, [](char c) { return c == '"' || c == '\\'; });
}

std::string UnescapedName(NameKind kind, std::string_view written) {
  std::string out(written.size(), '\0');
  out.resize(UnescapeName(kind, written, out.data()));
  return out;
}

std::string UnescapedString(std::string_view written) {
  std::string out(written.size(), '\0');
  out.resize(UnescapeString(written, out.data()));
  return out;
}

void AppendEscapedName(NameKind kind, std::string_view name, std::string* out) {
  for (size_t i = 0; i < name.size(); ++i) {
    const char c = name[i];
    const char next = i + 1 < name.size() ? name[i + 1] : '\0';
    // A tab or newline is part of a name only behind a bare backslash.
    const bool shields_next = c == '\\' && (next == '\t' || next == '\n');
    if (IsNameEscape(kind, c) && !shields_next) out->push_back('\\');
    out->push_back(c);
  }
}

void AppendQuotedString(std::string_view text, std::string* out) {
  out->push_back('"');
  for (const char c : text) {
    if (c == '"' || c == '\\') out->push_back('\\');
    out->push_back(c);
  }
  out->push_back('"');
}

}  // namespace influxdb3::line_protocol
