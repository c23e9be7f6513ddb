#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <arrow/flight/server.h>

#include "util/result.h"

namespace influxdb3::server::flight {

/// The database that a Flight SQL call names in its metadata. InvalidArgument when it names none,
/// or several that differ.
util::Result<std::string> DatabaseOf(const arrow::flight::ServerCallContext& context);

/// What clients want ordinary tables to be called: `BASE TABLE`, or `TABLE` when they ask for it.
util::Result<std::string> BaseTableTypeOf(const arrow::flight::ServerCallContext& context);

/// Unsupported when the call wants its statement to be read as anything but SQL.
util::Status CheckQueryLanguage(const arrow::flight::ServerCallContext& context);

/// The token in an `authorization` header of the forms `Bearer TOKEN`, `Token TOKEN` and
/// `Basic base64(user:TOKEN)`; nothing when there is none.
std::optional<std::string> TokenOf(const arrow::flight::ServerCallContext& context);

/// Reads metadata of a call; nothing when it is not there.
std::optional<std::string_view> HeaderOf(const arrow::flight::ServerCallContext& context,
                                         std::string_view name);

/// Answers handshakes: the payload comes back, and the token that the call carries is returned as a
/// bearer token. Tokens are not checked. Also content with clients that send no message.
std::shared_ptr<arrow::flight::ServerAuthHandler> MakeHandshake();

}  // namespace influxdb3::server::flight
