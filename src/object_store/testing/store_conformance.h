#pragma once

#include <functional>
#include <memory>
#include <ostream>
#include <string>

#include <gtest/gtest.h>

#include "object_store/object_store.h"

/// What every store must do. A test of a store says
///
///     INSTANTIATE_TEST_SUITE_P(Memory, StoreConformance,
///                              ::testing::Values(StoreUnderTest{"memory", MakeStore}));
///
/// in namespace influxdb3::object_store::testing and has testing/store_conformance.cc among its
/// sources (in a library, the linker would leave the tests out).
namespace influxdb3::object_store::testing {

struct StoreUnderTest {
  std::string name;
  /// An open store; each test writes below a prefix of its own, so it may be one with other objects
  /// in it. Null when there is no server for it: the tests are skipped.
  std::function<std::shared_ptr<ObjectStore>()> open;
  /// Whether one store seen by two clients is one store; false for memory.
  bool shared = false;
  /// Small enough for a slow server; large enough for several parts of an upload.
  size_t upload_bytes = size_t{1} << 20;
};

inline void PrintTo(const StoreUnderTest& store, std::ostream* out) {
  *out << store.name;
}

class StoreConformance : public ::testing::TestWithParam<StoreUnderTest> {
 protected:
  void SetUp() override;
  void TearDown() override;

  /// `name` below the test's own prefix.
  std::string Path(const std::string& name) const { return prefix_ + name; }
  /// Paths below the prefix of the test, without it.
  std::vector<std::string> ListedNames(const std::string& below = "");

  std::shared_ptr<ObjectStore> store_;
  std::string prefix_;
};

/// For stores that list page by page: `objects` of them are put and all of them are listed.
void ExpectAWholeListing(ObjectStore* store, int objects);

/// The variable's value, which says where a server is; empty when it is not set.
std::string Environment(const char* name);

}  // namespace influxdb3::object_store::testing
