#include <fstream>

#include "object_store/google_store.h"
#include "object_store/testing/store_conformance.h"
#include "object_store/testing/temporary_directory.h"
#include "util/clock.h"

// Runs against the server that the environment names; test/e2e/test_google_store.py starts one.
namespace influxdb3::object_store::testing {
namespace {

std::shared_ptr<ObjectStore> OpenBucket(const std::string& bucket) {
  static const TemporaryDirectory directory;
  const std::string endpoint = Environment("INFLUXDB3_TEST_GOOGLE_ENDPOINT");
  if (endpoint.empty()) return nullptr;
  GoogleConfig config;
  config.bucket = bucket;
  config.service_account_file = directory.path() + "/account.json";
  config.clock = &util::Clock::System();
  std::ofstream(config.service_account_file)
      << R"({"disable_oauth": true, "gcs_base_url": ")" << endpoint << "\"}";
  auto opened = OpenGoogleStore(config);
  EXPECT_TRUE(opened.ok()) << opened.status().ToString();
  return opened.ok() ? std::move(opened).value() : nullptr;
}

std::shared_ptr<ObjectStore> OpenFromEnvironment() {
  return OpenBucket(Environment("INFLUXDB3_TEST_GOOGLE_BUCKET"));
}

INSTANTIATE_TEST_SUITE_P(Google, StoreConformance,
                         ::testing::Values(StoreUnderTest{.name = "google",
                                                          .open = OpenFromEnvironment,
                                                          .shared = true,
                                                          .upload_bytes = size_t{20} << 20}));

TEST(GoogleOnAServer, TellsMissingBuckets) {
  const std::shared_ptr<ObjectStore> missing = OpenBucket("nobody-made-this");
  if (missing == nullptr) GTEST_SKIP() << "no server for google";
  for (const util::Status& status :
       {missing->List("a/").status(), missing->Put("a", "x", PutMode::kCreate)}) {
    EXPECT_EQ(status.code(), util::StatusCode::kIo) << status.ToString();
    EXPECT_NE(status.message().find("gs://nobody-made-this"), std::string::npos);
  }
}

TEST(GoogleOnAServer, JoinsThePagesOfAListing) {
  const std::shared_ptr<ObjectStore> store = OpenFromEnvironment();
  if (store == nullptr) GTEST_SKIP() << "no server for google";
  constexpr int kObjects = 1'100;  // a page holds 1,000
  ExpectAWholeListing(store.get(), kObjects);
}

}  // namespace
}  // namespace influxdb3::object_store::testing
