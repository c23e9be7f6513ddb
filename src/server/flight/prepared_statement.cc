#include "server/flight/prepared_statement.h"

#include <utility>

#include "server/flight/ticket.h"
#include "server/flight/wire_format.h"

namespace influxdb3::server::flight {

using util::Result;
using util::Status;

namespace {

constexpr std::string_view kHandleUrl =
    "type.googleapis.com/influxdata.iox.querier.v1.FlightSqlPreparedStatementHandle";
// Field 2 is left out: there the reference keeps values in a form of its own.
enum Field : uint32_t { kQuery = 1, kId = 3, kRow = 4 };

Result<ParameterRow> ReadRow(std::string_view message) {
  ParameterRow row;
  WireReader reader(message);
  WireField field;
  while (true) {
    ASSIGN_OR_RETURN(const bool more, reader.Next(&field));
    if (!more) return row;
    if (field.number == 1) RETURN_IF_ERROR(ReadQueryParam(field.bytes, &row));
  }
}

Result<PreparedStatement> ReadHandle(std::string_view message) {
  PreparedStatement statement;
  WireReader reader(message);
  WireField field;
  while (true) {
    ASSIGN_OR_RETURN(const bool more, reader.Next(&field));
    if (!more) return statement;
    switch (field.number) {
      case kQuery: statement.query = field.text(); break;
      case kId: statement.id = field.text(); break;
      case kRow: {
        ASSIGN_OR_RETURN(ParameterRow row, ReadRow(field.bytes));
        statement.rows.push_back(std::move(row));
        break;
      }
      default: break;
    }
  }
}

}  // namespace

std::string PreparedStatement::ToHandle() const {
  WireWriter message;
  message.Bytes(kQuery, query).Bytes(kId, id);
  for (const ParameterRow& row : rows) {
    WireWriter values;
    for (const auto& [name, value] : row) values.Bytes(1, MakeQueryParam(name, value));
    message.Bytes(kRow, values.Take());
  }
  return MakeAny(kHandleUrl, message.Take());
}

Result<PreparedStatement> PreparedStatement::FromHandle(std::string_view handle) {
  const Result<AnyMessage> any = ReadAny(handle);
  if (!any.ok()) {
    PreparedStatement statement;
    statement.query = std::string(handle);
    return statement;
  }
  if (any->type_url != kHandleUrl) {
    return Status::InvalidArgument(
        "Error while planning Flight SQL : Invalid Any type URL. Expected '" +
        std::string(kHandleUrl) + "' found '" + std::string(any->type_url) + "'");
  }
  Result<PreparedStatement> statement = ReadHandle(any->value);
  if (statement.ok()) return statement;
  return statement.status().WithPrefix("Error while planning Flight SQL : Invalid protobuf: ");
}

void BoundValues::Put(const std::string& id, std::vector<ParameterRow> rows, size_t bytes) {
  const std::lock_guard lock(mutex_);
  RemoveLocked(id);
  if (bytes > bytes_max_) return;
  entries_.push_back({id, std::move(rows), bytes});
  by_id_[id] = std::prev(entries_.end());
  bytes_ += bytes;
  while (bytes_ > bytes_max_ || entries_.size() > entries_max_) {
    RemoveLocked(std::string(entries_.front().id));
  }
}

std::vector<ParameterRow> BoundValues::Get(const std::string& id) const {
  const std::lock_guard lock(mutex_);
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? std::vector<ParameterRow>() : found->second->rows;
}

void BoundValues::Remove(const std::string& id) {
  const std::lock_guard lock(mutex_);
  RemoveLocked(id);
}

void BoundValues::RemoveLocked(const std::string& id) {
  const auto found = by_id_.find(id);
  if (found == by_id_.end()) return;
  bytes_ -= found->second->bytes;
  entries_.erase(found->second);
  by_id_.erase(found);
}

}  // namespace influxdb3::server::flight
