#include "server/http/handlers/write_reply.h"

#include "server/error_mapping.h"
#include "server/http/server_metrics.h"

namespace influxdb3::server::http {
namespace {

constexpr size_t kDirectLineErrorsMax = 16;

/// Formats a reply on the query pool instead of the log's thread, which must not be held up.
class LateReply : public BodyProducer {
 public:
  explicit LateReply(ingest::WriteOutcome outcome) : outcome_(std::move(outcome)) {}
  util::Status Produce(std::string* out, bool* end) override {
    *out += PartialWriteBody(outcome_);
    *end = true;
    return util::Status::Ok();
  }
  void Cancel() override {}

 private:
  const ingest::WriteOutcome outcome_;
};

void AppendLineError(const ingest::LineError& error, std::string* out) {
  *out += "{\"original_line\":" + JsonQuoted(error.original_line);
  *out += ",\"line_number\":" + std::to_string(error.line_number);
  *out += ",\"error_message\":" + JsonQuoted(error.error_message) + "}";
}

}  // namespace

std::string PartialWriteBody(const ingest::WriteOutcome& outcome) {
  std::string body = "{\"error\":\"partial write of line protocol occurred\",\"data\":[";
  for (size_t i = 0; i < outcome.line_errors.size(); ++i) {
    if (i > 0) body += ',';
    AppendLineError(outcome.line_errors[i], &body);
  }
  return body + "]}";
}

std::string RejectedWriteBody(std::string_view text, const ingest::WriteOutcome& outcome) {
  std::string body = "{\"error\":" + JsonQuoted(text) + ",\"data\":";
  AppendLineError(outcome.line_errors.front(), &body);
  return body + "}";
}

bool IsRejectedBatch(const ingest::WriteOutcome& outcome) {
  return outcome.status.code() == util::StatusCode::kInvalidArgument &&
         !outcome.line_errors.empty();
}

bool IsEmptyWrite(const util::Status& status) {
  return status.message() == "incoming write was empty";
}

Response FailedWriteReply(const util::Status& status) {
  if (IsEmptyWrite(status)) return MakeResponse(400, status.message());
  const int http_status = HttpStatusOf(status);
  if (http_status < 500) return JsonError(http_status, status.message());
  return MakeResponse(http_status, "write buffer error: " + status.message());
}

void RunWrite(const ServerServices& services, const std::shared_ptr<Exchange>& exchange,
              ingest::WriteRequest request, WriteReplier replier) {
  const uint64_t bytes = request.body.size();
  std::string database = request.database;
  auto done = [&services, exchange, replier, bytes,
               database = std::move(database)](ingest::WriteOutcome outcome) {
    if (outcome.lines_accepted > 0 || outcome.lines_rejected > 0) {
      services.metrics->RecordWrite(database, outcome.lines_accepted, outcome.lines_rejected,
                                    outcome.lines_accepted > 0 ? bytes : 0);
    }
    if (outcome.status.ok() && outcome.line_errors.empty()) {
      exchange->Respond(MakeResponse(204, ""));
    } else if (outcome.status.ok() && outcome.line_errors.size() > kDirectLineErrorsMax) {
      Response reply = MakeResponse(outcome.limit_exceeded ? 422 : 400, "", kJsonType);
      reply.producer = std::make_unique<LateReply>(std::move(outcome));
      exchange->Respond(std::move(reply));
    } else {
      exchange->Respond(replier(outcome));
    }
  };
  services.writes->Write(std::move(request), std::move(done));
}

}  // namespace influxdb3::server::http
