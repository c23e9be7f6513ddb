#pragma once

#include <memory>
#include <string>

#include "query/format/result_writer.h"
#include "query/query_engine.h"
#include "server/http/exchange.h"
#include "util/result.h"

namespace influxdb3::server::http {

/// The format a request asks for: `format_word` when not null, else its Accept header, which must
/// name something known in either case. Errors: InvalidArgument `invalid mime type (X)` and, with
/// the bare reason, "unknown variant `x`, expected one of …".
util::Result<query::ResultFormat> AcceptedFormat(const Request& request);
util::Result<query::ResultFormat> ParseFormatWord(const std::string& word);

/// Reply to a query that failed before its first byte.
Response QueryError(const util::Status& status);

/// Answers with the rows of `stream`: at once when they are few, else streamed. On the query pool.
void RespondWithRows(const std::shared_ptr<Exchange>& exchange, query::ResultFormat format,
                     std::shared_ptr<query::ResultStream> stream);

/// Runs the query and answers with its rows or its error. On the query pool.
void RespondWithQuery(query::QueryEngine* engine, const std::shared_ptr<Exchange>& exchange,
                      query::ResultFormat format, query::QueryRequest request);

}  // namespace influxdb3::server::http
