#pragma once

#include <map>
#include <string>
#include <string_view>

#include "query/query_engine.h"
#include "util/result.h"

namespace influxdb3::server::flight {

/// What DoGet is asked for.
struct Ticket {
  query::QueryRequest request;     ///< the database, and the statement unless there is a command
  std::string flight_sql_command;  ///< a serialised google.protobuf.Any; empty for a statement
};

/// Reads a ticket in any of its forms: a `ReadInfo` message, the same in a google.protobuf.Any, or
/// JSON `{"database":D,"sql_query":Q,"query_type":"sql","params":{...}}`. InvalidArgument when it
/// is none of them, Unsupported when it asks for InfluxQL.
util::Result<Ticket> ParseTicket(std::string_view ticket);

/// The ticket that makes DoGet answer a Flight SQL command.
std::string MakeCommandTicket(std::string_view database, std::string_view flight_sql_command);

/// The fields of a QueryParam message, which ReadInfo and prepared statements hold.
util::Status ReadQueryParam(std::string_view message,
                            std::map<std::string, query::ParameterValue>* parameters);
std::string MakeQueryParam(const std::string& name, const query::ParameterValue& value);

}  // namespace influxdb3::server::flight
