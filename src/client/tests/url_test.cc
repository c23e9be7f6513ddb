#include "client/url.h"

#include <gtest/gtest.h>

namespace influxdb3::client {
namespace {

TEST(UrlTest, BaseAddressNeedsSchemeAndHost) {
  EXPECT_EQ(*NormalizeBaseUrl("http://127.0.0.1:8181/"), "http://127.0.0.1:8181");
  EXPECT_EQ(*NormalizeBaseUrl("https://[::1]:9/prefix//"), "https://[::1]:9/prefix");
  EXPECT_EQ(NormalizeBaseUrl("localhost:8181").status().message(), "relative URL without a base");
  EXPECT_EQ(NormalizeBaseUrl("http://").status().message(), "empty host");
  EXPECT_EQ(NormalizeBaseUrl("http:///x").status().message(), "empty host");
  EXPECT_FALSE(NormalizeBaseUrl("http://a b").ok());
}

TEST(UrlTest, LoopbackAddresses) {
  for (const char* loopback : {"http://localhost", "http://localhost:8181", "https://127.0.0.1:1",
                               "http://127.8.9.1/x", "http://[::1]:8181"}) {
    EXPECT_TRUE(IsLoopbackUrl(loopback)) << loopback;
  }
  for (const char* other : {"http://localhost.example:1", "http://10.0.0.1", "http://[::2]:1"}) {
    EXPECT_FALSE(IsLoopbackUrl(other)) << other;
  }
}

TEST(UrlTest, ParametersFollowThePath) {
  EXPECT_EQ(BuildUrl("http://h:1", "/write", {}), "http://h:1/write");
  EXPECT_EQ(BuildUrl("http://h:1", "/write", {{"db", "a/b"}, {"q", "1+1"}}),
            "http://h:1/write?db=a%2Fb&q=1%2B1");
}

}  // namespace
}  // namespace influxdb3::client
