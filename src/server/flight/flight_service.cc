#include "server/flight/flight_service.h"

#include <utility>
#include <vector>

#include "server/flight/batch_stream.h"
#include "server/flight/call_headers.h"
#include "server/flight/flight_status.h"
#include "server/flight/ticket.h"

namespace influxdb3::server::flight {

namespace fl = arrow::flight;
using util::Result;
using util::Status;

namespace {

arrow::Status NotYetImplemented(const char* method) {
  return ToArrow(Status::Unsupported(std::string("Not yet implemented: ") + method));
}

}  // namespace

FlightService::FlightService(const FlightOptions& options, query::QueryEngine* queries,
                             Executor executor)
    : options_(options), queries_(queries), executor_(std::move(executor)), flight_sql_(queries) {}

std::shared_ptr<void> FlightService::EnterCall() {
  if (running_calls_.fetch_add(1) < options_.calls_max) {
    return {this, [](FlightService* service) { service->running_calls_.fetch_sub(1); }};
  }
  running_calls_.fetch_sub(1);
  return nullptr;
}

Result<FlightService::Data> FlightService::StreamQuery(const fl::ServerCallContext& context,
                                                       std::vector<query::QueryRequest> requests) {
  std::shared_ptr<void> entered = EnterCall();
  if (entered == nullptr) return Status::Unavailable("too many queries are running");
  const std::shared_ptr<QueryRun> run = QueryRun::Start(queries_, std::move(requests), executor_);
  // The call's context lives until the last of its messages is sent.
  auto is_abandoned = [call = &context, entered = std::move(entered)] {
    return call->is_cancelled();
  };
  auto schema = run->AwaitSchema(is_abandoned);
  if (!schema.ok()) return ToQueryError(schema.status(), QueryPhase::kExecute);
  return MakeBatchStream(run, std::move(schema).value(), is_abandoned, options_);
}

Result<FlightService::Data> FlightService::AnswerTicket(const fl::ServerCallContext& context,
                                                        const std::string& text) {
  ASSIGN_OR_RETURN(Ticket ticket, ParseTicket(text));
  std::vector<query::QueryRequest> requests;
  if (ticket.flight_sql_command.empty()) {
    requests.push_back(std::move(ticket.request));
    return StreamQuery(context, std::move(requests));
  }
  ASSIGN_OR_RETURN(const Command command, ParseCommand(ticket.flight_sql_command));
  ASSIGN_OR_RETURN(std::string base_table_type, BaseTableTypeOf(context));
  const CommandContext where{ticket.request.database, std::move(base_table_type)};
  ASSIGN_OR_RETURN(FlightSql::Answer answer, flight_sql_.AnswerTo(command, where));
  if (answer.rows != nullptr) return MakeTableStream(std::move(answer.rows), options_);
  return StreamQuery(context, std::move(answer.requests));
}

arrow::Status FlightService::DoGet(const fl::ServerCallContext& context, const fl::Ticket& ticket,
                                   Data* data) {
  Result<Data> stream = AnswerTicket(context, ticket.ticket);
  if (!stream.ok()) return ToArrow(stream.status());
  *data = std::move(stream).value();
  return arrow::Status::OK();
}

Result<std::unique_ptr<fl::FlightInfo>> FlightService::MakeFlightInfo(
    const fl::ServerCallContext& context, const fl::FlightDescriptor& descriptor) {
  ASSIGN_OR_RETURN(const std::string database, DatabaseOf(context));
  RETURN_IF_ERROR(CheckQueryLanguage(context));
  if (descriptor.type != fl::FlightDescriptor::CMD) {
    return Status::Unsupported("Unsupported message type: FlightInfo with Path");
  }
  ASSIGN_OR_RETURN(const Command command, ParseCommand(descriptor.cmd));
  ASSIGN_OR_RETURN(const auto schema, flight_sql_.SchemaOf(command, CommandContext{database, ""}));
  fl::FlightEndpoint endpoint;
  endpoint.ticket.ticket = MakeCommandTicket(database, descriptor.cmd);
  auto info = fl::FlightInfo::Make(*schema, descriptor, {std::move(endpoint)}, -1, -1);
  if (!info.ok()) return Status::Internal("Failed to encode schema: " + info.status().message());
  return std::make_unique<fl::FlightInfo>(std::move(info).ValueUnsafe());
}

arrow::Status FlightService::GetFlightInfo(const fl::ServerCallContext& context,
                                           const fl::FlightDescriptor& descriptor,
                                           std::unique_ptr<fl::FlightInfo>* info) {
  auto made = MakeFlightInfo(context, descriptor);
  if (!made.ok()) return ToArrow(made.status());
  *info = std::move(made).value();
  return arrow::Status::OK();
}

Result<std::string> FlightService::Act(const fl::ServerCallContext& context,
                                       const fl::Action& action) {
  // There are no sessions, so that of any client can be closed.
  if (action.type == "CloseSession") return MakeCloseSessionResult();
  ASSIGN_OR_RETURN(const std::string database, DatabaseOf(context));
  ASSIGN_OR_RETURN(const Command command, ParseCommand(action.body->ToString()));
  if (command.kind == CommandKind::kCreatePreparedStatement) {
    return flight_sql_.CreatePreparedStatement(command, database);
  }
  if (command.kind == CommandKind::kClosePreparedStatement) {
    RETURN_IF_ERROR(flight_sql_.ClosePreparedStatement(command));
    return std::string();
  }
  return Status::InvalidArgument(
      "Error while planning query: Protocol error. Method DoAction does not expect this command");
}

arrow::Status FlightService::DoAction(const fl::ServerCallContext& context,
                                      const fl::Action& action,
                                      std::unique_ptr<fl::ResultStream>* results) {
  Result<std::string> reply = Act(context, action);
  if (!reply.ok()) return ToArrow(reply.status());
  std::vector<fl::Result> all(1);
  all[0].body = arrow::Buffer::FromString(std::move(reply).value());
  *results = std::make_unique<fl::SimpleResultStream>(std::move(all));
  return arrow::Status::OK();
}

Result<std::string> FlightService::Put(const fl::ServerCallContext& context,
                                       fl::FlightMessageReader* reader) {
  ASSIGN_OR_RETURN(const std::string database, DatabaseOf(context));
  ASSIGN_OR_RETURN(const Command command, ParseCommand(reader->descriptor().cmd));
  return flight_sql_.Bind(command, database, reader);
}

arrow::Status FlightService::DoPut(const fl::ServerCallContext& context,
                                   std::unique_ptr<fl::FlightMessageReader> reader,
                                   std::unique_ptr<fl::FlightMetadataWriter> writer) {
  Result<std::string> reply = Put(context, reader.get());
  if (!reply.ok()) return ToArrow(reply.status());
  return writer->WriteMetadata(*arrow::Buffer::FromString(std::move(reply).value()));
}

arrow::Status FlightService::GetSchema(const fl::ServerCallContext&, const fl::FlightDescriptor&,
                                       std::unique_ptr<fl::SchemaResult>*) {
  return NotYetImplemented("get_schema");
}

arrow::Status FlightService::ListFlights(const fl::ServerCallContext&, const fl::Criteria*,
                                         std::unique_ptr<fl::FlightListing>*) {
  return NotYetImplemented("list_flights");
}

arrow::Status FlightService::ListActions(const fl::ServerCallContext&,
                                         std::vector<fl::ActionType>*) {
  return NotYetImplemented("list_actions");
}

arrow::Status FlightService::PollFlightInfo(const fl::ServerCallContext&,
                                            const fl::FlightDescriptor&,
                                            std::unique_ptr<fl::PollInfo>*) {
  return ToArrow(Status::Unsupported("Not yet implemented"));
}

arrow::Status FlightService::DoExchange(const fl::ServerCallContext&,
                                        std::unique_ptr<fl::FlightMessageReader>,
                                        std::unique_ptr<fl::FlightMessageWriter>) {
  return NotYetImplemented("do_exchange");
}

}  // namespace influxdb3::server::flight
