#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "util/status.h"

namespace influxdb3::server::http {

/// Makes a long body piece by piece. The server asks for the next piece only when the one before
/// last was sent, so a slow client slows its producer down and nothing else.
class BodyProducer {
 public:
  virtual ~BodyProducer() = default;
  /// Appends the next bytes to `out`; sets `end` behind the last ones. Called and destroyed on
  /// threads of the query pool, one at a time. An error breaks the reply off.
  virtual util::Status Produce(std::string* out, bool* end) = 0;
  /// Makes a running Produce return soon; the client is gone. From any thread.
  virtual void Cancel() = 0;
};

struct Response {
  int status = 200;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  /// When set, the body goes on with what it produces.
  std::unique_ptr<BodyProducer> producer;
};

inline constexpr std::string_view kTextType = "text/plain; charset=utf-8";
inline constexpr std::string_view kJsonType = "application/json";

/// A reply with that body; no content type when `content_type` is empty.
Response MakeResponse(int status, std::string body, std::string_view content_type = {});
/// `{"error":"<text>"}`
Response JsonError(int status, std::string_view text);
/// The plain text of `status` with the HTTP status its code stands for.
Response PlainError(const util::Status& status);

/// `text` as a JSON string literal with its quotes; invalid UTF-8 is replaced.
std::string JsonQuoted(std::string_view text);

}  // namespace influxdb3::server::http
