#include "object_store/azure_store.h"

#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "object_store/azure_signature.h"
#include "object_store/signing.h"
#include "util/clock.h"

namespace influxdb3::object_store {
namespace {

using util::StatusCode;

// The example of "Authorize with Shared Key" in the documentation of Azure Storage.
TEST(AzureSignature, SignsThePublishedText) {
  const AzureSignedParts parts{
      .method = "GET",
      .encoded_path = "/mycontainer",
      .query = {{"restype", "container"}, {"comp", "metadata"}, {"timeout", "20"}},
      .headers = {{"x-ms-version", "2015-02-21"}, {"x-ms-date", "Fri, 26 Jun 2015 23:39:12 GMT"}},
      .body_bytes = 0};
  EXPECT_EQ(AzureStringToSign(parts, "myaccount"),
            "GET\n\n\n\n\n\n\n\n\n\n\n\n"
            "x-ms-date:Fri, 26 Jun 2015 23:39:12 GMT\nx-ms-version:2015-02-21\n"
            "/myaccount/mycontainer\ncomp:metadata\nrestype:container\ntimeout:20");
}

TEST(AzureSignature, SignsLengthTypeAndConditions) {
  const AzureSignedParts parts{.method = "PUT",
                               .encoded_path = "/c/a%20b",
                               .query = {},
                               .headers = {{"content-type", "text/plain"}, {"if-none-match", "*"}},
                               .body_bytes = 11};
  EXPECT_EQ(AzureStringToSign(parts, "me"), "PUT\n\n\n11\n\ntext/plain\n\n\n\n*\n\n\n/me/c/a%20b");
}

TEST(AzureSignature, WritesDates) {
  EXPECT_EQ(HttpDate(784111777), "Sun, 06 Nov 1994 08:49:37 GMT");
}

// The test vectors of RFC 4648 and of RFC 4231, case 2.
TEST(Signing, EncodesAndDecodes) {
  for (const auto& [plain, encoded] : std::vector<std::pair<std::string, std::string>>{
           {"", ""}, {"f", "Zg=="}, {"fo", "Zm8="}, {"foo", "Zm9v"}, {"foob", "Zm9vYg=="}}) {
    EXPECT_EQ(Base64(plain), encoded);
    EXPECT_EQ(*FromBase64(encoded), plain);
  }
  EXPECT_EQ(Base64Url("\xff\xef\xfe\xff"), "_-_-_w");
  for (const char* text : {"Zg", "Zg=", "Z===", "====", "Zm9v\n", "Zh==", "Zm 9v", "Zm-v"}) {
    EXPECT_FALSE(FromBase64(text).ok()) << text;
  }
  EXPECT_EQ(Hex(HmacSha256("Jefe", "what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

AzureConfig SomeConfig() {
  AzureConfig config;
  config.container = "rows";
  config.account = "someone";
  config.access_key = "ZG8tbm90LXNob3c=";
  config.endpoint = "http://127.0.0.1:1";
  config.allow_http = true;
  config.clock = &util::Clock::System();
  return config;
}

TEST(AzureStore, RefusesConfigurationsThatMakeNoSense) {
  ASSERT_TRUE(OpenAzureStore(SomeConfig()).ok());
  for (const auto& spoil : std::vector<void (*)(AzureConfig*)>{
           [](AzureConfig* c) { c->container = ""; }, [](AzureConfig* c) { c->container = "a/b"; },
           [](AzureConfig* c) { c->account = ""; }, [](AzureConfig* c) { c->account = "a.b"; },
           [](AzureConfig* c) { c->access_key = ""; },
           [](AzureConfig* c) { c->access_key = "no base64"; },
           [](AzureConfig* c) { c->allow_http = false; },
           [](AzureConfig* c) { c->endpoint = "localhost:10000"; },
           [](AzureConfig* c) { c->endpoint = "http://"; },
           [](AzureConfig* c) { c->endpoint = "http://h/a?b"; }}) {
    AzureConfig config = SomeConfig();
    spoil(&config);
    EXPECT_EQ(OpenAzureStore(config).status().code(), StatusCode::kInvalidArgument);
  }
}

TEST(AzureStore, KnowsTheEmulatorsAccount) {
  AzureConfig config = SomeConfig();
  config.account = kAzureEmulatorAccount;
  config.access_key = "";
  config.endpoint = "";
  EXPECT_TRUE(OpenAzureStore(config).ok());
  config.allow_http = false;
  EXPECT_EQ(OpenAzureStore(config).status().code(), StatusCode::kInvalidArgument);
}

TEST(AzureStore, ReportsAnEndpointNobodyListensOn) {
  auto store = OpenAzureStore(SomeConfig());
  ASSERT_TRUE(store.ok());
  const util::Status status = (*store)->Put("a/b", "x", PutMode::kCreate);
  EXPECT_EQ(status.code(), StatusCode::kUnavailable);
  EXPECT_THAT(status.message(), testing::HasSubstr("azure://rows: 'a/b'"));
  EXPECT_THAT(status.message(), testing::Not(testing::HasSubstr("do-not-show")));
  EXPECT_EQ((*store)->Get("../x").status().code(), StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace influxdb3::object_store
