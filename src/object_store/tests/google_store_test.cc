#include "object_store/google_store.h"

#include <deque>
#include <fstream>
#include <memory>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "object_store/google_account.h"
#include "object_store/google_bucket.h"
#include "object_store/google_upload.h"
#include "object_store/parted_upload.h"
#include "object_store/signing.h"
#include "object_store/testing/temporary_directory.h"
#include "util/clock.h"

namespace influxdb3::object_store {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::TemporaryDirectory;
using util::Result;
using util::Status;
using util::StatusCode;

constexpr int64_t kSecondNs = 1'000'000'000;

/// Answers as told, in order, and keeps what was asked.
class ScriptedClient : public HttpClient {
 public:
  struct Asked {
    std::string method;
    std::string url;
    std::string range;
    std::string authorization;
    std::string body;
  };

  Result<HttpAnswer> Send(const HttpRequest& request) override {
    Asked asked{request.method, request.url, "", "", std::string(request.body)};
    for (const auto& [name, value] : request.headers) {
      if (name == "content-range") asked.range = value;
      if (name == "authorization") asked.authorization = value;
    }
    asked_.push_back(asked);
    if (answers_.empty()) return Status::Unavailable("nothing more to say");
    Result<HttpAnswer> answer = answers_.front();
    answers_.pop_front();
    return answer;
  }

  void Answer(int status, const std::string& body = "",
              const std::map<std::string, std::string>& headers = {}) {
    answers_.emplace_back(HttpAnswer{status, headers, body});
  }
  void Break() { answers_.emplace_back(Status::Unavailable("the connection broke")); }
  const std::vector<Asked>& asked() const { return asked_; }
  std::vector<std::string> Ranges() const {
    std::vector<std::string> ranges;
    for (const Asked& asked : asked_) ranges.push_back(asked.range);
    return ranges;
  }

 private:
  std::deque<Result<HttpAnswer>> answers_;
  std::vector<Asked> asked_;
};

EVP_PKEY* Key() {
  static EVP_PKEY* const key = EVP_RSA_gen(2048);
  return key;
}

std::string KeyPem() {
  BIO* target = BIO_new(BIO_s_mem());
  PEM_write_bio_PrivateKey(target, Key(), nullptr, nullptr, 0, nullptr, nullptr);
  char* text = nullptr;
  const long size = BIO_get_mem_data(target, &text);
  std::string pem(text, static_cast<size_t>(size));
  BIO_free(target);
  return pem;
}

GoogleAccount SomeAccount() {
  GoogleAccount account;
  account.client_email = "rows@project.example";
  account.private_key = KeyPem();
  account.private_key_id = "k1";
  return account;
}

std::string Decoded(std::string text) {
  for (char& c : text) c = c == '-' ? '+' : c == '_' ? '/' : c;
  while (text.size() % 4 != 0) text += '=';
  return FromBase64(text).value();
}

TEST(GoogleAccount, SignsAnAssertion) {
  const Result<std::string> made = GoogleAssertion(SomeAccount(), 1'700'000'000);
  ASSERT_TRUE(made.ok()) << made.status().ToString();
  const size_t first = made->find('.');
  const size_t second = made->find('.', first + 1);
  EXPECT_EQ(Decoded(made->substr(0, first)), R"({"alg":"RS256","kid":"k1","typ":"JWT"})");
  const std::string claims = Decoded(made->substr(first + 1, second - first - 1));
  EXPECT_THAT(claims, HasSubstr(R"("iss":"rows@project.example")"));
  EXPECT_THAT(claims, HasSubstr(R"("aud":"https://oauth2.googleapis.com/token")"));
  EXPECT_THAT(claims, HasSubstr(R"("iat":1700000000)"));
  EXPECT_THAT(claims, HasSubstr(R"("exp":1700003600)"));
  const std::string text = made->substr(0, second);
  const std::string signature = Decoded(made->substr(second + 1));
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  ASSERT_EQ(EVP_DigestVerifyInit(context, nullptr, EVP_sha256(), nullptr, Key()), 1);
  EXPECT_EQ(EVP_DigestVerify(context, reinterpret_cast<const unsigned char*>(signature.data()),
                             signature.size(), reinterpret_cast<const unsigned char*>(text.data()),
                             text.size()),
            1);
  EVP_MD_CTX_free(context);
}

TEST(GoogleAccount, ReadsFilesAndRefusesOthers) {
  const auto open = ParseGoogleAccount(R"({"disable_oauth": true, "gcs_base_url": "http://h:1/"})");
  ASSERT_TRUE(open.ok());
  EXPECT_TRUE(open->disable_oauth);
  EXPECT_EQ(open->base_url, "http://h:1");
  for (const char* text :
       {"", "[]", "{", "{}", R"({"client_email": "a"})", R"({"client_email": 1, "private_key": 2})",
        R"({"client_email": "a", "private_key": "do-not-show"})"}) {
    const auto refused = ParseGoogleAccount(text);
    EXPECT_EQ(refused.status().code(), StatusCode::kInvalidArgument) << text;
    EXPECT_THAT(refused.status().message(), Not(HasSubstr("do-not-show")));
  }
  EXPECT_EQ(ReadGoogleAccount("/nowhere/account.json").status().code(), StatusCode::kNotFound);
}

TEST(GoogleTokens, AreKeptAndReplacedInTime) {
  util::FakeClock clock(1'700'000'000 * kSecondNs);
  ScriptedClient client;
  GoogleTokens tokens(SomeAccount(), &client, &clock);
  client.Answer(200, R"({"access_token": "t1", "expires_in": 3600})");
  EXPECT_EQ(*tokens.Get(), "t1");
  EXPECT_EQ(client.asked()[0].url, "https://oauth2.googleapis.com/token");
  EXPECT_THAT(client.asked()[0].body,
              HasSubstr("grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&"));
  clock.Advance(3299 * kSecondNs);
  EXPECT_EQ(*tokens.Get(), "t1");
  EXPECT_EQ(client.asked().size(), 1u);
  // Five minutes before the end a new one is asked for; while there is none, the old one serves,
  // and the question is asked every ten seconds.
  clock.Advance(kSecondNs);
  client.Break();
  EXPECT_EQ(*tokens.Get(), "t1");
  EXPECT_EQ(*tokens.Get(), "t1");
  EXPECT_EQ(client.asked().size(), 2u);
  clock.Advance(10 * kSecondNs);
  client.Answer(200, R"({"access_token": "t2", "expires_in": 3600})");
  EXPECT_EQ(*tokens.Get(), "t2");
  tokens.Forget("t1");
  EXPECT_EQ(*tokens.Get(), "t2");
  clock.Advance(3600 * kSecondNs);
  client.Break();
  EXPECT_EQ(tokens.Get().status().code(), StatusCode::kUnavailable);
}

TEST(GoogleTokens, TellWhyThereIsNone) {
  util::FakeClock clock(1'700'000'000 * kSecondNs);
  ScriptedClient client;
  GoogleTokens tokens(SomeAccount(), &client, &clock);
  client.Answer(400, R"({"error": "invalid_grant", "error_description": "Invalid JWT"})");
  const Status refused = tokens.Get().status();
  EXPECT_EQ(refused.code(), StatusCode::kPermissionDenied);
  EXPECT_THAT(refused.message(), HasSubstr("invalid_grant Invalid JWT"));
  client.Answer(503);
  EXPECT_EQ(tokens.Get().status().code(), StatusCode::kUnavailable);
  for (const char* body : {"", "{}", R"({"access_token": "a\r\nb", "expires_in": 1})",
                           R"({"access_token": "a", "expires_in": 0})", R"({"access_token": 1})"}) {
    client.Answer(200, body);
    EXPECT_EQ(tokens.Get().status().code(), StatusCode::kCorruption) << body;
  }
}

class GoogleBucketTest : public ::testing::Test {
 protected:
  void Open(bool disable_oauth) {
    GoogleConfig config;
    config.bucket = "rows";
    config.service_account_file = directory_.path() + "/account.json";
    config.clock = &clock_;
    std::string key = KeyPem();
    for (size_t at = 0; (at = key.find('\n', at)) != std::string::npos;) key.replace(at, 1, "\\n");
    std::ofstream(config.service_account_file)
        << R"({"client_email": "a@b", "private_key": ")" << key << R"(", "disable_oauth": )"
        << (disable_oauth ? "true" : "false") << "}";
    auto client = std::make_unique<ScriptedClient>();
    client_ = client.get();
    auto made = GoogleBucket::Make(config, std::move(client));
    ASSERT_TRUE(made.ok()) << made.status().ToString();
    bucket_ = std::move(made).value();
  }

  const TemporaryDirectory directory_;
  util::FakeClock clock_{1'700'000'000 * kSecondNs};
  std::shared_ptr<GoogleBucket> bucket_;
  ScriptedClient* client_ = nullptr;
};

TEST_F(GoogleBucketTest, AsksOnceMoreWithAnotherToken) {
  Open(false);
  client_->Answer(200, R"({"access_token": "t1", "expires_in": 3600})");
  client_->Answer(401);
  client_->Answer(200, R"({"access_token": "t2", "expires_in": 3600})");
  client_->Answer(200, "body");
  const auto answer = bucket_->Do({.method = "GET", .key = "a/b c", .query = {{"alt", "media"}}});
  ASSERT_TRUE(answer.ok()) << answer.status().ToString();
  ASSERT_EQ(client_->asked().size(), 4u);
  EXPECT_EQ(client_->asked()[1].authorization, "Bearer t1");
  EXPECT_EQ(client_->asked()[3].authorization, "Bearer t2");
  EXPECT_EQ(client_->asked()[3].url,
            "https://storage.googleapis.com/storage/v1/b/rows/o/a%2Fb%20c?alt=media");
  client_->Answer(401);
  client_->Answer(200, R"({"access_token": "t3", "expires_in": 3600})");
  client_->Answer(401);
  EXPECT_EQ(bucket_->Do({.method = "GET", .key = "a"}).status().code(),
            StatusCode::kPermissionDenied);
}

TEST_F(GoogleBucketTest, TellsMissingBucketsFromMissingObjects) {
  Open(true);
  const std::string no_bucket =
      R"({"error": {"message": "The specified bucket does not exist.", "errors": [{"reason": "notFound"}]}})";
  client_->Answer(404, no_bucket);
  EXPECT_EQ(bucket_->Do({.method = "GET", .key = "a"}).status().code(), StatusCode::kIo);
  client_->Answer(404, R"({"error": {"message": "No such object: rows/a"}})");
  EXPECT_EQ(bucket_->Do({.method = "GET", .key = "a"}).status().code(), StatusCode::kNotFound);
  client_->Answer(404);
  EXPECT_EQ(bucket_->Do({.method = "GET"}).status().code(), StatusCode::kIo);
  client_->Answer(403, R"({"error": {"errors": [{"reason": "rateLimitExceeded"}]}})");
  EXPECT_EQ(bucket_->Do({.method = "GET"}).status().code(), StatusCode::kUnavailable);
  client_->Answer(412);
  EXPECT_EQ(bucket_->Do({.method = "POST", .key = "a", .is_upload = true}).status().code(),
            StatusCode::kAlreadyExists);
}

TEST_F(GoogleBucketTest, GoesOnWithAnUploadWhereTheServiceStopped) {
  Open(true);
  const std::string part(kUploadPartBytes, 'p');
  auto upload = MakeGoogleUpload(bucket_, "a");
  client_->Answer(200, "", {{"location", "https://storage.googleapis.com/upload/1"}});
  client_->Break();
  EXPECT_EQ(upload->Append(part + "tail").code(), StatusCode::kUnavailable);
  // It had arrived, but for the last 262,144 bytes.
  client_->Answer(308, "", {{"range", "bytes=0-8126463"}});
  client_->Answer(308, "", {{"range", "bytes=0-8388607"}});
  ASSERT_TRUE(upload->Append("").ok());
  client_->Break();
  EXPECT_EQ(upload->Finish().code(), StatusCode::kUnavailable);
  client_->Answer(200);  // the upload had ended
  ASSERT_TRUE(upload->Finish().ok());
  EXPECT_THAT(client_->Ranges(),
              ElementsAre("", "bytes 0-8388607/*", "bytes */*", "bytes 8126464-8388607/*",
                          "bytes 8388608-8388611/8388612", "bytes */8388612"));
  EXPECT_EQ(client_->asked()[4].body, "tail");
  EXPECT_EQ(client_->asked()[4].authorization, "");
}

TEST_F(GoogleBucketTest, DoesNotTrustStrangeAnswersToAnUpload) {
  Open(true);
  const std::string part(kUploadPartBytes + 1, 'p');
  for (const char* location : {"", "http://elsewhere/upload", "ftp://h"}) {
    auto upload = MakeGoogleUpload(bucket_, "a");
    client_->Answer(200, "", {{"location", location}});
    EXPECT_EQ(upload->Append(part).code(), StatusCode::kCorruption) << location;
  }
  for (const char* range : {"bytes=1-5", "bytes=0-", "bytes=0-99999999", "0-5"}) {
    auto upload = MakeGoogleUpload(bucket_, "a");
    client_->Answer(200, "", {{"location", "https://h/1"}});
    client_->Answer(308, "", {{"range", range}});
    client_->Answer(499);
    EXPECT_EQ(upload->Append(part).code(), StatusCode::kCorruption) << range;
    EXPECT_TRUE(upload->Abort().ok());
  }
  auto upload = MakeGoogleUpload(bucket_, "a");
  client_->Answer(200, "", {{"location", "https://h/1"}});
  client_->Answer(410);
  EXPECT_EQ(upload->Append(part).code(), StatusCode::kIo);
}

TEST(GoogleStore, RefusesConfigurationsThatMakeNoSense) {
  const TemporaryDirectory directory;
  const auto open = [&](const std::string& bucket, const std::string& json) {
    GoogleConfig config;
    config.bucket = bucket;
    config.service_account_file = directory.path() + "/account.json";
    config.clock = &util::Clock::System();
    std::ofstream(config.service_account_file) << json;
    return OpenGoogleStore(config).status().code();
  };
  const std::string good = R"({"disable_oauth": true, "gcs_base_url": "http://127.0.0.1:1"})";
  EXPECT_EQ(open("b", good), StatusCode::kOk);
  EXPECT_EQ(open("", good), StatusCode::kInvalidArgument);
  EXPECT_EQ(open("a/b", good), StatusCode::kInvalidArgument);
  EXPECT_EQ(open("b", "{}"), StatusCode::kInvalidArgument);
  EXPECT_EQ(open("b", R"({"disable_oauth": true, "gcs_base_url": "h:1"})"),
            StatusCode::kInvalidArgument);
  EXPECT_EQ(OpenGoogleStore(GoogleConfig()).status().code(), StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace influxdb3::object_store
