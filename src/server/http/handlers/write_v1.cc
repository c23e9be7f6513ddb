#include <algorithm>

#include "server/error_mapping.h"
#include "server/http/body_decoder.h"
#include "server/http/handlers/handlers.h"
#include "server/http/handlers/precision.h"
#include "server/http/handlers/v1_database_name.h"
#include "server/http/handlers/write_reply.h"
#include "server/http/url_params.h"

namespace influxdb3::server::http {
namespace {

/// The retention policy's part of the database name: empty for the default ones.
std::string RetentionPolicySuffix(const std::string* policy) {
  if (policy == nullptr) return "";
  std::string lower = *policy;
  std::transform(lower.begin(), lower.end(), lower.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  if (lower.empty() || lower == "autogen" || lower == "default") return "";
  return "/" + lower;
}

util::Result<ingest::WriteRequest> ParseQuery(const Request& http_request) {
  if (!http_request.has_query) return util::Status::InvalidArgument("no db destination provided");
  const UrlParams params = UrlParams::Parse(http_request.query);
  const std::string prefix = "failed to deserialize db/rp/precision in request: ";
  ingest::WriteRequest request;
  request.accept_partial = false;
  request.precision = ingest::Precision::kNanosecond;
  if (const util::Status unique = params.CheckUnique({"db", "rp", "precision"}); !unique.ok()) {
    return unique.WithPrefix(prefix);
  }
  if (const std::string* precision = params.Find("precision")) {
    util::Result<ingest::Precision> parsed = ParseV1Precision(*precision);
    if (!parsed.ok()) return parsed.status().WithPrefix(prefix);
    request.precision = *parsed;
  }
  util::Result<std::string> database = params.Required("db");
  if (!database.ok()) return database.status().WithPrefix(prefix);
  request.database = *database + RetentionPolicySuffix(params.Find("rp"));
  if (database->empty()) request.database.clear();
  RETURN_IF_ERROR(ValidateV1DatabaseName(request.database));
  return request;
}

Response V1Reply(const ingest::WriteOutcome& outcome) {
  if (!IsRejectedBatch(outcome)) return FailedWriteReply(outcome.status);
  return MakeResponse(400, RejectedWriteBody("line protocol parsing error", outcome), kJsonType);
}

void HandleWriteV1(const ServerServices& services, const std::shared_ptr<Exchange>& exchange) {
  util::Result<ingest::WriteRequest> parsed = ParseQuery(exchange->request());
  if (!parsed.ok()) {
    exchange->Respond(JsonError(400, parsed.status().message()));
    return;
  }
  util::Result<std::string> body = TakeTextBody(&exchange->request(), services.body_bytes_max);
  if (!body.ok()) {
    exchange->Respond(PlainError(body.status()));
    return;
  }
  ingest::WriteRequest request = std::move(parsed).value();
  request.body = std::move(body).value();
  RunWrite(services, exchange, std::move(request), V1Reply);
}

}  // namespace

void AddWriteV1Routes(const ServerServices& services, Router* router) {
  router->Add(Method::kPost, "/write", Pool::kWrite,
              [&services](const std::shared_ptr<Exchange>& exchange) {
                HandleWriteV1(services, exchange);
              });
}

}  // namespace influxdb3::server::http
