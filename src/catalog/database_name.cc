#include <string>

#include <fmt/format.h>

#include "catalog/catalog.h"

namespace influxdb3::catalog {
namespace {

bool IsAsciiAlphanumeric(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

}  // namespace

util::Status ValidateDatabaseName(std::string_view name, size_t name_bytes_max) {
  if (name.empty()) return util::Status::InvalidArgument("db name cannot be empty");
  if (name.size() > name_bytes_max) {
    return util::Status::InvalidArgument(fmt::format("db name too long: max {}", name_bytes_max));
  }
  if (!IsAsciiAlphanumeric(name.front()) && name != kInternalDatabaseName) {
    return util::Status::InvalidArgument("db name did not start with a number or letter");
  }
  size_t slashes = 0;
  for (char c : name) {
    if (c == '/') {
      ++slashes;
    } else if (!IsAsciiAlphanumeric(c) && c != '_' && c != '-') {
      return util::Status::InvalidArgument(
          "invalid character in database or rp name: must be ASCII, containing only letters, "
          "numbers, underscores, or hyphens");
    }
  }
  if (slashes > 1 || name.back() == '/') {
    return util::Status::InvalidArgument(
        "db name with invalid retention policy, if providing a retention policy name, must be of "
        "form '<db_name>/<rp_name>'");
  }
  return util::Status::Ok();
}

}  // namespace influxdb3::catalog
