#include "server/http/handlers/precision.h"

#include <optional>

namespace influxdb3::server::http {
namespace {

using ingest::Precision;

util::Status UnknownVariant(const std::string& word, const char* expected) {
  return util::Status::InvalidArgument("unknown variant `" + word + "`, expected one of " +
                                       expected);
}

std::optional<Precision> CommonPrecision(const std::string& word) {
  if (word == "ns" || word == "n" || word == "nanosecond") return Precision::kNanosecond;
  if (word == "us" || word == "u" || word == "microsecond") return Precision::kMicrosecond;
  if (word == "ms" || word == "millisecond") return Precision::kMillisecond;
  if (word == "s" || word == "second") return Precision::kSecond;
  return std::nullopt;
}

}  // namespace

util::Result<Precision> ParseV3Precision(const std::string& word) {
  if (word == "auto") return Precision::kAuto;
  if (const auto precision = CommonPrecision(word)) return *precision;
  return UnknownVariant(word,
                        "`auto`, `s`, `second`, `millisecond`, `ms`, `microsecond`, `u`, `us`, "
                        "`n`, `nanosecond`, `ns`");
}

util::Result<Precision> ParseV1Precision(const std::string& word) {
  if (const auto precision = CommonPrecision(word)) return *precision;
  // The micro sign and the Greek letter look alike; clients send both.
  if (word == "\u00b5" || word == "\u03bc" || word == "\u00b5s" || word == "\u03bcs") {
    return Precision::kMicrosecond;
  }
  if (word == "m" || word == "minute") return Precision::kMinute;
  if (word == "h" || word == "hour") return Precision::kHour;
  return UnknownVariant(word, "`s`, `ms`, `us`, `ns`");
}

}  // namespace influxdb3::server::http
