#include "server/http/handlers/query_reply.h"

#include "server/error_mapping.h"

namespace influxdb3::server::http {
namespace {

using query::ResultFormat;
using util::Status;

constexpr size_t kPieceBytes = size_t{128} << 10;

class RowProducer : public BodyProducer {
 public:
  RowProducer(std::shared_ptr<query::ResultStream> stream,
              std::unique_ptr<query::ResultWriter> writer)
      : stream_(std::move(stream)), writer_(std::move(writer)) {}

  Status Produce(std::string* out, bool* end) override {
    while (out->size() < kPieceBytes) {
      ASSIGN_OR_RETURN(const std::shared_ptr<arrow::RecordBatch> batch, stream_->Next());
      if (batch == nullptr) {
        *end = true;
        return writer_->Finish(out);
      }
      RETURN_IF_ERROR(writer_->Write(*batch, out));
    }
    return Status::Ok();
  }

  void Cancel() override { stream_->Cancel(); }

 private:
  const std::shared_ptr<query::ResultStream> stream_;
  const std::unique_ptr<query::ResultWriter> writer_;
};

std::string_view Trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

std::optional<ResultFormat> FormatOfMimeType(std::string_view type) {
  if (type == "*/*" || type == "application/json" || type == "text/html" ||
      type == "application/*") {
    return ResultFormat::kJson;
  }
  if (type == "text/csv" || type == "application/csv") return ResultFormat::kCsv;
  if (type == "text/plain" || type == "text/*") return ResultFormat::kPretty;
  if (type == "application/jsonl" || type == "application/x-ndjson")
    return ResultFormat::kJsonLines;
  if (type == "application/vnd.apache.parquet") return ResultFormat::kParquet;
  return std::nullopt;
}

}  // namespace

util::Result<ResultFormat> AcceptedFormat(const Request& request) {
  const std::string_view accept = request.Header("accept");
  if (accept.empty()) return ResultFormat::kJson;
  const bool takes_anything = accept.find("*/*") != std::string_view::npos ||
                              accept.find("text/html") != std::string_view::npos;
  if (takes_anything) return ResultFormat::kJson;
  std::string_view rest = accept;
  while (!rest.empty()) {
    const size_t comma = rest.find(',');
    const std::string_view item = rest.substr(0, comma);
    rest.remove_prefix(comma == std::string_view::npos ? rest.size() : comma + 1);
    if (const auto format = FormatOfMimeType(Trimmed(item.substr(0, item.find(';'))))) {
      return *format;
    }
  }
  return Status::InvalidArgument("invalid mime type (" + std::string(accept) + ")");
}

util::Result<ResultFormat> ParseFormatWord(const std::string& word) {
  if (const auto format = query::ParseResultFormat(word)) return *format;
  return Status::InvalidArgument("unknown variant `" + word +
                                 "`, expected one of `parquet`, `csv`, `pretty`, `json`, "
                                 "`json_lines`, `jsonl`");
}

Response QueryError(const Status& status) {
  if (status.code() == util::StatusCode::kNotFound) {
    return JsonError(404, "query error: " + status.message());
  }
  return PlainError(status);
}

void RespondWithRows(const std::shared_ptr<Exchange>& exchange, ResultFormat format,
                     std::shared_ptr<query::ResultStream> stream) {
  util::Result<std::unique_ptr<query::ResultWriter>> writer =
      query::ResultWriter::Make(format, stream->schema());
  if (!writer.ok()) {
    exchange->Respond(QueryError(writer.status()));
    return;
  }
  auto producer = std::make_unique<RowProducer>(std::move(stream), std::move(writer).value());
  Response response = MakeResponse(200, "", query::ContentType(format));
  bool end = false;
  const Status status = producer->Produce(&response.body, &end);
  if (!status.ok()) {
    exchange->Respond(QueryError(status));
    return;
  }
  if (!end) response.producer = std::move(producer);
  exchange->Respond(std::move(response));
}

void RespondWithQuery(query::QueryEngine* engine, const std::shared_ptr<Exchange>& exchange,
                      ResultFormat format, query::QueryRequest request) {
  // The first rows may take long, and the client may leave meanwhile.
  request.on_start = [exchange](std::function<void()> cancel) {
    exchange->OnDisconnect(std::move(cancel));
  };
  util::Result<std::unique_ptr<query::ResultStream>> stream = engine->ExecuteSql(request);
  if (!stream.ok()) {
    exchange->Respond(QueryError(stream.status()));
    return;
  }
  RespondWithRows(exchange, format, std::move(stream).value());
}

}  // namespace influxdb3::server::http
