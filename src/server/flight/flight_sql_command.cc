#include "server/flight/flight_sql_command.h"

#include <utility>

#include "server/flight/wire_format.h"

namespace influxdb3::server::flight {

using util::Result;
using util::Status;

namespace {

constexpr std::string_view kUrlPrefix = "type.googleapis.com/arrow.flight.protocol.sql.";
constexpr size_t kListItemsMax = 10'000;
constexpr uint64_t kSessionClosed = 1;

struct NamedKind {
  std::string_view name;
  CommandKind kind;
};
constexpr NamedKind kKinds[] = {
    {"CommandStatementQuery", CommandKind::kStatementQuery},
    {"CommandPreparedStatementQuery", CommandKind::kPreparedStatementQuery},
    {"CommandGetCatalogs", CommandKind::kGetCatalogs},
    {"CommandGetDbSchemas", CommandKind::kGetDbSchemas},
    {"CommandGetTables", CommandKind::kGetTables},
    {"CommandGetTableTypes", CommandKind::kGetTableTypes},
    {"CommandGetSqlInfo", CommandKind::kGetSqlInfo},
    {"CommandGetXdbcTypeInfo", CommandKind::kGetXdbcTypeInfo},
    {"CommandGetPrimaryKeys", CommandKind::kGetPrimaryKeys},
    {"CommandGetExportedKeys", CommandKind::kGetExportedKeys},
    {"CommandGetImportedKeys", CommandKind::kGetImportedKeys},
    {"CommandGetCrossReference", CommandKind::kGetCrossReference},
    {"ActionCreatePreparedStatementRequest", CommandKind::kCreatePreparedStatement},
    {"ActionClosePreparedStatementRequest", CommandKind::kClosePreparedStatement},
};

Status TooManyItems() {
  return Status::InvalidArgument("failed to decode Protobuf message: list too long");
}

/// Numbers come one by one or packed into one field.
Status ReadInfos(const WireField& field, std::vector<uint32_t>* infos) {
  const auto add = [infos](uint64_t number) {
    if (infos->size() >= kListItemsMax) return TooManyItems();
    infos->push_back(static_cast<uint32_t>(number));
    return Status::Ok();
  };
  if (!field.is_bytes) return add(field.value);
  WireReader packed(field.bytes);
  while (!packed.AtEnd()) {
    ASSIGN_OR_RETURN(const uint64_t number, packed.ReadVarint());
    RETURN_IF_ERROR(add(number));
  }
  return Status::Ok();
}

Status ReadTablesField(const WireField& field, Command* command) {
  switch (field.number) {
    case 1: command->catalog = field.text(); break;
    case 2: command->schema_pattern = field.text(); break;
    case 3: command->table_pattern = field.text(); break;
    case 4:
      if (command->table_types.size() >= kListItemsMax) return TooManyItems();
      command->table_types.push_back(field.text());
      break;
    case 5: command->include_schema = field.value != 0; break;
    default: break;
  }
  return Status::Ok();
}

Status ReadField(const WireField& field, Command* command) {
  switch (command->kind) {
    case CommandKind::kStatementQuery:
    case CommandKind::kCreatePreparedStatement:
      if (field.number == 1) command->query = field.text();
      return Status::Ok();
    case CommandKind::kPreparedStatementQuery:
    case CommandKind::kClosePreparedStatement:
      if (field.number == 1) command->handle = field.text();
      return Status::Ok();
    case CommandKind::kGetDbSchemas:
    case CommandKind::kGetTables: return ReadTablesField(field, command);
    case CommandKind::kGetSqlInfo:
      return field.number == 1 ? ReadInfos(field, &command->infos) : Status::Ok();
    case CommandKind::kGetXdbcTypeInfo:
      if (field.number == 1) command->data_type = static_cast<int32_t>(field.value);
      return Status::Ok();
    default: return Status::Ok();  // there are no keys to choose from
  }
}

Result<Command> ReadCommand(CommandKind kind, std::string_view message) {
  Command command;
  command.kind = kind;
  WireReader reader(message);
  WireField field;
  while (true) {
    ASSIGN_OR_RETURN(const bool more, reader.Next(&field));
    if (!more) return command;
    RETURN_IF_ERROR(ReadField(field, &command));
  }
}

Status InvalidProtobuf(const Status& status) {
  return status.WithPrefix("Error while planning Flight SQL : Invalid protobuf: ");
}

std::string MakeCommand(std::string_view name, std::string_view message) {
  return MakeAny(std::string(kUrlPrefix) + std::string(name), message);
}

}  // namespace

Result<Command> ParseCommand(std::string_view any) {
  Result<AnyMessage> message = ReadAny(any);
  if (!message.ok()) return InvalidProtobuf(message.status());
  for (const NamedKind& known : kKinds) {
    if (!message->type_url.starts_with(kUrlPrefix) ||
        message->type_url.substr(kUrlPrefix.size()) != known.name) {
      continue;
    }
    Result<Command> command = ReadCommand(known.kind, message->value);
    if (!command.ok()) return InvalidProtobuf(command.status());
    return command;
  }
  return Status::InvalidArgument(
      "Error while planning Flight SQL : Unsupported FlightSQL message type: " +
      std::string(message->type_url));
}

std::string MakeCreatePreparedStatementResult(std::string_view handle,
                                              std::string_view dataset_schema,
                                              std::string_view parameter_schema) {
  return MakeCommand(
      "ActionCreatePreparedStatementResult",
      WireWriter().Bytes(1, handle).Bytes(2, dataset_schema).Bytes(3, parameter_schema).Take());
}

std::string MakeDoPutPreparedStatementResult(std::string_view handle) {
  return WireWriter().Bytes(1, handle).Take();
}

std::string MakeCloseSessionResult() {
  return WireWriter().Varint(1, kSessionClosed).Take();
}

}  // namespace influxdb3::server::flight
