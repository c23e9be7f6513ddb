#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>

#include <arrow/flight/server.h>

#include "server/flight/flight_options.h"
#include "server/flight/query_run.h"
#include "server/flight/ticket.h"

namespace influxdb3::server::flight {

/// The calls of the Flight service. Thread-safe.
class FlightService : public arrow::flight::FlightServerBase {
 public:
  FlightService(const FlightOptions& options, query::QueryEngine* queries, Executor executor);

  arrow::Status DoGet(const arrow::flight::ServerCallContext& context,
                      const arrow::flight::Ticket& ticket,
                      std::unique_ptr<arrow::flight::FlightDataStream>* data) override;
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
                                 query::QueryRequest request);

  const FlightOptions options_;
  query::QueryEngine* const queries_;
  const Executor executor_;
  std::atomic<int> running_calls_{0};  ///< of those that run queries
};

}  // namespace influxdb3::server::flight
