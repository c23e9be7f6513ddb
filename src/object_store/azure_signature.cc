#include "object_store/azure_signature.h"

#include <algorithm>
#include <array>
#include <ctime>

#include <fmt/format.h>

#include "object_store/signing.h"
#include "util/check.h"

namespace influxdb3::object_store {

std::string HttpDate(int64_t seconds) {
  static constexpr std::array<const char*, 7> kDays = {"Sun", "Mon", "Tue", "Wed",
                                                       "Thu", "Fri", "Sat"};
  static constexpr std::array<const char*, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                          "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::time_t time = seconds;
  std::tm utc{};
  CHECK(gmtime_r(&time, &utc) != nullptr);
  return fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT",
                     kDays.at(static_cast<size_t>(utc.tm_wday)), utc.tm_mday,
                     kMonths.at(static_cast<size_t>(utc.tm_mon)), utc.tm_year + 1900, utc.tm_hour,
                     utc.tm_min, utc.tm_sec);
}

std::string AzureStringToSign(const AzureSignedParts& parts, std::string_view account) {
  std::string own_headers;
  auto headers = parts.headers;
  std::sort(headers.begin(), headers.end());
  for (const auto& [name, value] : headers) {
    if (name.starts_with("x-ms-")) own_headers += fmt::format("{}:{}\n", name, value);
  }
  std::string text = parts.method + "\n";
  for (const std::string_view wanted :
       {"content-encoding", "content-language", "content-length", "content-md5", "content-type",
        "date", "if-modified-since", "if-match", "if-none-match", "if-unmodified-since", "range"}) {
    if (wanted == "content-length" && parts.body_bytes > 0) {
      text += fmt::format("{}", parts.body_bytes);
    }
    for (const auto& [name, value] : headers) {
      if (name == wanted) text += value;
    }
    text += "\n";
  }
  text += own_headers;
  text += fmt::format("/{}{}", account, parts.encoded_path);
  auto query = parts.query;
  std::sort(query.begin(), query.end());
  for (const auto& [name, value] : query) text += fmt::format("\n{}:{}", name, value);
  return text;
}

std::string AzureAuthorization(const AzureSignedParts& parts, std::string_view account,
                               std::string_view key) {
  const std::string signature = Base64(HmacSha256(key, AzureStringToSign(parts, account)));
  return fmt::format("SharedKey {}:{}", account, signature);
}

}  // namespace influxdb3::object_store
