#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "util/result.h"

namespace influxdb3::server::http {

/// The decoded `name=value` pairs of a query string or form body (`+` and `%XX` resolved). Broken
/// escapes stay as they are; invalid UTF-8 is replaced.
class UrlParams {
 public:
  static UrlParams Parse(std::string_view text);

  /// Null when absent; the first one when repeated.
  const std::string* Find(std::string_view name) const;

  // Errors are InvalidArgument with the bare reason, e.g. "missing field `db`".
  util::Result<std::string> Required(std::string_view name) const;
  util::Result<bool> Boolean(std::string_view name, bool fallback) const;
  /// None of `names` may be given twice.
  util::Status CheckUnique(std::initializer_list<std::string_view> names) const;

 private:
  std::vector<std::pair<std::string, std::string>> pairs_;
};

/// `bytes` with every invalid UTF-8 sequence replaced by U+FFFD.
std::string ReplaceInvalidUtf8(std::string bytes);

}  // namespace influxdb3::server::http
