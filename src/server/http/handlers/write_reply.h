#pragma once

#include <memory>
#include <string>

#include "ingest/write_service.h"
#include "server/http/exchange.h"
#include "server/http/server_services.h"

/// What the three write endpoints have in common.
namespace influxdb3::server::http {

/// Turns the end of a write that did not simply succeed into a reply.
using WriteReplier = Response (*)(const ingest::WriteOutcome& outcome);

/// Writes and answers 204 or what `replier` makes of it.
void RunWrite(const ServerServices& services, const std::shared_ptr<Exchange>& exchange,
              ingest::WriteRequest request, WriteReplier replier);

/// `{"error":"partial write of line protocol occurred","data":[…]}`
std::string PartialWriteBody(const ingest::WriteOutcome& outcome);
/// `{"error":"<text>","data":{…}}` with the first bad line.
std::string RejectedWriteBody(std::string_view text, const ingest::WriteOutcome& outcome);

/// Reply to a write that failed as a whole, in the shape of the v3 and v1 endpoints.
Response FailedWriteReply(const util::Status& status);

/// True when nothing was stored because of a bad line; false also when the log failed.
bool IsRejectedBatch(const ingest::WriteOutcome& outcome);

/// True when `status` says that there was nothing to write.
bool IsEmptyWrite(const util::Status& status);

}  // namespace influxdb3::server::http
