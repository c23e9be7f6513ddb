#include "query/duckdb/dialect/regex_text.h"

#include <algorithm>
#include <cctype>
#include <vector>

namespace influxdb3::query::sql {
namespace {

constexpr std::string_view kWordClass = R"(\pL\pM\p{Nd}\p{Nl}\p{Pc})";
constexpr std::string_view kSpaceClass = R"(\t-\r\x{85}\p{Z})";
constexpr std::string_view kDigitClass = R"(\p{Nd})";

/// What stands for the class letter behind a backslash; empty when it stands as written.
std::string UnicodeClass(char letter, bool inside_brackets) {
  std::string_view members;
  switch (letter) {
    case 'd':
    case 'D': members = kDigitClass; break;
    case 'w':
    case 'W': members = kWordClass; break;
    case 's':
    case 'S': members = kSpaceClass; break;
    default: return {};
  }
  const bool negated = letter == 'D' || letter == 'W' || letter == 'S';
  if (!inside_brackets) {
    return std::string(negated ? "[^" : "[") + std::string(members) + "]";
  }
  if (!negated) return std::string(members);
  // A complement inside of brackets has a spelling for the single class only.
  return letter == 'D' ? R"(\P{Nd})" : std::string();
}

/// Calls `group` with the name of each capture group, empty for unnamed ones, in order.
template <class Visitor>
void VisitGroups(std::string_view pattern, const Visitor& group) {
  bool inside_brackets = false;
  for (size_t i = 0; i < pattern.size(); ++i) {
    const char c = pattern[i];
    if (c == '\\') {
      ++i;
    } else if (c == '[') {
      inside_brackets = true;
    } else if (c == ']') {
      inside_brackets = false;
    } else if (c == '(' && !inside_brackets) {
      const std::string_view rest = pattern.substr(i + 1);
      if (rest.empty() || rest[0] != '?') {
        group(std::string_view());
        continue;
      }
      const size_t start = rest.substr(0, 3) == "?P<" ? 3 : rest.substr(0, 2) == "?<" ? 2 : 0;
      const size_t end = start == 0 ? std::string_view::npos : rest.find('>');
      if (end != std::string_view::npos) group(rest.substr(start, end - start));
    }
  }
}

bool IsNameCharacter(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

bool IsNumber(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// The reference to a group; RE2 has the numbers 0 to 9.
std::string GroupReference(std::string_view name, const std::vector<std::string_view>& groups) {
  size_t number = groups.size() + 1;
  if (IsNumber(name)) {
    if (name.size() == 1) number = static_cast<size_t>(name[0] - '0');
  } else {
    const auto found = std::find(groups.begin(), groups.end(), name);
    if (!name.empty() && found != groups.end()) {
      number = static_cast<size_t>(found - groups.begin()) + 1;
    }
  }
  if (number > groups.size() || number > 9) return {};
  return "\\" + std::to_string(number);
}

}  // namespace

std::string EnginePattern(std::string_view pattern, std::string_view flags) {
  std::string result;
  if (!flags.empty()) result = "(?" + std::string(flags) + ")";
  bool inside_brackets = false;
  for (size_t i = 0; i < pattern.size(); ++i) {
    const char c = pattern[i];
    if (c == '\\' && i + 1 < pattern.size()) {
      const std::string members = UnicodeClass(pattern[++i], inside_brackets);
      result += members.empty() ? std::string{'\\', pattern[i]} : members;
      continue;
    }
    if (c == '[') inside_brackets = true;
    if (c == ']') inside_brackets = false;
    result += c;
    const std::string_view rest = pattern.substr(i + 1);
    if (c == '(' && !inside_brackets && rest.substr(0, 2) == "?<" && rest.size() > 2 &&
        rest[2] != '=' && rest[2] != '!') {
      result += "?P";
      ++i;
    }
  }
  return result;
}

size_t CaptureGroupCount(std::string_view pattern) {
  size_t count = 0;
  VisitGroups(pattern, [&](std::string_view) { ++count; });
  return count;
}

std::string EngineReplacement(std::string_view replacement, std::string_view pattern) {
  std::vector<std::string_view> groups;
  VisitGroups(pattern, [&](std::string_view name) { groups.push_back(name); });
  std::string result;
  for (size_t i = 0; i < replacement.size(); ++i) {
    const char c = replacement[i];
    const std::string_view rest = replacement.substr(i + 1);
    size_t length = 0;
    if (c == '\\') {
      while (length < rest.size() && rest[length] >= '0' && rest[length] <= '9') ++length;
      result += GroupReference(rest.substr(0, length), groups);
    } else if (c == '$' && !rest.empty() && rest[0] == '$') {
      result += '$';
      length = 1;
    } else if (c == '$' && !rest.empty() && rest[0] == '{' &&
               rest.find('}') != std::string_view::npos) {
      length = rest.find('}') + 1;
      result += GroupReference(rest.substr(1, length - 2), groups);
    } else if (c == '$' && !rest.empty() && IsNameCharacter(rest[0])) {
      while (length < rest.size() && IsNameCharacter(rest[length])) ++length;
      result += GroupReference(rest.substr(0, length), groups);
    } else {
      result += c;
    }
    i += length;
  }
  return result;
}

}  // namespace influxdb3::query::sql
