#include <gtest/gtest.h>

#include <string>

#include "catalog/catalog.h"

namespace influxdb3::catalog {
namespace {

constexpr char kStart[] = "db name did not start with a number or letter";
constexpr char kCharacter[] =
    "invalid character in database or rp name: must be ASCII, containing only letters, numbers, "
    "underscores, or hyphens";
constexpr char kPolicy[] =
    "db name with invalid retention policy, if providing a retention policy name, must be of form "
    "'<db_name>/<rp_name>'";

std::string Fault(std::string_view name) {
  const util::Status status = ValidateDatabaseName(name, 511);
  EXPECT_TRUE(status.ok() || status.code() == util::StatusCode::kInvalidArgument);
  return status.message();
}

TEST(DatabaseName, Accepted) {
  for (const char* name : {"a", "9", "Sensors", "my_db-2", "db/rp", "0/1", "a/_", "_internal"}) {
    EXPECT_EQ(Fault(name), "") << name;
  }
}

TEST(DatabaseName, Refused) {
  EXPECT_EQ(Fault(""), "db name cannot be empty");
  for (const char* name : {"_a", "-a", " a", "\xc3\xa9", "?x", "_internal2"}) {
    EXPECT_EQ(Fault(name), kStart) << name;
  }
  for (const char* name : {"a b", "a.b", "a\xc3\xa9", "a!", "a/b c", "db/r\n"}) {
    EXPECT_EQ(Fault(name), kCharacter) << name;
  }
  EXPECT_EQ(Fault(std::string_view("a\0b", 3)), kCharacter);
  for (const char* name : {"/", "/a", "a/", "a/b/c", "a//b"}) {
    EXPECT_EQ(Fault(name), kPolicy) << name;
  }
}

TEST(DatabaseName, LengthIsCountedInBytes) {
  EXPECT_TRUE(ValidateDatabaseName(std::string(511, 'a'), 511).ok());
  EXPECT_EQ(ValidateDatabaseName(std::string(512, 'a'), 511).message(),
            "db name too long: max 511");
  EXPECT_TRUE(ValidateDatabaseName(std::string(64, 'a'), 64).ok());
  EXPECT_EQ(ValidateDatabaseName(std::string(65, 'a'), 64).message(), "db name too long: max 64");
}

}  // namespace
}  // namespace influxdb3::catalog
