#include "cli/dotenv.h"

#include <cctype>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <fmt/format.h>

namespace influxdb3::cli {
namespace {

using Lookup = std::function<std::optional<std::string>(const std::string&)>;

bool IsNameStart(char c) {
  return std::isalpha(static_cast<unsigned char>(c)) != 0 || c == '_';
}
bool IsNameRest(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '.';
}
bool IsBlank(char c) {
  return c == ' ' || c == '\t' || c == '\r';
}

class DotenvReader {
 public:
  DotenvReader(std::string_view text, const Lookup& lookup) : text_(text), lookup_(lookup) {}

  util::Result<Variables> Read() {
    while (position_ < text_.size()) {
      RETURN_IF_ERROR(ReadLine());
    }
    return std::move(variables_);
  }

 private:
  bool AtLineEnd() const { return position_ >= text_.size() || text_[position_] == '\n'; }
  void SkipBlanks() {
    while (!AtLineEnd() && IsBlank(text_[position_])) ++position_;
  }
  void SkipLine() {
    while (!AtLineEnd()) ++position_;
    if (position_ < text_.size()) ++position_;
  }

  util::Status Refuse() const {
    size_t start = line_start_;
    size_t end = std::min(text_.find('\n', start), text_.size());
    return util::Status::InvalidArgument(
        fmt::format("Error parsing line: '{}', error at line index: {}",
                    text_.substr(start, end - start), position_ - start));
  }

  std::string ReadName() {
    size_t start = position_;
    if (!AtLineEnd() && IsNameStart(text_[position_])) ++position_;
    while (!AtLineEnd() && position_ > start && IsNameRest(text_[position_])) ++position_;
    return std::string(text_.substr(start, position_ - start));
  }

  util::Status ReadLine() {
    line_start_ = position_;
    SkipBlanks();
    if (AtLineEnd() || text_[position_] == '#') {
      SkipLine();
      return util::Status::Ok();
    }
    std::string name = ReadName();
    SkipBlanks();
    if (name == "export" && !AtLineEnd() && text_[position_] != '=') {
      name = ReadName();
      SkipBlanks();
    }
    if (name.empty()) return Refuse();
    if (AtLineEnd() || text_[position_] != '=') return Refuse();
    ++position_;
    SkipBlanks();
    ASSIGN_OR_RETURN(std::string value, ReadValue());
    variables_.emplace_back(std::move(name), std::move(value));
    SkipLine();
    return util::Status::Ok();
  }

  util::Result<std::string> ReadValue() {
    std::string value;
    while (!AtLineEnd()) {
      char c = text_[position_];
      if (IsBlank(c)) {
        SkipBlanks();
        if (AtLineEnd() || text_[position_] == '#') break;
        return Refuse();
      }
      if (c == '#' && value.empty()) break;
      ++position_;
      if (c == '\'') {
        RETURN_IF_ERROR(ReadSingleQuoted(value));
      } else if (c == '"') {
        RETURN_IF_ERROR(ReadDoubleQuoted(value));
      } else if (c == '$') {
        value += Substitute();
      } else if (c == '\\') {
        RETURN_IF_ERROR(ReadEscape(value));
      } else {
        value += c;
      }
    }
    return value;
  }

  util::Status ReadSingleQuoted(std::string& value) {
    size_t end = text_.find('\'', position_);
    if (end == std::string_view::npos) return Refuse();
    value += text_.substr(position_, end - position_);
    position_ = end + 1;
    return util::Status::Ok();
  }

  util::Status ReadDoubleQuoted(std::string& value) {
    while (position_ < text_.size()) {
      char c = text_[position_++];
      if (c == '"') return util::Status::Ok();
      if (c == '\\') {
        RETURN_IF_ERROR(ReadEscape(value));
      } else if (c == '$') {
        value += Substitute();
      } else {
        value += c;
      }
    }
    return Refuse();
  }

  util::Status ReadEscape(std::string& value) {
    if (position_ >= text_.size()) return Refuse();
    char c = text_[position_++];
    switch (c) {
      case '\\':
      case '\'':
      case '"':
      case '$':
      case ' ': value += c; return util::Status::Ok();
      case 'n': value += '\n'; return util::Status::Ok();
      default: return Refuse();
    }
  }

  std::string Substitute() {
    bool braces = position_ < text_.size() && text_[position_] == '{';
    if (braces) ++position_;
    size_t start = position_;
    while (position_ < text_.size() &&
           (IsNameStart(text_[position_]) ||
            std::isdigit(static_cast<unsigned char>(text_[position_])))) {
      ++position_;
    }
    std::string name(text_.substr(start, position_ - start));
    if (braces && position_ < text_.size() && text_[position_] == '}') ++position_;
    if (std::optional<std::string> value = lookup_(name)) return *value;
    for (auto variable = variables_.rbegin(); variable != variables_.rend(); ++variable) {
      if (variable->first == name) return variable->second;
    }
    return "";
  }

  std::string_view text_;
  const Lookup& lookup_;
  size_t position_ = 0;
  size_t line_start_ = 0;
  Variables variables_;
};

std::optional<std::string> FromProcess(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  if (value == nullptr) return std::nullopt;
  return value;
}

}  // namespace

util::Result<Variables> ParseDotenv(std::string_view text, const Lookup& lookup) {
  return DotenvReader(text, lookup).Read();
}

util::Status LoadDotenv(const std::string& directory) {
  std::error_code error;
  for (std::filesystem::path place = directory;; place = place.parent_path()) {
    std::filesystem::path path = place / ".env";
    if (std::filesystem::is_regular_file(path, error)) {
      std::ifstream file(path, std::ios::binary);
      std::ostringstream text;
      text << file.rdbuf();
      if (!file) return util::Status::Io(fmt::format("cannot read {}", path.string()));
      std::string content = text.str();
      ASSIGN_OR_RETURN(Variables variables, ParseDotenv(content, FromProcess));
      for (const auto& [name, value] : variables) {
        setenv(name.c_str(), value.c_str(), /*overwrite=*/0);
      }
      return util::Status::Ok();
    }
    if (!place.has_relative_path()) return util::Status::Ok();
  }
}

}  // namespace influxdb3::cli
