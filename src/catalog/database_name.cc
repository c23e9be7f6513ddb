#include <algorithm>
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
  const bool misplaced_slash =
      name.front() == '/' || name.back() == '/' || std::count(name.begin(), name.end(), '/') > 1;
  if (!IsAsciiAlphanumeric(name.front()) && name.front() != '/' && name != kInternalDatabaseName) {
    return util::Status::InvalidArgument("db name did not start with a number or letter");
  }
  for (char c : name) {
    if (!IsAsciiAlphanumeric(c) && c != '_' && c != '-' && c != '/') {
      return util::Status::InvalidArgument(
          "invalid character in database or rp name: must be ASCII, containing only letters, "
          "numbers, underscores, or hyphens");
    }
  }
  if (misplaced_slash) {
    return util::Status::InvalidArgument(
        "db name with invalid retention policy, if providing a retention policy name, must be of "
        "form '<db_name>/<rp_name>'");
  }
  return util::Status::Ok();
}

}  // namespace influxdb3::catalog
