#include "app/aws_credentials.h"

#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "object_store/testing/temporary_directory.h"

namespace influxdb3::app {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(AwsCredentials, ReadsAllKeys) {
  const auto credentials = ParseAwsCredentials(
      R"({"aws_access_key_id": "key", "aws_secret_access_key": "hush",
          "aws_session_token": "token", "expiry": 1735718400, "more": [1]})");
  ASSERT_TRUE(credentials.ok()) << credentials.status().ToString();
  EXPECT_EQ(credentials->access_key_id, "key");
  EXPECT_EQ(credentials->secret_access_key, "hush");
  EXPECT_EQ(credentials->session_token, "token");
  EXPECT_EQ(credentials->expiry_ns, 1'735'718'400'000'000'000);
}

TEST(AwsCredentials, NeedsOnlyTheTwo) {
  const auto credentials = ParseAwsCredentials(
      R"({"aws_access_key_id": "key", "aws_secret_access_key": "hush", "expiry": null})");
  ASSERT_TRUE(credentials.ok()) << credentials.status().ToString();
  EXPECT_EQ(credentials->session_token, "");
  EXPECT_FALSE(credentials->expiry_ns);
}

TEST(AwsCredentials, RefusesOthersWithoutTellingSecrets) {
  for (const char* text :
       {"", "hush", "[]", "{", R"({"aws_access_key_id": "hush"})",
        R"({"aws_access_key_id": "", "aws_secret_access_key": "hush"})",
        R"({"aws_access_key_id": 1, "aws_secret_access_key": "hush"})",
        R"({"aws_access_key_id": "k", "aws_secret_access_key": ["hush"]})",
        R"({"aws_access_key_id": "k", "aws_secret_access_key": "hush", "expiry": "soon"})",
        R"({"aws_access_key_id": "k", "aws_secret_access_key": "hush", "expiry": -1})",
        R"({"aws_access_key_id": "k", "aws_secret_access_key": "hush", "expiry": 1e30})",
        R"({"aws_access_key_id": "k", "aws_secret_access_key": "hush", "expiry": 9223372037})"}) {
    const auto credentials = ParseAwsCredentials(text);
    EXPECT_EQ(credentials.status().code(), util::StatusCode::kInvalidArgument) << text;
    EXPECT_THAT(credentials.status().message(), Not(HasSubstr("hush")));
  }
}

TEST(AwsCredentials, NamesTheFile) {
  const object_store::testing::TemporaryDirectory directory;
  const std::string path = directory.path() + "/credentials.json";
  EXPECT_THAT(ReadAwsCredentialsFile(path).status().message(), HasSubstr(path));
  std::ofstream(path) << R"({"aws_access_key_id": "k", "aws_secret_access_key": "s"})";
  EXPECT_EQ(ReadAwsCredentialsFile(path)->secret_access_key, "s");
  std::ofstream(path) << "no JSON";
  EXPECT_THAT(ReadAwsCredentialsFile(path).status().message(), HasSubstr(path));
  std::ofstream(path) << std::string(65'537, ' ');
  EXPECT_THAT(ReadAwsCredentialsFile(path).status().message(), HasSubstr("longer than 65536"));
  EXPECT_FALSE(ReadAwsCredentialsFile(directory.path()).ok());
}

}  // namespace
}  // namespace influxdb3::app
