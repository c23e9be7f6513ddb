#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "buffer/buffer_store.h"
#include "catalog/catalog.h"
#include "ingest/batch_builder.h"
#include "query/query_engine.h"
#include "util/clock.h"

namespace influxdb3::query::testing {

/// A query's outcome as text: one line per row, cells joined with `|`, NULL spelled out.
struct Answer {
  util::Status status;
  std::vector<std::string> names;
  std::vector<std::string> types;      ///< Arrow's spelling
  std::vector<std::string> iox_types;  ///< by column; empty where there is none
  std::vector<std::string> rows;
  std::vector<int64_t> batch_rows;  ///< rows of each batch
};

/// A catalog, a buffer and an engine over them; rows come from line protocol with nanoseconds. The
/// clock stands at 2024-01-01T00:00:00Z.
class EngineTest : public ::testing::Test {
 protected:
  static constexpr int64_t kNowNs = 1704067200000000000;

  EngineTest();
  void Open(const QueryOptions& options);

  /// Creates the database when missing. Every line must be good.
  void Write(const std::string& database, const std::string& lines);
  void Write(const std::string& lines) { Write("d", lines); }
  void Apply(std::vector<model::CatalogOp> ops);
  /// What lines become, applied nowhere.
  ingest::BuiltBatch Build(const std::string& database, const std::string& lines);

  util::Result<std::unique_ptr<ResultStream>> Execute(
      const std::string& sql, const std::map<std::string, ParameterValue>& parameters = {});
  Answer Ask(const std::string& sql, const std::map<std::string, ParameterValue>& parameters = {});
  /// The rows of a query that must succeed.
  std::vector<std::string> Rows(const std::string& sql);
  /// The one row of a query that must have one.
  std::string Row(const std::string& sql);
  /// `code: message` of a query that must fail.
  std::string Error(const std::string& sql);

  std::string database_ = "d";
  util::FakeClock clock_{kNowNs};
  catalog::Catalog catalog_;
  buffer::BufferStore buffer_;
  std::unique_ptr<QueryEngine> engine_;
};

/// Reads what is left of the stream.
Answer Drain(ResultStream* stream);

}  // namespace influxdb3::query::testing
