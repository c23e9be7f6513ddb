#include <cstdlib>

#include "object_store/s3_store.h"
#include "object_store/testing/store_conformance.h"
#include "util/clock.h"

// Runs against the server that the environment names; test/e2e/test_s3_store.py starts one.
namespace influxdb3::object_store::testing {
namespace {

std::string Environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string() : value;
}

std::shared_ptr<ObjectStore> OpenFromEnvironment() {
  S3Config config;
  config.endpoint = Environment("INFLUXDB3_TEST_S3_ENDPOINT");
  if (config.endpoint.empty()) return nullptr;
  config.bucket = Environment("INFLUXDB3_TEST_S3_BUCKET");
  config.access_key_id = Environment("INFLUXDB3_TEST_S3_ACCESS_KEY_ID");
  config.secret_access_key = Environment("INFLUXDB3_TEST_S3_SECRET_ACCESS_KEY");
  config.allow_http = true;
  config.clock = &util::Clock::System();
  auto opened = OpenS3Store(config);
  EXPECT_TRUE(opened.ok()) << opened.status().ToString();
  return opened.ok() ? std::move(opened).value() : nullptr;
}

INSTANTIATE_TEST_SUITE_P(S3, StoreConformance,
                         ::testing::Values(StoreUnderTest{.name = "s3",
                                                          .open = OpenFromEnvironment,
                                                          .shared = true,
                                                          .upload_bytes = size_t{12} << 20}));

}  // namespace
}  // namespace influxdb3::object_store::testing
