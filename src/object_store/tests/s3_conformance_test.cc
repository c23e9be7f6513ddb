#include "object_store/s3_store.h"
#include "object_store/testing/store_conformance.h"
#include "util/clock.h"

// Runs against the server that the environment names; test/e2e/test_s3_store.py starts one.
namespace influxdb3::object_store::testing {
namespace {

S3Config ConfigFromEnvironment() {
  S3Config config;
  config.endpoint = Environment("INFLUXDB3_TEST_S3_ENDPOINT");
  config.bucket = Environment("INFLUXDB3_TEST_S3_BUCKET");
  config.access_key_id = Environment("INFLUXDB3_TEST_S3_ACCESS_KEY_ID");
  config.secret_access_key = Environment("INFLUXDB3_TEST_S3_SECRET_ACCESS_KEY");
  config.allow_http = true;
  config.clock = &util::Clock::System();
  return config;
}

std::shared_ptr<ObjectStore> OpenFromEnvironment() {
  const S3Config config = ConfigFromEnvironment();
  if (config.endpoint.empty()) return nullptr;
  auto opened = OpenS3Store(config);
  EXPECT_TRUE(opened.ok()) << opened.status().ToString();
  return opened.ok() ? std::move(opened).value() : nullptr;
}

INSTANTIATE_TEST_SUITE_P(S3, StoreConformance,
                         ::testing::Values(StoreUnderTest{.name = "s3",
                                                          .open = OpenFromEnvironment,
                                                          .shared = true,
                                                          .upload_bytes = size_t{20} << 20}));

TEST(S3OnAServer, TellsWrongKeysFromMissingBuckets) {
  S3Config config = ConfigFromEnvironment();
  if (config.endpoint.empty()) GTEST_SKIP() << "no server for s3";
  config.bucket = "nobody-made-this";
  auto missing = OpenS3Store(config);
  ASSERT_TRUE(missing.ok());
  for (const util::Status& status : {(*missing)->List("a/").status(), (*missing)->Get("a").status(),
                                     (*missing)->Put("a", "x", PutMode::kCreate)}) {
    EXPECT_EQ(status.code(), util::StatusCode::kIo) << status.ToString();
    EXPECT_NE(status.message().find("s3://nobody-made-this"), std::string::npos);
    EXPECT_NE(status.message().find("NoSuchBucket"), std::string::npos) << status.ToString();
  }
  for (void (*spoil)(S3Config*) :
       {+[](S3Config* wrong) { wrong->secret_access_key = "something else"; },
        +[](S3Config* wrong) { wrong->access_key_id = "somebody else"; }}) {
    config = ConfigFromEnvironment();
    spoil(&config);
    auto refused = OpenS3Store(config);
    ASSERT_TRUE(refused.ok());
    for (const util::Status& status :
         {(*refused)->List("a/").status(), (*refused)->Get("a").status(),
          (*refused)->Put("a", "x", PutMode::kCreate)}) {
      EXPECT_EQ(status.code(), util::StatusCode::kPermissionDenied) << status.ToString();
    }
  }
}

TEST(S3OnAServer, JoinsThePagesOfAListing) {
  const std::shared_ptr<ObjectStore> store = OpenFromEnvironment();
  if (store == nullptr) GTEST_SKIP() << "no server for s3";
  constexpr int kObjects = 1'100;  // a page holds 1,000
  ExpectAWholeListing(store.get(), kObjects);
}

// The server's certificate is signed by nobody but INFLUXDB3_TEST_S3_CA_FILE.
TEST(S3OverTls, TrustsWhatItIsTold) {
  S3Config config = ConfigFromEnvironment();
  const std::string ca_file = Environment("INFLUXDB3_TEST_S3_CA_FILE");
  if (config.endpoint.empty() || ca_file.empty()) GTEST_SKIP() << "no server for s3 over TLS";
  config.allow_http = false;
  const auto list = [&config] {
    auto store = OpenS3Store(config);
    EXPECT_TRUE(store.ok()) << store.status().ToString();
    return (*store)->List("a/").status();
  };
  EXPECT_EQ(list().code(), util::StatusCode::kIo) << list().ToString();
  config.transport.tls_ca_file = ca_file;
  EXPECT_TRUE(list().ok()) << list().ToString();
  config.transport.http2_only = true;
  EXPECT_TRUE(list().ok()) << list().ToString();
  config.transport.tls_ca_file = "";
  config.transport.tls_allow_insecure = true;
  EXPECT_TRUE(list().ok()) << list().ToString();
  config.transport.tls_ca_file = "/nowhere/ca.pem";
  EXPECT_EQ(OpenS3Store(config).status().code(), util::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace influxdb3::object_store::testing
