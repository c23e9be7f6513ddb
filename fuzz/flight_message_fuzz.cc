// Tickets, Flight SQL commands and handles of prepared statements, from bytes that may be anything.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "server/flight/flight_sql_command.h"
#include "server/flight/prepared_statement.h"
#include "server/flight/ticket.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace influxdb3::server::flight;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (const auto ticket = ParseTicket(bytes); ticket.ok()) {
    static_cast<void>(ParseCommand(ticket->flight_sql_command));
  }
  if (const auto command = ParseCommand(bytes); command.ok()) {
    static_cast<void>(PreparedStatement::FromHandle(command->handle));
  }
  const auto statement = PreparedStatement::FromHandle(bytes);
  if (!statement.ok()) return 0;
  const auto again = PreparedStatement::FromHandle(statement->ToHandle());
  if (!again.ok() || again->query != statement->query ||
      again->rows.size() != statement->rows.size()) {
    std::abort();
  }
  return 0;
}
