#include <string>

#include <gtest/gtest.h>

#include "server/error_mapping.h"
#include "server/http/reply_head.h"
#include "server/http/rfc3339.h"
#include "server/http/url_params.h"
#include "server/http/utf8_check.h"
#include "server/uuid.h"

namespace influxdb3::server::http {
namespace {

std::string Utf8Fault(std::string_view text) {
  const std::string prefix = "body content is not valid utf8: ";
  const util::Status status = CheckUtf8(text);
  return status.ok() ? "valid" : status.message().substr(prefix.size());
}

TEST(UrlParamsTest, DecodesPairs) {
  const UrlParams params = UrlParams::Parse("a=1&b=x+y%2Bz&&c&=v&d=%4&e=%zz&f=%ff&a=2");
  EXPECT_EQ(*params.Find("a"), "1");
  EXPECT_EQ(*params.Find("b"), "x y+z");
  EXPECT_EQ(*params.Find("c"), "");
  EXPECT_EQ(*params.Find(""), "v");
  EXPECT_EQ(*params.Find("d"), "%4");
  EXPECT_EQ(*params.Find("e"), "%zz");
  EXPECT_EQ(*params.Find("f"), "\xEF\xBF\xBD");
  EXPECT_EQ(params.Find("g"), nullptr);
  EXPECT_FALSE(params.CheckUnique({"b", "a"}).ok());
  EXPECT_TRUE(params.CheckUnique({"b", "c"}).ok());
}

TEST(Utf8CheckTest, NamesThePlaceOfTheFault) {
  EXPECT_EQ(Utf8Fault(""), "valid");
  EXPECT_EQ(Utf8Fault("a\xC2\xB5\xE2\x82\xAC\xF0\x9F\x98\x80"), "valid");
  EXPECT_EQ(Utf8Fault("\x80"), "invalid utf-8 sequence of 1 bytes from index 0");
  EXPECT_EQ(Utf8Fault("ab\xE2\x82x"), "invalid utf-8 sequence of 2 bytes from index 2");
  EXPECT_EQ(Utf8Fault("\xED\xA0\x80"), "invalid utf-8 sequence of 1 bytes from index 0");
  EXPECT_EQ(Utf8Fault("\xC0\x80"), "invalid utf-8 sequence of 1 bytes from index 0");
  EXPECT_EQ(Utf8Fault("a\xF0\x9F\x98"), "incomplete utf-8 byte sequence from index 1");
}

TEST(Rfc3339Test, ReadsInstants) {
  const std::vector<std::pair<const char*, int64_t>> instants{
      {"1970-01-01T00:00:00Z", 0},
      {"1970-01-01 00:00:01.5z", 1'500'000'000},
      {"1970-01-01T01:00:00+01:00", 0},
      {"1969-12-31T23:00:00-01:00", 0},
      {"2000-03-01T00:00:00.123456789Z", 951'868'800'123'456'789}};
  for (const auto& [text, expected] : instants) {
    const util::Result<int64_t> parsed = ParseRfc3339(text);
    ASSERT_TRUE(parsed.ok()) << text;
    EXPECT_EQ(*parsed, expected) << text;
  }
}

TEST(Rfc3339Test, ReasonsOfRefusal) {
  const std::vector<std::pair<const char*, const char*>> faults{
      {"", "premature end of input"},
      {"xx", "premature end of input"},
      {"soon", "input contains invalid characters"},
      {"2025-01-01", "premature end of input"},
      {"2025-01-01T00:00:00", "premature end of input"},
      {"2025-02-29T00:00:00Z", "input is out of range"},
      {"2025-01-01T24:00:00Z", "input is out of range"},
      {"9999-01-01T00:00:00Z", "input is out of range"},
      {"2025-01-01T00:00:00Zx", "trailing input"}};
  for (const auto& [text, reason] : faults) {
    EXPECT_EQ(ParseRfc3339(text).status().message(), reason) << text;
  }
}

TEST(ReplyHeadTest, FormatsDates) {
  EXPECT_EQ(FormatHttpDate(784'887'151), "Tue, 15 Nov 1994 08:12:31 GMT");
}

TEST(UuidTest, CarriesVersionVariantAndTime) {
  const std::string random = RandomUuid();
  EXPECT_EQ(random.size(), 36U);
  EXPECT_EQ(random[14], '4');
  EXPECT_NE(std::string("89ab").find(random[19]), std::string::npos);
  EXPECT_NE(random, RandomUuid());
  const std::string timed = TimeOrderedUuid(0x0123456789AB);
  EXPECT_EQ(timed.substr(0, 15), "01234567-89ab-7");
}

TEST(ErrorMappingTest, EveryCodeHasItsStatus) {
  using util::StatusCode;
  EXPECT_EQ(MapStatusCode(StatusCode::kInvalidArgument).http_status, 400);
  EXPECT_EQ(MapStatusCode(StatusCode::kNotFound).http_status, 404);
  EXPECT_EQ(MapStatusCode(StatusCode::kAlreadyExists).http_status, 409);
  EXPECT_EQ(MapStatusCode(StatusCode::kLimitExceeded).http_status, 422);
  EXPECT_EQ(MapStatusCode(StatusCode::kTooLarge).http_status, 413);
  EXPECT_EQ(MapStatusCode(StatusCode::kUnsupported).http_status, 405);
  EXPECT_EQ(MapStatusCode(StatusCode::kUnavailable).http_status, 503);
  EXPECT_EQ(MapStatusCode(StatusCode::kResourceExhausted).http_status, 500);
  EXPECT_EQ(MapStatusCode(StatusCode::kUnauthenticated).grpc_code, 16);
}

}  // namespace
}  // namespace influxdb3::server::http
