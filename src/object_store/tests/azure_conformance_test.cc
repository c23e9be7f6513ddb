#include "object_store/azure_store.h"
#include "object_store/testing/store_conformance.h"
#include "util/clock.h"

// Runs against the server that the environment names; test/e2e/test_azure_store.py starts one.
namespace influxdb3::object_store::testing {
namespace {

AzureConfig ConfigFromEnvironment() {
  AzureConfig config;
  config.endpoint = Environment("INFLUXDB3_TEST_AZURE_ENDPOINT");
  config.container = Environment("INFLUXDB3_TEST_AZURE_CONTAINER");
  config.account = Environment("INFLUXDB3_TEST_AZURE_ACCOUNT");
  config.access_key = Environment("INFLUXDB3_TEST_AZURE_ACCESS_KEY");
  config.allow_http = true;
  config.clock = &util::Clock::System();
  return config;
}

std::shared_ptr<ObjectStore> OpenFromEnvironment() {
  const AzureConfig config = ConfigFromEnvironment();
  if (config.endpoint.empty()) return nullptr;
  auto opened = OpenAzureStore(config);
  EXPECT_TRUE(opened.ok()) << opened.status().ToString();
  return opened.ok() ? std::move(opened).value() : nullptr;
}

INSTANTIATE_TEST_SUITE_P(Azure, StoreConformance,
                         ::testing::Values(StoreUnderTest{.name = "azure",
                                                          .open = OpenFromEnvironment,
                                                          .shared = true,
                                                          .upload_bytes = size_t{20} << 20}));

TEST(AzureOnAServer, TellsWrongKeysFromMissingContainers) {
  AzureConfig config = ConfigFromEnvironment();
  if (config.endpoint.empty()) GTEST_SKIP() << "no server for azure";
  config.container = "nobody-made-this";
  auto missing = OpenAzureStore(config);
  ASSERT_TRUE(missing.ok());
  for (const util::Status& status :
       {(*missing)->List("a/").status(), (*missing)->Get("a").status(), (*missing)->Delete("a"),
        (*missing)->Put("a", "x", PutMode::kCreate)}) {
    EXPECT_EQ(status.code(), util::StatusCode::kIo) << status.ToString();
    EXPECT_NE(status.message().find("azure://nobody-made-this"), std::string::npos);
    EXPECT_NE(status.message().find("ContainerNotFound"), std::string::npos) << status.ToString();
  }
  config = ConfigFromEnvironment();
  config.access_key = "c29tZXRoaW5nIGVsc2U=";
  auto refused = OpenAzureStore(config);
  ASSERT_TRUE(refused.ok());
  for (const util::Status& status : {(*refused)->List("a/").status(), (*refused)->Get("a").status(),
                                     (*refused)->Put("a", "x", PutMode::kCreate)}) {
    EXPECT_EQ(status.code(), util::StatusCode::kPermissionDenied) << status.ToString();
  }
}

TEST(AzureOnAServer, JoinsThePagesOfAListing) {
  const std::shared_ptr<ObjectStore> store = OpenFromEnvironment();
  if (store == nullptr) GTEST_SKIP() << "no server for azure";
  constexpr int kObjects = 5'100;  // a page holds 5,000
  ExpectAWholeListing(store.get(), kObjects);
}

}  // namespace
}  // namespace influxdb3::object_store::testing
