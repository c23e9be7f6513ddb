#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace influxdb3::util {

/// What kind of failure a Status reports. One table (server/error_mapping.h) maps these to HTTP
/// status and gRPC codes, one (cli) to exit codes.
enum class StatusCode : uint8_t {
  kOk = 0,
  kInvalidArgument,  ///< The caller's input is wrong; repeating it cannot succeed.
  kNotFound,         ///< A named database, table, object or file does not exist.
  kAlreadyExists,    ///< A named thing to be created is there already.
  kConflict,  ///< The state changed under the caller; reading it again and retrying may help.
  kUnauthenticated,
  kPermissionDenied,
  kLimitExceeded,      ///< A configured count limit (databases, tables, columns) was reached.
  kTooLarge,           ///< A size limit (body, string, message) was exceeded.
  kUnsupported,        ///< Valid, but not something this server does.
  kUnavailable,        ///< Temporarily impossible (overload, shutdown, store away); retry later.
  kResourceExhausted,  ///< A query ran out of the memory it may use.
  kCancelled,
  kDeadlineExceeded,
  kIo,          ///< The operating system or the object store failed.
  kCorruption,  ///< Stored bytes fail their checksum or cannot be decoded.
  kInternal,    ///< A bug or an unexpected failure of a library.
};

std::string_view StatusCodeName(StatusCode code);

/// The outcome of an operation that returns nothing else. Cheap to pass: the OK state is a null
/// pointer. Messages are complete sentences or the exact text a client must see.
class [[nodiscard]] Status {
 public:
  Status() = default;
  Status(StatusCode code, std::string message);

  static Status Ok() { return Status(); }
  static Status InvalidArgument(std::string message) {
    return Status(StatusCode::kInvalidArgument, std::move(message));
  }
  static Status NotFound(std::string message) {
    return Status(StatusCode::kNotFound, std::move(message));
  }
  static Status AlreadyExists(std::string message) {
    return Status(StatusCode::kAlreadyExists, std::move(message));
  }
  static Status Conflict(std::string message) {
    return Status(StatusCode::kConflict, std::move(message));
  }
  static Status LimitExceeded(std::string message) {
    return Status(StatusCode::kLimitExceeded, std::move(message));
  }
  static Status TooLarge(std::string message) {
    return Status(StatusCode::kTooLarge, std::move(message));
  }
  static Status Unsupported(std::string message) {
    return Status(StatusCode::kUnsupported, std::move(message));
  }
  static Status Unavailable(std::string message) {
    return Status(StatusCode::kUnavailable, std::move(message));
  }
  static Status Io(std::string message) { return Status(StatusCode::kIo, std::move(message)); }
  static Status Corruption(std::string message) {
    return Status(StatusCode::kCorruption, std::move(message));
  }
  static Status Internal(std::string message) {
    return Status(StatusCode::kInternal, std::move(message));
  }

  bool ok() const { return state_ == nullptr; }
  StatusCode code() const { return state_ ? state_->code : StatusCode::kOk; }
  /// Empty when ok().
  const std::string& message() const;
  /// `code: message`, for logs.
  std::string ToString() const;
  /// The same code with `prefix` in front of the message.
  Status WithPrefix(std::string_view prefix) const;

 private:
  struct State {
    StatusCode code;
    std::string message;
  };
  std::shared_ptr<const State> state_;
};

}  // namespace influxdb3::util

#define INFLUXDB3_CONCAT_INNER(a, b) a##b
#define INFLUXDB3_CONCAT(a, b) INFLUXDB3_CONCAT_INNER(a, b)

/// Returns from the enclosing function when `expression` (a Status) is an error.
#define RETURN_IF_ERROR(expression)                                                        \
  do {                                                                                     \
    if (::influxdb3::util::Status status_or_error = (expression); !status_or_error.ok()) { \
      return status_or_error;                                                              \
    }                                                                                      \
  } while (false)
