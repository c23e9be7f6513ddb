#include "ingest/testing/slow_parser.h"

#include <cerrno>
#include <cstdlib>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace influxdb3::ingest::testing {
namespace {

/// Characters of a line, each with whether a backslash stood in front of it.
struct Char {
  char c;
  bool protected_by_backslash;
  bool operator==(char plain) const { return c == plain && !protected_by_backslash; }
};
using Text = std::vector<Char>;

Text Decode(std::string_view line) {
  Text text;
  for (size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '\\' && i + 1 < line.size()) {
      text.push_back({line[++i], true});
    } else {
      text.push_back({line[i], false});
    }
  }
  return text;
}

/// The name's meaning; nothing when it ends with a backslash.
std::optional<std::string> Meaning(const Text& name, std::string_view escapes) {
  std::string out;
  for (const Char& c : name) {
    if (c.protected_by_backslash && escapes.find(c.c) == std::string_view::npos) out += '\\';
    out += c.c;
  }
  if (!name.empty() && name.back().c == '\\') return std::nullopt;
  return out;
}

class SlowLine {
 public:
  explicit SlowLine(std::string_view line) : text_(Decode(line)) {}

  bool Parse(int64_t received_at_ns) {
    row.time_ns = received_at_ns;
    if (!Name(",", "\\, ", &table) || table.empty()) return false;
    while (Take(',')) {
      std::string key, value;
      if (!Name("=", "\\, =", &key) || key.empty() || !Take('=')) return false;
      if (!Name(",", "\\, =", &value) || value.empty()) return false;
      if (!row.tags.emplace(key, value).second) return false;
    }
    if (!Spaces()) return false;
    do {
      std::string key, value;
      if (!Name("=", "\\, =", &key) || key.empty() || !Take('=')) return false;
      if (!Value(&value)) return false;
      if (!row.fields.emplace(key, value).second) return false;
    } while (Take(','));
    if (!Spaces()) return at_ == text_.size();
    if (at_ == text_.size()) return true;
    const std::string digits = Digits(true);
    if (digits.empty() || !ToInt(digits, &row.time_ns)) return false;
    Spaces();
    return at_ == text_.size();
  }

  std::string table;
  Row row;

 private:
  char Now() const { return at_ < text_.size() ? text_[at_].c : '\0'; }
  bool Bare(char c) const { return at_ < text_.size() && text_[at_] == c; }
  bool Take(char c) {
    if (!Bare(c)) return false;
    ++at_;
    return true;
  }
  bool Spaces() {
    const size_t before = at_;
    while (Take(' ')) continue;
    return at_ != before;
  }

  bool Name(const char* separator, std::string_view escapes, std::string* out) {
    Text name;
    while (at_ < text_.size() && !Bare(*separator) && !Bare(' ') && !Bare('\t') && !Bare('\n')) {
      name.push_back(text_[at_++]);
    }
    const auto meaning = Meaning(name, escapes);
    if (!meaning) return false;
    *out = *meaning;
    return true;
  }

  std::string Digits(bool sign) {
    std::string out;
    const size_t before = at_;
    if (sign && Take('-')) out += '-';
    const size_t first = at_;
    while (Bare(Now()) && Now() >= '0' && Now() <= '9') out += text_[at_++].c;
    if (at_ == first) {
      at_ = before;
      return "";
    }
    return out;
  }

  static bool ToInt(const std::string& digits, int64_t* out) {
    errno = 0;
    *out = std::strtoll(digits.c_str(), nullptr, 10);
    return errno == 0;
  }

  bool Word(std::string_view word) {
    if (text_.size() - at_ < word.size()) return false;
    for (size_t i = 0; i < word.size(); ++i) {
      if (!(text_[at_ + i] == word[i])) return false;
    }
    at_ += word.size();
    return true;
  }

  bool Value(std::string* out) {
    if (Take('"')) {
      Text content;
      while (at_ < text_.size() && !Bare('"')) content.push_back(text_[at_++]);
      if (!Take('"')) return false;
      std::string meaning;
      for (const Char& c : content) {
        if (c.protected_by_backslash && c.c != '"' && c.c != '\\') meaning += '\\';
        meaning += c.c;
      }
      *out = "s:" + meaning;
      return meaning.size() <= (1U << 20);
    }
    for (const char* word : {"true", "True", "TRUE", "t", "T"}) {
      if (Word(word)) return (*out = "b:1", true);
    }
    for (const char* word : {"false", "False", "FALSE", "f", "F"}) {
      if (Word(word)) return (*out = "b:0", true);
    }
    return Number(out);
  }

  bool Number(std::string* out) {
    std::string number = Digits(true);
    if (number.empty()) return false;
    if (Take('i')) {
      int64_t value = 0;
      if (!ToInt(number, &value)) return false;
      *out = "i:" + std::to_string(value);
      return true;
    }
    if (number[0] != '-' && Take('u')) {
      errno = 0;
      const uint64_t value = std::strtoull(number.c_str(), nullptr, 10);
      *out = "u:" + std::to_string(value);
      return errno == 0;
    }
    size_t mark = at_;
    if (Take('.')) {
      const std::string fraction = Digits(false);
      if (fraction.empty()) {
        at_ = mark;
      } else {
        number += "." + fraction;
      }
    }
    mark = at_;
    if (Take('e') || Take('E')) {
      std::string exponent = "e";
      if (!Take('+') && Bare('-')) exponent += text_[at_++].c;
      const std::string digits = Digits(false);
      if (digits.empty()) {
        at_ = mark;
      } else {
        number += exponent + digits;
      }
    }
    *out = FloatText(std::strtod(number.c_str(), nullptr));
    return true;
  }

  Text text_;
  size_t at_ = 0;
};

/// The lines that count, by the rules for newlines in quotes and behind backslashes.
std::vector<std::string> SplitSlowly(std::string_view body) {
  std::vector<std::string> lines;
  size_t at = 0;
  while (true) {
    while (at < body.size()) {
      const char c = body[at];
      const bool return_at_end = c == '\r' && (at + 1 == body.size() || body[at + 1] == '\n');
      if (c == '#') {
        while (at < body.size() && body[at] != '\n') ++at;
      } else if (c == ' ' || c == '\t' || c == '\n' || return_at_end) {
        ++at;
      } else {
        break;
      }
    }
    if (at == body.size()) return lines;
    std::string line;
    bool after_space = false, in_quotes = false;
    int values_open = 0;  // equals signs not yet followed by a comma
    for (; at < body.size(); ++at) {
      const char c = body[at];
      if (c == '\\' && at + 1 < body.size()) {
        line += c;
        line += body[++at];
        continue;
      }
      if (c == '\n' && !in_quotes) break;
      if (c == ' ') after_space = true;
      if (after_space && !in_quotes && c == '=') ++values_open;
      if (after_space && !in_quotes && c == ',') --values_open;
      if (after_space && c == '"' && values_open > 0) in_quotes = !in_quotes;
      line += c;
    }
    if (line.back() == '\r') line.pop_back();
    lines.push_back(std::move(line));
  }
}

char TypeOf(const std::string& value) {
  return value[0];
}

/// Columns of a table by name: 't' for tags, else the value's first letter.
using Schema = std::map<std::string, char>;

bool Fits(const SlowLine& line, bool is_new, bool allow_new_tags, Schema* schema) {
  Schema next = *schema;
  for (const auto& [name, value] : line.row.tags) {
    if (name == "time" || value.size() > 65535 || name.size() > 65535) return false;
    const auto [known, added] = next.emplace(name, 't');
    if (added && !is_new && !allow_new_tags) return false;
    if (known->second != 't') return false;
  }
  for (const auto& [name, value] : line.row.fields) {
    if (name == "time" || name.size() > 65535) return false;
    if (next.emplace(name, TypeOf(value)).first->second != TypeOf(value)) return false;
  }
  *schema = std::move(next);
  return true;
}

}  // namespace

SlowResult ParseSlowly(std::string_view body, int64_t received_at_ns, bool allow_new_tags) {
  SlowResult result;
  std::map<std::string, Schema> schemas;
  for (const std::string& text : SplitSlowly(body)) {
    ++result.line_count;
    SlowLine line(text);
    bool good = line.Parse(received_at_ns) && line.table.size() <= 65535;
    if (good) {
      const auto known = schemas.find(line.table);
      Schema schema = known == schemas.end() ? Schema() : known->second;
      good = Fits(line, known == schemas.end(), allow_new_tags, &schema);
      if (good) schemas[line.table] = std::move(schema);
    }
    if (good) {
      result.rows[line.table].push_back(std::move(line.row));
    } else {
      result.bad_lines.insert(result.line_count);
    }
  }
  return result;
}

}  // namespace influxdb3::ingest::testing
