#include "server/http/json_params.h"

#include <algorithm>
#include <stdexcept>

#include <nlohmann/json.hpp>

namespace influxdb3::server::http {

using nlohmann::json;
using util::Status;

namespace {

/// ` at line L column C`, where C bytes of line L lie before `offset`.
std::string PlaceText(std::string_view body, size_t offset) {
  const std::string_view before = body.substr(0, std::min(offset, body.size()));
  const auto lines = std::count(before.begin(), before.end(), '\n');
  const size_t line_start = before.rfind('\n');
  const size_t column =
      line_start == std::string_view::npos ? before.size() : before.size() - line_start - 1;
  return " at line " + std::to_string(lines + 1) + " column " + std::to_string(column);
}

size_t EndOfLastToken(std::string_view body) {
  const size_t last = body.find_last_not_of(" \t\r\n");
  return last == std::string_view::npos ? 0 : last + 1;
}

/// End of the value of the member `name` of the object `body`, which is known to be valid JSON.
size_t EndOfMember(std::string_view body, std::string_view name) {
  size_t depth = 0;
  std::string_view key;
  bool in_value = false;
  for (size_t i = 0; i < body.size(); ++i) {
    const char c = body[i];
    if (c == '"') {
      const size_t start = i + 1;
      for (++i; i < body.size() && body[i] != '"'; ++i) {
        if (body[i] == '\\') ++i;
      }
      if (depth == 1 && !in_value) key = body.substr(start, i - start);
    } else if (c == '{' || c == '[') {
      ++depth;
    } else if (c == '}' || c == ']') {
      if (depth == 1 && in_value && key == name) return EndOfLastToken(body.substr(0, i));
      --depth;
    } else if (c == ':' && depth == 1) {
      in_value = true;
    } else if (c == ',' && depth == 1) {
      if (key == name) return EndOfLastToken(body.substr(0, i));
      in_value = false;
    }
  }
  return EndOfLastToken(body);
}

/// What the parser's message means in the words clients know.
std::string_view SyntaxReason(std::string_view message) {
  const auto says = [&](std::string_view part) { return message.find(part) != message.npos; };
  if (says("; expected end of input")) return "trailing characters";
  if (says("while parsing object key")) return "key must be a string";
  if (says("while parsing object separator")) return "expected `:`";
  if (says("while parsing object -")) return "expected `,` or `}`";
  if (says("while parsing array -")) return "expected `,` or `]`";
  return "expected value";
}

Status SyntaxFault(std::string_view body, const json::parse_error& error) {
  const size_t end = EndOfLastToken(body);
  if (end == 0) return Status::InvalidArgument("EOF while parsing a value at line 1 column 0");
  // The parser's position counts from one and stands on the offending byte.
  if (error.byte > end) {
    const std::string_view what =
        SyntaxReason(error.what()) == "expected `,` or `]`" ? "a list" : "an object";
    return Status::InvalidArgument("EOF while parsing " + std::string(what) +
                                   PlaceText(body, body.size()));
  }
  const size_t at = error.byte == 0 ? 0 : error.byte - 1;
  const size_t before = at == 0 ? body.npos : body.find_last_not_of(" \t\r\n", at - 1);
  const bool closes = body[at] == '}' || body[at] == ']';
  const std::string_view reason = closes && before != body.npos && body[before] == ','
                                      ? "trailing comma"
                                      : SyntaxReason(error.what());
  return Status::InvalidArgument(std::string(reason) + PlaceText(body, error.byte));
}

/// A number that no type holds. The parser's message quotes it.
Status RangeFault(std::string_view body, std::string_view message) {
  const size_t first = message.find('\'');
  const size_t last = message.rfind('\'');
  size_t end = EndOfLastToken(body);
  if (first != message.npos && last > first) {
    const std::string_view number = message.substr(first + 1, last - first - 1);
    const size_t found = body.find(number);
    if (found != body.npos) end = found + number.size();
  }
  return Status::InvalidArgument("number out of range" + PlaceText(body, end));
}

}  // namespace

std::string InvalidTypeText(const json& value, std::string_view expected) {
  std::string got;
  switch (value.type()) {
    case json::value_t::null: got = "null"; break;
    case json::value_t::boolean: got = "boolean `" + value.dump() + "`"; break;
    case json::value_t::number_integer:
    case json::value_t::number_unsigned: got = "integer `" + value.dump() + "`"; break;
    case json::value_t::number_float: got = "floating point `" + value.dump() + "`"; break;
    case json::value_t::string: got = "string " + value.dump(); break;
    case json::value_t::array: got = "sequence"; break;
    default: got = "map"; break;
  }
  return "invalid type: " + got + ", expected " + std::string(expected);
}

JsonParams::JsonParams(std::string body, std::unique_ptr<json> root)
    : body_(std::move(body)), root_(std::move(root)) {}
JsonParams::~JsonParams() = default;
JsonParams::JsonParams(JsonParams&&) noexcept = default;
JsonParams& JsonParams::operator=(JsonParams&&) noexcept = default;

util::Result<JsonParams> JsonParams::Parse(std::string body, std::string_view struct_name) {
  std::unique_ptr<json> root;
  constexpr int kDepthMax = 128;
  try {
    // The callback bounds the depth: freeing a deeply nested value would exhaust the stack.
    const auto bounded = [](int depth, json::parse_event_t, json&) {
      if (depth > kDepthMax) throw std::length_error("recursion limit exceeded");
      return true;
    };
    root = std::make_unique<json>(json::parse(body, bounded));
  } catch (const json::parse_error& error) {
    return SyntaxFault(body, error);
  } catch (const json::out_of_range& error) {
    return RangeFault(body, error.what());
  } catch (const std::exception& error) {
    return Status::InvalidArgument(error.what() + PlaceText(body, EndOfLastToken(body)));
  }
  if (!root->is_object()) {
    return Status::InvalidArgument(InvalidTypeText(*root, "struct " + std::string(struct_name)) +
                                   PlaceText(body, root->is_array() ? 0 : EndOfLastToken(body)));
  }
  return JsonParams(std::move(body), std::move(root));
}

const json* JsonParams::Find(std::string_view name) const {
  const auto found = root_->find(name);
  return found == root_->end() ? nullptr : &*found;
}

Status JsonParams::MissingField(std::string_view name) const {
  return Status::InvalidArgument("missing field `" + std::string(name) + "`" +
                                 PlaceText(body_, EndOfLastToken(body_)));
}

Status JsonParams::FaultAt(std::string_view name, std::string_view reason) const {
  return Status::InvalidArgument(std::string(reason) + PlaceText(body_, EndOfMember(body_, name)));
}

util::Result<std::string> JsonParams::RequiredString(std::string_view name) const {
  const json* value = Find(name);
  if (value == nullptr) return MissingField(name);
  if (!value->is_string()) return FaultAt(name, InvalidTypeText(*value, "a string"));
  return value->get<std::string>();
}

util::Result<std::optional<std::string>> JsonParams::OptionalString(std::string_view name) const {
  const json* value = Find(name);
  if (value == nullptr || value->is_null()) return std::optional<std::string>();
  if (!value->is_string()) return FaultAt(name, InvalidTypeText(*value, "a string"));
  return std::optional<std::string>(value->get<std::string>());
}

util::Result<std::vector<std::string>> JsonParams::RequiredStrings(std::string_view name) const {
  const json* value = Find(name);
  if (value == nullptr) return MissingField(name);
  if (!value->is_array()) return FaultAt(name, InvalidTypeText(*value, "a sequence"));
  std::vector<std::string> strings;
  for (const json& item : *value) {
    if (!item.is_string()) return FaultAt(name, InvalidTypeText(item, "a string"));
    strings.push_back(item.get<std::string>());
  }
  return strings;
}

}  // namespace influxdb3::server::http
