#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <arrow/flight/server.h>

#include "server/flight/flight_options.h"
#include "server/flight/flight_sql.h"
#include "server/flight/query_run.h"

namespace influxdb3::server::flight {

/// The calls of the Flight service. Thread-safe.
class FlightService : public arrow::flight::FlightServerBase {
 public:
  FlightService(const FlightOptions& options, query::QueryEngine* queries, Executor executor);

  arrow::Status DoGet(const arrow::flight::ServerCallContext& context,
                      const arrow::flight::Ticket& ticket,
                      std::unique_ptr<arrow::flight::FlightDataStream>* data) override;
  arrow::Status GetFlightInfo(const arrow::flight::ServerCallContext& context,
                              const arrow::flight::FlightDescriptor& descriptor,
                              std::unique_ptr<arrow::flight::FlightInfo>* info) override;
  arrow::Status DoAction(const arrow::flight::ServerCallContext& context,
                         const arrow::flight::Action& action,
                         std::unique_ptr<arrow::flight::ResultStream>* results) override;
  arrow::Status DoPut(const arrow::flight::ServerCallContext& context,
                      std::unique_ptr<arrow::flight::FlightMessageReader> reader,
                      std::unique_ptr<arrow::flight::FlightMetadataWriter> writer) override;
  arrow::Status GetSchema(const arrow::flight::ServerCallContext& context,
                          const arrow::flight::FlightDescriptor& descriptor,
                          std::unique_ptr<arrow::flight::SchemaResult>* schema) override;
  arrow::Status ListFlights(const arrow::flight::ServerCallContext& context,
                            const arrow::flight::Criteria* criteria,
                            std::unique_ptr<arrow::flight::FlightListing>* listings) override;
  arrow::Status ListActions(const arrow::flight::ServerCallContext& context,
                            std::vector<arrow::flight::ActionType>* actions) override;
  arrow::Status PollFlightInfo(const arrow::flight::ServerCallContext& context,
                               const arrow::flight::FlightDescriptor& descriptor,
                               std::unique_ptr<arrow::flight::PollInfo>* info) override;
  arrow::Status DoExchange(const arrow::flight::ServerCallContext& context,
                           std::unique_ptr<arrow::flight::FlightMessageReader> reader,
                           std::unique_ptr<arrow::flight::FlightMessageWriter> writer) override;

 private:
  using Data = std::unique_ptr<arrow::flight::FlightDataStream>;

  /// Counts a call until the last copy of what it returns is gone; null when there are too many.
  std::shared_ptr<void> EnterCall();
  util::Result<Data> StreamQuery(const arrow::flight::ServerCallContext& context,
                                 std::vector<query::QueryRequest> requests);
  util::Result<Data> AnswerTicket(const arrow::flight::ServerCallContext& context,
                                  const std::string& ticket);
  util::Result<std::unique_ptr<arrow::flight::FlightInfo>> MakeFlightInfo(
      const arrow::flight::ServerCallContext& context,
      const arrow::flight::FlightDescriptor& descriptor);
  util::Result<std::string> Act(const arrow::flight::ServerCallContext& context,
                                const arrow::flight::Action& action);
  util::Result<std::string> Put(const arrow::flight::ServerCallContext& context,
                                arrow::flight::FlightMessageReader* reader);

  const FlightOptions options_;
  query::QueryEngine* const queries_;
  const Executor executor_;
  FlightSql flight_sql_;
  std::atomic<int> running_calls_{0};  ///< of those that run queries
};

}  // namespace influxdb3::server::flight
