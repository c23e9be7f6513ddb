#include "catalog/catalog.h"
#include "server/http/body_decoder.h"
#include "server/http/handlers/handlers.h"
#include "server/http/handlers/precision.h"
#include "server/http/handlers/write_reply.h"
#include "server/http/url_params.h"
#include "util/limits.h"

namespace influxdb3::server::http {
namespace {

util::Result<ingest::WriteRequest> ParseQuery(const std::string& query) {
  const UrlParams params = UrlParams::Parse(query);
  ingest::WriteRequest request;
  RETURN_IF_ERROR(params.CheckUnique({"db", "precision", "accept_partial", "no_sync"}));
  if (const std::string* precision = params.Find("precision")) {
    ASSIGN_OR_RETURN(request.precision, ParseV3Precision(*precision));
  }
  ASSIGN_OR_RETURN(request.accept_partial, params.Boolean("accept_partial", true));
  ASSIGN_OR_RETURN(request.no_sync, params.Boolean("no_sync", false));
  ASSIGN_OR_RETURN(request.database, params.Required("db"));
  return request;
}

Response WriteLpReply(const ingest::WriteOutcome& outcome) {
  if (outcome.status.ok()) {
    return MakeResponse(outcome.limit_exceeded ? 422 : 400, PartialWriteBody(outcome), kJsonType);
  }
  if (!IsRejectedBatch(outcome)) return FailedWriteReply(outcome.status);
  return MakeResponse(400, RejectedWriteBody("parsing failed for write_lp endpoint", outcome),
                      kJsonType);
}

void HandleWriteLp(const ServerServices& services, const std::shared_ptr<Exchange>& exchange) {
  Request& http_request = exchange->request();
  if (!http_request.has_query) {
    exchange->Respond(MakeResponse(400, "missing query parameter 'db'"));
    return;
  }
  util::Result<ingest::WriteRequest> parsed = ParseQuery(http_request.query);
  if (!parsed.ok()) {
    exchange->Respond(PlainError(parsed.status().WithPrefix("serde error: ")));
    return;
  }
  ingest::WriteRequest request = std::move(parsed).value();
  const util::Status name =
      catalog::ValidateDatabaseName(request.database, util::limits::kDatabaseNameBytesMax);
  if (!name.ok()) {
    exchange->Respond(JsonError(400, name.message()));
    return;
  }
  util::Result<std::string> body = TakeTextBody(&http_request, services.body_bytes_max);
  if (!body.ok()) {
    exchange->Respond(PlainError(body.status()));
    return;
  }
  request.body = std::move(body).value();
  RunWrite(services, exchange, std::move(request), WriteLpReply);
}

}  // namespace

void AddWriteLpRoutes(const ServerServices& services, Router* router) {
  router->Add(Method::kPost, "/api/v3/write_lp", Pool::kWrite,
              [&services](const std::shared_ptr<Exchange>& exchange) {
                HandleWriteLp(services, exchange);
              });
}

}  // namespace influxdb3::server::http
