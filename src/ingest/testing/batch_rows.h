#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "catalog/catalog.h"
#include "ingest/batch_builder.h"

/// Batches read back row by row, for tests.
namespace influxdb3::ingest::testing {

/// A row in words: tags and fields by name, values with their type in front (`i:1`, `u:1`,
/// `f:0x1p+0`, `s:text`, `b:1`).
struct Row {
  std::map<std::string, std::string> tags;
  std::map<std::string, std::string> fields;
  int64_t time_ns = 0;

  bool operator==(const Row&) const = default;
  std::string ToString() const;
};
void PrintTo(const Row& row, std::ostream* out);

/// By table, in order of arrival.
using Rows = std::map<std::string, std::vector<Row>>;

std::string FloatText(double value);

/// The state after the batch's catalog operations; fails the process when they do not fit.
std::shared_ptr<const catalog::CatalogState> StateAfter(const BuiltBatch& built,
                                                        const catalog::CatalogState& before);

/// The rows of a batch built against `before`. Checks on the way everything that the batch promises
/// to its readers and fails the process otherwise.
Rows ReadRows(const BuiltBatch& built, const catalog::CatalogState& before);

}  // namespace influxdb3::ingest::testing
