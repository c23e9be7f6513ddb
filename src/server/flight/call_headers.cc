#include "server/flight/call_headers.h"

#include <utility>
#include <vector>

#include "server/flight/flight_status.h"
#include "server/header_text.h"

namespace influxdb3::server::flight {

namespace fl = arrow::flight;
using util::Result;
using util::Status;

namespace {

constexpr std::string_view kDatabaseHeaders[] = {"database", "bucket", "bucket-name",
                                                 "iox-namespace-name"};

class Handshake : public fl::ServerAuthHandler {
 public:
  arrow::Status Authenticate(const fl::ServerCallContext& context, fl::ServerAuthSender* outgoing,
                             fl::ServerAuthReader* incoming) override {
    if (const auto token = TokenOf(context)) {
      context.AddHeader("authorization", "Bearer " + *token);
    }
    std::string payload;
    const bool has_message = incoming->Read(&payload).ok();
    return has_message ? outgoing->Write(payload) : arrow::Status::OK();
  }
  arrow::Status IsValid(const fl::ServerCallContext&, const std::string&, std::string*) override {
    return arrow::Status::OK();
  }
};

}  // namespace

std::optional<std::string_view> HeaderOf(const fl::ServerCallContext& context,
                                         std::string_view name) {
  const auto& headers = context.incoming_headers();
  const auto found = headers.find(name);
  if (found == headers.end()) return std::nullopt;
  return found->second;
}

Result<std::string> DatabaseOf(const fl::ServerCallContext& context) {
  std::optional<std::string_view> database;
  std::string names;
  bool differ = false;
  for (const std::string_view name : kDatabaseHeaders) {
    const auto value = HeaderOf(context, name);
    if (!value) continue;
    differ = differ || (database && *database != *value);
    if (!database) database = value;
    if (!names.empty()) names += ", ";
    names += '"';
    names += name;
    names += '"';
  }
  if (differ) {
    return Status::InvalidArgument("More than one headers are found in request: [" + names +
                                   "]. Please include only one of them");
  }
  if (!database) return Status::InvalidArgument("no 'database' header in request");
  return std::string(*database);
}

Result<std::string> BaseTableTypeOf(const fl::ServerCallContext& context) {
  const auto value = HeaderOf(context, "x-influxdata-base-table-type");
  if (!value) return std::string("BASE TABLE");
  if (*value == "BASE TABLE" || *value == "TABLE") return std::string(*value);
  return Status::InvalidArgument("Invalid argument: Invalid argument: Invalid base table type: " +
                                 std::string(*value));
}

Status CheckQueryLanguage(const fl::ServerCallContext& context) {
  const auto value = HeaderOf(context, "x-influxdata-query-language");
  if (!value || EqualsIgnoreCase(*value, "sql")) return Status::Ok();
  if (EqualsIgnoreCase(*value, "influxql")) {
    return Status::Unsupported("InfluxQL queries are not supported");
  }
  return Status::InvalidArgument("Invalid argument: unknown query language: " +
                                 std::string(*value));
}

std::optional<std::string> TokenOf(const fl::ServerCallContext& context) {
  const auto value = HeaderOf(context, "authorization");
  if (!value) return std::nullopt;
  const size_t space = value->find(' ');
  if (space == std::string_view::npos) return std::nullopt;
  const std::string_view scheme = value->substr(0, space);
  const std::string_view rest = value->substr(space + 1);
  if (EqualsIgnoreCase(scheme, "bearer") || EqualsIgnoreCase(scheme, "token")) {
    return std::string(rest);
  }
  if (!EqualsIgnoreCase(scheme, "basic")) return std::nullopt;
  const auto pair = DecodeBase64(rest);
  if (!pair) return std::nullopt;
  const size_t colon = pair->find(':');
  if (colon == std::string::npos) return std::nullopt;
  const std::string token = pair->substr(colon + 1);
  // What is sent back must be text.
  for (const char c : token) {
    if (c < 32 || c > 126) return std::nullopt;
  }
  return token;
}

std::shared_ptr<fl::ServerAuthHandler> MakeHandshake() {
  return std::make_shared<Handshake>();
}

}  // namespace influxdb3::server::flight
