#include "catalog/shared_map.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace influxdb3::catalog {
namespace {

using Oracle = std::map<std::string, int, std::less<>>;

void ExpectEqual(const SharedMap<std::string, int>& map, const Oracle& oracle) {
  ASSERT_EQ(map.size(), oracle.size());
  EXPECT_EQ(map.empty(), oracle.empty());
  auto expected = oracle.begin();
  for (const auto& [key, value] : map) {
    ASSERT_EQ(key, expected->first);
    ASSERT_EQ(value, expected->second);
    ++expected;
  }
}

TEST(SharedMap, FindsWhatIsThere) {
  SharedMap<std::string, int> map;
  EXPECT_EQ(map.find("a"), map.end());
  map.Set("b", 2);
  map.Set("a", 1);
  map.Set("b", 3);
  EXPECT_EQ(map.size(), 2u);
  ASSERT_TRUE(map.contains(std::string_view("b")));
  EXPECT_EQ(map.find("b")->second, 3);
  EXPECT_FALSE(map.contains("0"));
  EXPECT_FALSE(map.contains("ab"));
  EXPECT_FALSE(map.contains("c"));
  map.Erase("x");
  map.Erase("a");
  map.Erase("b");
  EXPECT_TRUE(map.empty());
  EXPECT_EQ(map.begin(), map.end());
}

// Random changes, each on a copy: the copies before stay what they were, and each agrees with a
// std::map.
TEST(SharedMap, CopiesAreIndependent) {
  std::mt19937_64 random(7);
  std::vector<std::pair<SharedMap<std::string, int>, Oracle>> kept;
  SharedMap<std::string, int> map;
  Oracle oracle;
  for (int step = 0; step < 20000; ++step) {
    const std::string key = std::to_string(random() % 3000);
    // Grows first and shrinks to nothing in the end.
    if (random() % 20000 > static_cast<uint64_t>(step)) {
      map.Set(key, step);
      oracle[key] = step;
    } else {
      map.Erase(key);
      oracle.erase(key);
    }
    if (step % 2000 == 0) kept.emplace_back(map, oracle);
    const auto found = map.find(key);
    ASSERT_EQ(found != map.end(), oracle.contains(key));
    if (found != map.end()) {
      ASSERT_EQ(found->second, oracle[key]);
    }
  }
  ExpectEqual(map, oracle);
  for (const auto& [copy, expected] : kept) ExpectEqual(copy, expected);
  while (!oracle.empty()) {
    map.Erase(oracle.begin()->first);
    oracle.erase(oracle.begin());
  }
  ExpectEqual(map, oracle);
}

}  // namespace
}  // namespace influxdb3::catalog
