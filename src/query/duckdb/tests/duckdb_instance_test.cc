#include "query/duckdb/duckdb_instance.h"

#include <gtest/gtest.h>

#include "duckdb/main/valid_checker.hpp"

#include "util/log.h"

namespace influxdb3::query {
namespace {

class DuckDbInstanceTest : public ::testing::Test {
 protected:
  DuckDbInstanceTest() : instance_(QueryOptions()) {
    util::InitLogging({util::LogLevel::kOff, false, false});
    EXPECT_TRUE(instance_.Open().ok());
  }
  std::unique_ptr<duckdb::Connection> Connect() {
    auto connection = instance_.Connect();
    EXPECT_TRUE(connection.ok()) << connection.status().ToString();
    return connection.ok() ? std::move(*connection) : nullptr;
  }
  DuckDbInstance instance_;
};

TEST_F(DuckDbInstanceTest, AFatalErrorCostsOnlyTheQueriesOfItsInstance) {
  const auto broken = Connect();
  EXPECT_FALSE(broken->Query("SELECT 1")->HasError());
  duckdb::ValidChecker::Get(*broken->context->db).Invalidate("test");
  EXPECT_TRUE(broken->Query("SELECT 1")->HasError());
  EXPECT_FALSE(Connect()->Query("SELECT 1")->HasError());
  EXPECT_TRUE(broken->Query("SELECT 1")->HasError());
}

TEST_F(DuckDbInstanceTest, TheConfigurationIsFinalAndFilesAreOutOfReach) {
  const auto connection = Connect();
  for (const char* sql :
       {"SET threads=7", "SET enable_external_access=true", "RESET lock_configuration",
        "SET GLOBAL memory_limit='1GB'", "SELECT * FROM read_csv('/etc/passwd')",
        "COPY (SELECT 1) TO '/tmp/duckdb_instance_test'", "ATTACH '/tmp/duckdb_instance_test.db'",
        "LOAD httpfs", "SELECT * FROM '/etc/passwd'"}) {
    EXPECT_TRUE(connection->Query(sql)->HasError()) << sql;
  }
}

}  // namespace
}  // namespace influxdb3::query
