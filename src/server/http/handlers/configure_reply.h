#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "server/http/exchange.h"
#include "server/http/json_params.h"
#include "server/http/server_services.h"
#include "server/http/url_params.h"
#include "util/result.h"

/// What the configure endpoints have in common.
namespace influxdb3::server::http {

/// Reply to a refused change.
Response ConfigureError(const util::Status& status);

/// Answers `success_status` without body, or the error.
std::function<void(util::Status)> ConfigureDone(std::shared_ptr<Exchange> exchange,
                                                int success_status);

/// Reads the JSON object of the body, or answers why there is none and returns nothing: 415 without
/// a JSON content type, 400 for broken JSON.
std::optional<JsonParams> ReadJsonBody(const ServerServices& services,
                                       const std::shared_ptr<Exchange>& exchange,
                                       std::string_view struct_name);

/// The instant that `hard_delete_at` names: `never` (nothing), `now`, `default` (also when absent),
/// or RFC 3339; instants in the past are now.
util::Result<std::optional<int64_t>> HardDeleteTime(const ServerServices& services,
                                                    const UrlParams& params);

/// The member `retention_period`: a duration such as `30d`; nothing when it is absent, null or
/// `none`.
util::Result<std::optional<int64_t>> RetentionPeriod(const JsonParams& params);

/// Refuses parameters that would make a deletion mean something else.
util::Status CheckPlainDeletion(const UrlParams& params);

}  // namespace influxdb3::server::http
