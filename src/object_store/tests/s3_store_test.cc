#include "object_store/s3_signature.h"

#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "object_store/http_client.h"
#include "object_store/s3_store.h"
#include "object_store/signing.h"
#include "object_store/xml_document.h"
#include "util/clock.h"

namespace influxdb3::object_store {
namespace {

using util::StatusCode;

constexpr char kEmptySha256[] = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
const S3Credentials& Example() {
  static const auto& credentials =
      *new S3Credentials{"AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", ""};
  return credentials;
}

// The two examples of the page "Signature Calculations for the Authorization Header" of Amazon S3.
TEST(S3Signature, SignsThePublishedRangedGet) {
  const S3SignedParts parts{.method = "GET",
                            .encoded_path = "/test.txt",
                            .query = {},
                            .headers = {{"host", "examplebucket.s3.amazonaws.com"},
                                        {"range", "bytes=0-9"},
                                        {"x-amz-content-sha256", kEmptySha256},
                                        {"x-amz-date", "20130524T000000Z"}},
                            .payload_sha256 = kEmptySha256};
  EXPECT_THAT(
      S3Authorization(parts, Example(), "us-east-1", "20130524T000000Z"),
      testing::EndsWith("f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"));
}

TEST(S3Signature, SignsThePublishedListing) {
  const S3SignedParts parts{.method = "GET",
                            .encoded_path = "/",
                            .query = {{"prefix", "J"}, {"max-keys", "2"}},
                            .headers = {{"x-amz-date", "20130524T000000Z"},
                                        {"x-amz-content-sha256", kEmptySha256},
                                        {"host", "examplebucket.s3.amazonaws.com"}},
                            .payload_sha256 = kEmptySha256};
  EXPECT_THAT(
      S3Authorization(parts, Example(), "us-east-1", "20130524T000000Z"),
      testing::EndsWith("34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"));
}

TEST(S3Signature, EncodesQueriesAndTimes) {
  EXPECT_EQ(S3QueryString({{"prefix", "a b/ü"}, {"list-type", "2"}}),
            "list-type=2&prefix=a%20b%2F%C3%BC");
  EXPECT_EQ(S3Timestamp(1369353600), "20130524T000000Z");
  EXPECT_EQ(Sha256Hex(""), kEmptySha256);
}

TEST(XmlDocument, ReadsElementsTextAndEntities) {
  const auto root =
      ParseXml("<?xml version=\"1.0\"?>\n<a x=\"1>2\"><k>&lt;&#xFC;&amp;</k><e/></a>");
  ASSERT_TRUE(root.ok());
  EXPECT_EQ(root->ChildText("k"), "<ü&");
  EXPECT_NE(root->Child("e"), nullptr);
  EXPECT_EQ(root->Child("none"), nullptr);
}

TEST(XmlDocument, RefusesWhatNoStoreSends) {
  for (const char* text :
       {"", "<", "<a", "<a>", "<a></b>", "<a></a>x", "<a>&x;</a>", "<a>&#0;</a>", "<a>&#xD800;</a>",
        "<!DOCTYPE a><a/>", "<a><!-- c --></a>", "<a><![CDATA[x]]></a>", "<?xml", "<a>&lt</a>"}) {
    EXPECT_FALSE(ParseXml(text).ok()) << text;
  }
  const auto nested = [](size_t depth) {
    std::string text;
    for (size_t at = 0; at < depth; ++at) text += "<a>";
    for (size_t at = 0; at < depth; ++at) text += "</a>";
    return text;
  };
  EXPECT_TRUE(ParseXml(nested(kXmlDepthMax)).ok());
  EXPECT_FALSE(ParseXml(nested(kXmlDepthMax + 1)).ok());
}

S3Config SomeConfig() {
  S3Config config;
  config.bucket = "b";
  config.endpoint = "http://127.0.0.1:1";
  config.access_key_id = "id";
  config.secret_access_key = "do-not-show";
  config.allow_http = true;
  config.clock = &util::Clock::System();
  return config;
}

TEST(S3Store, RefusesConfigurationsThatMakeNoSense) {
  for (const auto& spoil : std::vector<void (*)(S3Config*)>{
           [](S3Config* c) { c->bucket = ""; }, [](S3Config* c) { c->bucket = "a/b"; },
           [](S3Config* c) { c->secret_access_key = ""; },
           [](S3Config* c) { c->allow_http = false; },
           [](S3Config* c) { c->endpoint = "localhost:9000"; },
           [](S3Config* c) { c->endpoint = "ftp://h"; },
           [](S3Config* c) { c->endpoint = "http://u:p@h"; },
           [](S3Config* c) { c->transport.tls_ca_file = "/nowhere/ca.pem"; }}) {
    S3Config config = SomeConfig();
    spoil(&config);
    EXPECT_EQ(OpenS3Store(config).status().code(), StatusCode::kInvalidArgument);
  }
}

TEST(S3Store, ReportsAnEndpointNobodyListensOn) {
  auto store = OpenS3Store(SomeConfig());
  ASSERT_TRUE(store.ok());
  const util::Status status = (*store)->Put("a/b", "x", PutMode::kCreate);
  EXPECT_EQ(status.code(), StatusCode::kUnavailable);
  EXPECT_THAT(status.message(), testing::HasSubstr("s3://b: 'a/b'"));
  EXPECT_THAT(status.message(), testing::Not(testing::HasSubstr("do-not-show")));
  EXPECT_EQ((*store)->Get("../x").status().code(), StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace influxdb3::object_store
