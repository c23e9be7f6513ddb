#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "util/result.h"

namespace influxdb3::server::http {

/// The JSON object of a request body. Errors are InvalidArgument in the reference's words, e.g.
/// "missing field `db` at line 1 column 9", without prefix.
class JsonParams {
 public:
  /// `struct_name` is what an error calls the object when the body is something else.
  static util::Result<JsonParams> Parse(std::string body, std::string_view struct_name);
  ~JsonParams();
  JsonParams(JsonParams&&) noexcept;
  JsonParams& operator=(JsonParams&&) noexcept;

  /// Null when absent; a JSON null is a value.
  const nlohmann::json* Find(std::string_view name) const;

  util::Result<std::string> RequiredString(std::string_view name) const;
  /// Nothing when absent or null.
  util::Result<std::optional<std::string>> OptionalString(std::string_view name) const;
  util::Result<std::vector<std::string>> RequiredStrings(std::string_view name) const;

  util::Status MissingField(std::string_view name) const;
  /// `reason` with the place of the end of the member `name` behind it.
  util::Status FaultAt(std::string_view name, std::string_view reason) const;

 private:
  JsonParams(std::string body, std::unique_ptr<nlohmann::json> root);

  std::string body_;
  std::unique_ptr<nlohmann::json> root_;
};

/// "invalid type: integer `1`, expected a string"
std::string InvalidTypeText(const nlohmann::json& value, std::string_view expected);

}  // namespace influxdb3::server::http
