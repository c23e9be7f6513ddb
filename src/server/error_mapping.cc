#include "server/error_mapping.h"

namespace influxdb3::server {

WireError MapStatusCode(util::StatusCode code) {
  using util::StatusCode;
  switch (code) {
    case StatusCode::kOk: return {200, 0};
    case StatusCode::kInvalidArgument: return {400, 3};
    case StatusCode::kNotFound: return {404, 5};
    case StatusCode::kAlreadyExists: return {409, 6};
    case StatusCode::kConflict: return {409, 10};
    case StatusCode::kUnauthenticated: return {401, 16};
    case StatusCode::kPermissionDenied: return {403, 7};
    case StatusCode::kLimitExceeded: return {422, 8};
    case StatusCode::kTooLarge: return {413, 8};
    case StatusCode::kUnsupported: return {405, 12};
    case StatusCode::kUnavailable: return {503, 14};
    case StatusCode::kResourceExhausted: return {500, 8};
    case StatusCode::kCancelled: return {500, 1};
    case StatusCode::kDeadlineExceeded: return {500, 4};
    case StatusCode::kIo: return {500, 13};
    case StatusCode::kCorruption: return {500, 15};
    case StatusCode::kInternal: return {500, 13};
  }
  return {500, 13};
}

}  // namespace influxdb3::server
