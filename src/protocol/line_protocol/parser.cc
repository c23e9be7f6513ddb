#include "protocol/line_protocol/parser.h"

#include <cmath>
#include <iterator>

#include <fmt/format.h>

#include "protocol/line_protocol/escape.h"
#include "protocol/line_protocol/number_scan.h"

namespace influxdb3::line_protocol {
namespace {

using util::Status;

constexpr std::string_view kNoFields = "No fields were provided";

Status Fault(std::string message) {
  return Status::InvalidArgument(std::move(message));
}

Status EndsWithBackslash() {
  return Fault("Measurements, tag keys and values, and field keys may not end with a backslash");
}

Status Expected(std::string_view what, std::string_view rest) {
  if (rest.empty()) return Fault(fmt::format("Expected {}, got end of input", what));
  return Fault(fmt::format("Expected {}, got `{}`", what, rest));
}

Status TrailingContent(std::string_view rest) {
  return Fault(
      fmt::format("Could not parse entire line. Found trailing content: `{}`", Excerpt(rest)));
}

/// Reads the parts of one line from left to right.
class Cursor {
 public:
  explicit Cursor(std::string_view line) : rest_(line) {}

  std::string_view rest() const { return rest_; }
  bool at_end() const { return rest_.empty(); }
  bool At(char c) const { return !rest_.empty() && rest_.front() == c; }
  void Skip(size_t count) { rest_.remove_prefix(count); }
  void SkipSpaces() {
    while (At(' ')) Skip(1);
  }

  /// Up to `separator`, a space, a tab or a newline that no backslash protects.
  WrittenText TakeName(char separator) {
    WrittenText name;
    size_t i = 0;
    while (i < rest_.size()) {
      const char c = rest_[i];
      if (c == separator || c == ' ' || c == '\t' || c == '\n') break;
      if (c == '\\') {
        name.escaped = true;
        if (i + 1 < rest_.size()) ++i;
      }
      ++i;
    }
    name.text = rest_.substr(0, i);
    Skip(i);
    return name;
  }

 private:
  std::string_view rest_;
};

bool EndsInBackslash(const WrittenText& name) {
  return !name.text.empty() && name.text.back() == '\\';
}

Status ParseTags(Cursor* cursor, std::vector<Tag>* tags) {
  const std::string_view tag_set = cursor->rest();
  do {
    Tag tag;
    const std::string_view at_key = cursor->rest();
    tag.key = cursor->TakeName('=');
    if (tag.key.text.empty()) return Expected("tag key", Excerpt(at_key));
    if (EndsInBackslash(tag.key)) return EndsWithBackslash();
    if (!cursor->At('=')) {
      return Fault(
          fmt::format("Tag set malformed: could not find equals sign in `{}`", Excerpt(tag_set)));
    }
    cursor->Skip(1);
    const std::string_view at_value = cursor->rest();
    tag.value = cursor->TakeName(',');
    if (tag.value.text.empty()) return Expected("tag value", Excerpt(at_value));
    if (EndsInBackslash(tag.value)) return EndsWithBackslash();
    tags->push_back(tag);
    if (!cursor->At(',')) return Status::Ok();
    cursor->Skip(1);
  } while (true);
}

Status ParseSeries(Cursor* cursor, ParsedLine* parsed) {
  const std::string_view line = cursor->rest();
  parsed->measurement = cursor->TakeName(',');
  if (parsed->measurement.text.empty()) return Fault("Invalid measurement was provided");
  if (EndsInBackslash(parsed->measurement)) return EndsWithBackslash();
  if (cursor->At(',')) {
    cursor->Skip(1);
    RETURN_IF_ERROR(ParseTags(cursor, &parsed->tags));
  }
  parsed->series = line.substr(0, line.size() - cursor->rest().size());
  if (!cursor->At(' ')) return Expected("at least one space character", cursor->rest());
  cursor->SkipSpaces();
  return Status::Ok();
}

enum class Found { kYes, kNo, kError };

Found ParseString(Cursor* cursor, FieldValue* value) {
  const std::string_view text = cursor->rest();
  for (size_t i = 1; i < text.size(); ++i) {
    if (text[i] == '\\') {
      value->string.escaped = true;
      ++i;
    } else if (text[i] == '"') {
      value->type = ValueType::kString;
      value->string.text = text.substr(1, i - 1);
      cursor->Skip(i + 1);
      return Found::kYes;
    }
  }
  return Found::kNo;
}

Found ParseBool(Cursor* cursor, FieldValue* value) {
  static constexpr struct {
    std::string_view word;
    bool value;
  } kWords[] = {{"true", true},   {"True", true},   {"TRUE", true},   {"t", true},  {"T", true},
                {"false", false}, {"False", false}, {"FALSE", false}, {"f", false}, {"F", false}};
  for (const auto& entry : kWords) {
    if (!cursor->rest().starts_with(entry.word)) continue;
    value->type = ValueType::kBool;
    value->boolean = entry.value;
    cursor->Skip(entry.word.size());
    return Found::kYes;
  }
  return Found::kNo;
}

Found ParseNumber(Cursor* cursor, FieldValue* value, Status* error) {
  const std::string_view rest = cursor->rest();
  const ScannedNumber number = ScanNumber(rest.data(), rest.data() + rest.size());
  if (number.kind == NumberKind::kNone) return Found::kNo;
  const auto size = static_cast<size_t>(number.end - rest.data());
  switch (number.kind) {
    case NumberKind::kNone: return Found::kNo;
    case NumberKind::kInt64:
      value->type = ValueType::kInt64;
      value->int64 = number.int64;
      break;
    case NumberKind::kUInt64:
      value->type = ValueType::kUInt64;
      value->uint64 = number.uint64;
      break;
    case NumberKind::kFloat64:
      value->type = ValueType::kFloat64;
      value->float64 = number.float64;
      break;
    case NumberKind::kInt64Range:
      *error = Fault(fmt::format("Unable to parse integer value `{}`", rest.substr(0, size - 1)));
      return Found::kError;
    case NumberKind::kUInt64Range:
      *error = Fault(
          fmt::format("Unable to parse unsigned integer value `{}`", rest.substr(0, size - 1)));
      return Found::kError;
  }
  cursor->Skip(size);
  return Found::kYes;
}

Found ParseField(Cursor* cursor, Field* field, Status* error) {
  field->key = cursor->TakeName('=');
  if (EndsInBackslash(field->key)) {
    *error = EndsWithBackslash();
    return Found::kError;
  }
  if (field->key.text.empty() || !cursor->At('=')) return Found::kNo;
  cursor->Skip(1);
  if (cursor->at_end()) return Found::kNo;
  const char first = cursor->rest().front();
  if (first == '"') return ParseString(cursor, &field->value);
  if (first == '-' || IsDigit(first)) return ParseNumber(cursor, &field->value, error);
  return ParseBool(cursor, &field->value);
}

Status ParseFields(Cursor* cursor, std::vector<Field>* fields) {
  Status error;
  do {
    const Cursor before = *cursor;
    if (!fields->empty()) cursor->Skip(1);
    const Cursor at_field = *cursor;
    Field field;
    switch (ParseField(cursor, &field, &error)) {
      case Found::kError: return error;
      case Found::kYes: fields->push_back(field); break;
      case Found::kNo:
        if (fields->empty()) return Fault(std::string(kNoFields));
        // The reference system reports the second field from its key, later ones from the comma.
        *cursor = fields->size() == 1 ? at_field : before;
        return TrailingContent(cursor->rest());
    }
  } while (cursor->At(','));
  return Status::Ok();
}

Status ParseTimestamp(Cursor* cursor, std::optional<int64_t>* timestamp) {
  const std::string_view before = cursor->rest();
  if (!cursor->At(' ')) return cursor->at_end() ? Status::Ok() : TrailingContent(before);
  cursor->SkipSpaces();
  if (cursor->at_end()) return Status::Ok();
  const std::string_view rest = cursor->rest();
  const ScannedNumber number = ScanInteger(rest.data(), rest.data() + rest.size());
  if (number.kind == NumberKind::kNone) return TrailingContent(before);
  const auto size = static_cast<size_t>(number.end - rest.data());
  if (number.kind != NumberKind::kInt64) {
    return Fault(fmt::format("Unable to parse timestamp value `{}`", rest.substr(0, size)));
  }
  *timestamp = number.int64;
  cursor->Skip(size);
  cursor->SkipSpaces();
  return cursor->at_end() ? Status::Ok() : TrailingContent(cursor->rest());
}

void AppendValue(const FieldValue& value, std::string* out) {
  switch (value.type) {
    case ValueType::kInt64: fmt::format_to(std::back_inserter(*out), "{}i", value.int64); break;
    case ValueType::kUInt64: fmt::format_to(std::back_inserter(*out), "{}u", value.uint64); break;
    case ValueType::kFloat64:
      if (std::isinf(value.float64)) {
        out->append(value.float64 > 0 ? "1e999" : "-1e999");
      } else {
        fmt::format_to(std::back_inserter(*out), "{}", value.float64);
      }
      break;
    case ValueType::kString: AppendQuotedString(UnescapedString(value.string.text), out); break;
    case ValueType::kBool: out->append(value.boolean ? "true" : "false"); break;
  }
}

void AppendName(NameKind kind, const WrittenText& name, std::string* out) {
  AppendEscapedName(kind, UnescapedName(kind, name.text), out);
}

}  // namespace

util::Status ParseLine(std::string_view line, ParsedLine* parsed) {
  parsed->tags.clear();
  parsed->fields.clear();
  parsed->timestamp.reset();
  Cursor cursor(line);
  RETURN_IF_ERROR(ParseSeries(&cursor, parsed));
  RETURN_IF_ERROR(ParseFields(&cursor, &parsed->fields));
  return ParseTimestamp(&cursor, &parsed->timestamp);
}

void AppendLine(const ParsedLine& line, std::string* out) {
  AppendName(NameKind::kMeasurement, line.measurement, out);
  for (const Tag& tag : line.tags) {
    out->push_back(',');
    AppendName(NameKind::kKey, tag.key, out);
    out->push_back('=');
    AppendName(NameKind::kKey, tag.value, out);
  }
  char separator = ' ';
  for (const Field& field : line.fields) {
    out->push_back(separator);
    separator = ',';
    AppendName(NameKind::kKey, field.key, out);
    out->push_back('=');
    AppendValue(field.value, out);
  }
  if (line.timestamp) fmt::format_to(std::back_inserter(*out), " {}", *line.timestamp);
}

std::string Excerpt(std::string_view text) {
  constexpr int kCharactersMax = 10;
  int characters = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool starts_character = (static_cast<unsigned char>(text[i]) & 0xC0) != 0x80;
    if (starts_character && ++characters > kCharactersMax) {
      return std::string(text.substr(0, i)) + "...";
    }
  }
  return std::string(text);
}

}  // namespace influxdb3::line_protocol
