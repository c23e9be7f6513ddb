#include "server/flight/ticket.h"

#include <bit>
#include <initializer_list>
#include <optional>
#include <utility>

#include <nlohmann/json.hpp>

#include "server/flight/wire_format.h"

namespace influxdb3::server::flight {

using nlohmann::json;
using query::ParameterValue;
using util::Result;
using util::Status;

namespace {

constexpr std::string_view kReadInfoUrl = "type.googleapis.com/influxdata.iox.querier.v1.ReadInfo";
constexpr size_t kTicketDepthMax = 64;

namespace read_info {
enum Field : uint32_t {
  kDatabase = 1,
  kSqlQuery = 2,
  kQueryType = 3,
  kFlightSqlCommand = 4,
  kParams = 6
};
enum QueryType : uint64_t { kUnspecified = 0, kSql = 1, kInfluxQl = 2, kFlightSql = 3 };
}  // namespace read_info

namespace query_param {
enum Field : uint32_t {
  kName = 1,
  kNull = 2,
  kBoolean = 3,
  kUInt64 = 4,
  kInt64 = 5,
  kFloat64 = 6,
  kString = 7
};
}  // namespace query_param

Status InvalidTicket() {
  return Status::InvalidArgument("Invalid ticket. Error: Invalid ticket");
}

Status NoInfluxQl() {
  return Status::Unsupported("InfluxQL queries are not supported");
}

std::string WithoutDollar(std::string name) {
  if (!name.empty() && name[0] == '$') name.erase(0, 1);
  return name;
}

// JSON

std::optional<std::string> FirstString(const json& ticket,
                                       std::initializer_list<const char*> names) {
  for (const char* name : names) {
    const auto found = ticket.find(name);
    if (found != ticket.end() && found->is_string()) return found->get<std::string>();
  }
  return std::nullopt;
}

Result<ParameterValue> ToParameter(const json& value) {
  switch (value.type()) {
    case json::value_t::null: return ParameterValue();
    case json::value_t::boolean: return ParameterValue(value.get<bool>());
    case json::value_t::number_float: return ParameterValue(value.get<double>());
    case json::value_t::string: return ParameterValue(value.get<std::string>());
    case json::value_t::number_integer: return ParameterValue(value.get<int64_t>());
    case json::value_t::number_unsigned: return ParameterValue(value.get<uint64_t>());
    default: return InvalidTicket();
  }
}

/// The JSON library recurses, so what is nested too deeply is refused before it sees it.
bool IsShallow(std::string_view text) {
  size_t depth = 0;
  bool in_string = false;
  for (size_t i = 0; i < text.size(); ++i) {
    if (in_string) {
      if (text[i] == '\\') ++i;
      if (i < text.size() && text[i] == '"') in_string = false;
    } else if (text[i] == '"') {
      in_string = true;
    } else if (text[i] == '{' || text[i] == '[') {
      if (++depth > kTicketDepthMax) return false;
    } else if ((text[i] == '}' || text[i] == ']') && depth > 0) {
      --depth;
    }
  }
  return true;
}

Result<Ticket> ParseJson(std::string_view text) {
  if (!IsShallow(text)) return InvalidTicket();
  const json parsed = json::parse(text, nullptr, false);
  if (!parsed.is_object()) return InvalidTicket();
  const auto database =
      FirstString(parsed, {"database", "namespace_name", "bucket", "bucket-name"});
  const auto sql = FirstString(parsed, {"sql_query", "query"});
  if (!database || !sql) return InvalidTicket();
  const std::string type = FirstString(parsed, {"query_type"}).value_or("sql");
  if (type == "influxql") return NoInfluxQl();
  if (type != "sql") return InvalidTicket();

  Ticket ticket;
  ticket.request.database = *database;
  ticket.request.sql = *sql;
  const auto params = parsed.find("params");
  if (params == parsed.end() || params->is_null()) return ticket;
  if (!params->is_object()) return InvalidTicket();
  for (const auto& [name, value] : params->items()) {
    ASSIGN_OR_RETURN(ticket.request.parameters[WithoutDollar(name)], ToParameter(value));
  }
  return ticket;
}

// Protobuf

Result<Ticket> ParseReadInfo(std::string_view message) {
  Ticket ticket;
  uint64_t type = read_info::kUnspecified;
  WireReader reader(message);
  WireField field;
  while (true) {
    ASSIGN_OR_RETURN(const bool more, reader.Next(&field));
    if (!more) break;
    const bool is_known = field.number <= 6 && field.number != 5;
    if (is_known && field.is_bytes != (field.number != read_info::kQueryType)) {
      return InvalidTicket();
    }
    switch (field.number) {
      case read_info::kDatabase: ticket.request.database = field.text(); break;
      case read_info::kSqlQuery: ticket.request.sql = field.text(); break;
      case read_info::kQueryType: type = field.value; break;
      case read_info::kFlightSqlCommand: ticket.flight_sql_command = field.text(); break;
      case read_info::kParams:
        RETURN_IF_ERROR(ReadQueryParam(field.bytes, &ticket.request.parameters));
        break;
      default: break;
    }
  }
  if (ticket.request.database.empty()) return InvalidTicket();
  if (type == read_info::kInfluxQl) return NoInfluxQl();
  if (type > read_info::kFlightSql) return InvalidTicket();
  const bool is_command = type == read_info::kFlightSql;
  if (is_command == ticket.flight_sql_command.empty()) return InvalidTicket();
  return ticket;
}

}  // namespace

Status ReadQueryParam(std::string_view message, std::map<std::string, ParameterValue>* parameters) {
  std::string name;
  ParameterValue value;
  WireReader reader(message);
  WireField field;
  while (true) {
    ASSIGN_OR_RETURN(const bool more, reader.Next(&field));
    if (!more) break;
    switch (field.number) {
      case query_param::kName: name = field.text(); break;
      case query_param::kNull: value = ParameterValue(); break;
      case query_param::kBoolean: value = field.value != 0; break;
      case query_param::kUInt64: value = field.value; break;
      case query_param::kInt64: value = static_cast<int64_t>(field.value); break;
      case query_param::kFloat64: value = std::bit_cast<double>(field.value); break;
      case query_param::kString: value = field.text(); break;
      default: break;
    }
  }
  parameters->insert_or_assign(WithoutDollar(std::move(name)), std::move(value));
  return Status::Ok();
}

std::string MakeQueryParam(const std::string& name, const ParameterValue& value) {
  WireWriter writer;
  writer.Bytes(query_param::kName, name);
  if (const auto* boolean = std::get_if<bool>(&value)) {
    writer.Varint(query_param::kBoolean, *boolean ? 1 : 0);
  } else if (const auto* integer = std::get_if<int64_t>(&value)) {
    writer.Varint(query_param::kInt64, static_cast<uint64_t>(*integer));
  } else if (const auto* unsigned_integer = std::get_if<uint64_t>(&value)) {
    writer.Varint(query_param::kUInt64, *unsigned_integer);
  } else if (const auto* number = std::get_if<double>(&value)) {
    writer.Double(query_param::kFloat64, *number);
  } else if (const auto* text = std::get_if<std::string>(&value)) {
    writer.Bytes(query_param::kString, *text);
  } else {
    writer.Varint(query_param::kNull, 0);
  }
  return writer.Take();
}

Result<Ticket> ParseTicket(std::string_view ticket) {
  const Result<AnyMessage> any = ReadAny(ticket);
  Result<Ticket> parsed =
      any.ok() && any->type_url == kReadInfoUrl ? ParseReadInfo(any->value) : ParseReadInfo(ticket);
  if (parsed.ok() || parsed.status().code() == util::StatusCode::kUnsupported) return parsed;
  return ParseJson(ticket);
}

std::string MakeCommandTicket(std::string_view database, std::string_view flight_sql_command) {
  return MakeAny(kReadInfoUrl, WireWriter()
                                   .Bytes(read_info::kDatabase, database)
                                   .Varint(read_info::kQueryType, read_info::kFlightSql)
                                   .Bytes(read_info::kFlightSqlCommand, flight_sql_command)
                                   .Take());
}

}  // namespace influxdb3::server::flight
