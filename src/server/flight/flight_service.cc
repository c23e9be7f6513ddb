#include "server/flight/flight_service.h"

#include <utility>
#include <vector>

#include "server/flight/batch_stream.h"
#include "server/flight/flight_status.h"

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
    : options_(options), queries_(queries), executor_(std::move(executor)) {}

std::shared_ptr<void> FlightService::EnterCall() {
  if (running_calls_.fetch_add(1) < options_.calls_max) {
    return {this, [](FlightService* service) { service->running_calls_.fetch_sub(1); }};
  }
  running_calls_.fetch_sub(1);
  return nullptr;
}

Result<FlightService::Data> FlightService::StreamQuery(const fl::ServerCallContext& context,
                                                       query::QueryRequest request) {
  std::shared_ptr<void> entered = EnterCall();
  if (entered == nullptr) return Status::Unavailable("too many queries are running");
  const std::shared_ptr<QueryRun> run = QueryRun::Start(queries_, std::move(request), executor_);
  // The call's context lives until the last of its messages is sent.
  auto is_abandoned = [call = &context, entered = std::move(entered)] {
    return call->is_cancelled();
  };
  auto schema = run->AwaitSchema(is_abandoned);
  if (!schema.ok()) return ToQueryError(schema.status(), QueryPhase::kExecute);
  return MakeBatchStream(run, std::move(schema).value(), is_abandoned, options_);
}

arrow::Status FlightService::DoGet(const fl::ServerCallContext& context, const fl::Ticket& ticket,
                                   Data* data) {
  Result<Ticket> parsed = ParseTicket(ticket.ticket);
  if (!parsed.ok()) return ToArrow(parsed.status());
  Result<Data> stream = StreamQuery(context, std::move(parsed->request));
  if (!stream.ok()) return ToArrow(stream.status());
  *data = std::move(stream).value();
  return arrow::Status::OK();
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
  return NotYetImplemented("poll_flight_info");
}

arrow::Status FlightService::DoExchange(const fl::ServerCallContext&,
                                        std::unique_ptr<fl::FlightMessageReader>,
                                        std::unique_ptr<fl::FlightMessageWriter>) {
  return NotYetImplemented("do_exchange");
}

}  // namespace influxdb3::server::flight
