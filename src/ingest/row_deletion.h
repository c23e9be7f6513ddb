#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "catalog/catalog.h"
#include "model/catalog_op.h"
#include "model/time_range.h"
#include "util/result.h"

namespace influxdb3::ingest {

/// Which rows of a table are to be deleted: those whose time is in `range` (both ends belong to it)
/// and whose tags have all of these values; an empty value stands for "has no value".
struct RowDeletion {
  std::string database;
  std::string table;
  model::TimeRange range;
  std::vector<std::pair<std::string, std::string>> tags;
};

/// Reads `tag = 'value' AND "other tag" = 'value'` in any case of AND; names may stand in double
/// quotes, values in single or double ones. In quotes, a doubled quote stands for one, and so does
/// a quote or backslash behind a backslash; other backslashes are just that. Blank text is no
/// condition.
///
/// Errors: InvalidArgument with the place; texts over 64 KiB and more than 64 conditions are
/// refused.
util::Result<std::vector<std::pair<std::string, std::string>>> ParseDeletePredicate(
    std::string_view text);

/// The operation that deletes these rows. NotFound for an unknown database or table,
/// InvalidArgument for an empty range and for columns that are not tags.
util::Result<model::DeleteRowsOp> MakeDeleteRows(const catalog::CatalogState& state,
                                                 const RowDeletion& deletion);

}  // namespace influxdb3::ingest
