#include "server/flight/flight_status.h"

#include <string>

#include <arrow/flight/types.h>

#include "util/log.h"

namespace influxdb3::server::flight {

namespace fl = arrow::flight;
using util::Status;
using util::StatusCode;

namespace {

constexpr size_t kMessageBytesMax = 2000;

std::string_view Prefix(QueryPhase phase) {
  switch (phase) {
    case QueryPhase::kDescribe: return "Error while planning query: ";
    case QueryPhase::kExecute: return "Error while logically planning query: ";
    case QueryPhase::kStream: return "";
  }
  return "";
}

/// Cuts between characters, not inside one.
std::string Shortened(const std::string& message) {
  if (message.size() <= kMessageBytesMax) return message;
  size_t size = kMessageBytesMax;
  while (size > 0 && (static_cast<unsigned char>(message[size]) & 0xC0) == 0x80) --size;
  return message.substr(0, size) + "...";
}

}  // namespace

Status ToQueryError(const Status& status, QueryPhase phase) {
  switch (status.code()) {
    case StatusCode::kInvalidArgument:
    case StatusCode::kUnsupported:
      return Status(StatusCode::kInvalidArgument, status.message()).WithPrefix(Prefix(phase));
    case StatusCode::kInternal: return Status::InvalidArgument(status.message());
    default: return status;
  }
}

arrow::Status ToArrow(const Status& status) {
  if (status.ok()) return arrow::Status::OK();
  const std::string text = Shortened(status.message());
  switch (status.code()) {
    case StatusCode::kInvalidArgument:
    case StatusCode::kTooLarge: return arrow::Status::Invalid(text);
    case StatusCode::kNotFound: return arrow::Status::KeyError(text);
    case StatusCode::kAlreadyExists: return arrow::Status::AlreadyExists(text);
    case StatusCode::kUnsupported: return arrow::Status::NotImplemented(text);
    case StatusCode::kCancelled: return arrow::Status::Cancelled(text);
    case StatusCode::kUnauthenticated:
      return fl::MakeFlightError(fl::FlightStatusCode::Unauthenticated, text);
    case StatusCode::kPermissionDenied:
      return fl::MakeFlightError(fl::FlightStatusCode::Unauthorized, text);
    case StatusCode::kDeadlineExceeded:
      return fl::MakeFlightError(fl::FlightStatusCode::TimedOut, text);
    case StatusCode::kUnavailable:
      return fl::MakeFlightError(fl::FlightStatusCode::Unavailable, text);
    default:
      util::LogWarn("a Flight call failed: {}", status.ToString());
      return fl::MakeFlightError(fl::FlightStatusCode::Internal, text);
  }
}

}  // namespace influxdb3::server::flight
