#pragma once

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "duckdb.hpp"

#include "query/duckdb/dialect/dialect.h"

namespace influxdb3::query::sql {

/// What a query gave: names and types in the reference's words, cells as text.
struct QueryOutcome {
  util::Status status;
  std::vector<std::string> names;
  std::vector<std::string> types;
  std::vector<std::string> iox_types;
  std::vector<std::vector<std::string>> rows;
};

/// Three tables in a DuckDB of its own: `cpu` (cnt, host, ok, s, time, u, usage; three rows), `mem`
/// (Temp, host, temp, time, used; two names that differ by case) and information_schema.
class DialectTest : public ::testing::Test {
 protected:
  DialectTest();
  ~DialectTest() override;

  QueryOutcome Run(const std::string& sql,
                   const std::map<std::string, ParameterValue>& parameters = {});
  /// The only cell of a query with one row and one column; the error's text when it fails.
  std::string Cell(const std::string& sql,
                   const std::map<std::string, ParameterValue>& parameters = {});
  /// `SELECT <expression>` without a table.
  std::string Eval(const std::string& expression) { return Cell("SELECT " + expression); }
  /// The type of `SELECT <expression>`.
  std::string TypeOf(const std::string& expression);
  /// The name of the first column of `SELECT <expression> FROM cpu`.
  std::string NameOf(const std::string& expression);
  /// `code: message` of the error a query gives, or `no error`.
  std::string Error(const std::string& sql);

 private:
  class Resolver;
  std::unique_ptr<duckdb::DuckDB> database_;
  std::unique_ptr<duckdb::Connection> connection_;
  std::unique_ptr<Resolver> resolver_;
};

}  // namespace influxdb3::query::sql
