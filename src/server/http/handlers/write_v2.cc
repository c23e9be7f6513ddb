#include "server/error_mapping.h"
#include "server/http/body_decoder.h"
#include "server/http/handlers/handlers.h"
#include "server/http/handlers/precision.h"
#include "server/http/handlers/v1_database_name.h"
#include "server/http/handlers/v2_error.h"
#include "server/http/handlers/write_reply.h"
#include "server/http/url_params.h"

namespace influxdb3::server::http {
namespace {

Response V2Reply(const ingest::WriteOutcome& outcome) {
  const std::string prefix = "write buffer error: ";
  if (IsRejectedBatch(outcome)) {
    return V2Error(
        400, prefix + "line protocol parse failed: " + outcome.line_errors.front().error_message);
  }
  const int http_status = HttpStatusOf(outcome.status);
  return V2Error(http_status == 422 ? 400 : http_status, prefix + outcome.status.message());
}

util::Result<ingest::WriteRequest> ParseQuery(const Request& http_request) {
  using util::Status;
  if (!http_request.has_query) {
    return Status::InvalidArgument("no org/bucket destination provided");
  }
  const UrlParams params = UrlParams::Parse(http_request.query);
  const std::string prefix = "failed to deserialize org/bucket/precision in request: ";
  ingest::WriteRequest request;
  request.accept_partial = false;
  request.precision = ingest::Precision::kNanosecond;
  if (const Status unique = params.CheckUnique({"bucket", "precision"}); !unique.ok()) {
    return unique.WithPrefix(prefix);
  }
  if (const std::string* precision = params.Find("precision")) {
    util::Result<ingest::Precision> parsed = ParseV1Precision(*precision);
    if (!parsed.ok()) return parsed.status().WithPrefix(prefix);
    request.precision = *parsed;
  }
  const std::string* bucket = params.Find("bucket");
  if (bucket == nullptr || bucket->empty()) return Status::InvalidArgument("missing bucket value");
  RETURN_IF_ERROR(ValidateV1DatabaseName(*bucket));
  request.database = *bucket;
  return request;
}

void HandleWriteV2(const ServerServices& services, const std::shared_ptr<Exchange>& exchange) {
  util::Result<ingest::WriteRequest> parsed = ParseQuery(exchange->request());
  if (!parsed.ok()) {
    exchange->Respond(V2Error(parsed.status()));
    return;
  }
  util::Result<std::string> body = TakeTextBody(&exchange->request(), services.body_bytes_max);
  if (!body.ok()) {
    exchange->Respond(V2Error(body.status()));
    return;
  }
  ingest::WriteRequest request = std::move(parsed).value();
  request.body = std::move(body).value();
  RunWrite(services, exchange, std::move(request), V2Reply);
}

}  // namespace

void AddWriteV2Routes(const ServerServices& services, Router* router) {
  router->Add(Method::kPost, "/api/v2/write", Pool::kWrite,
              [&services](const std::shared_ptr<Exchange>& exchange) {
                HandleWriteV2(services, exchange);
              });
}

}  // namespace influxdb3::server::http
