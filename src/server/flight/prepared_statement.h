#pragma once

#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "query/query_engine.h"
#include "util/result.h"

namespace influxdb3::server::flight {

/// Values by parameter name.
using ParameterRow = std::map<std::string, query::ParameterValue>;

/// A prepared statement. All of it is in its handle, which clients carry.
struct PreparedStatement {
  std::string query;
  std::string id;                  ///< tells statements with the same text apart
  std::vector<ParameterRow> rows;  ///< the statement runs once for each; empty: nothing is bound

  std::string ToHandle() const;
  /// InvalidArgument when the bytes are no handle. A handle may also be the query's text alone.
  static util::Result<PreparedStatement> FromHandle(std::string_view handle);
};

/// Remembers the values of statements whose clients go on using the handle that they had before
/// they bound them. Keeps the newest only. Thread-safe.
class BoundValues {
 public:
  BoundValues(size_t entries_max, size_t bytes_max)
      : entries_max_(entries_max), bytes_max_(bytes_max) {}

  /// `bytes` is what the rows take, about.
  void Put(const std::string& id, std::vector<ParameterRow> rows, size_t bytes);
  /// Empty when nothing is known.
  std::vector<ParameterRow> Get(const std::string& id) const;
  void Remove(const std::string& id);

 private:
  struct Entry {
    std::string id;
    std::vector<ParameterRow> rows;
    size_t bytes = 0;
  };
  void RemoveLocked(const std::string& id);

  const size_t entries_max_;
  const size_t bytes_max_;
  mutable std::mutex mutex_;  ///< guards all that follows
  std::list<Entry> entries_;  ///< newest last
  std::unordered_map<std::string, std::list<Entry>::iterator> by_id_;
  size_t bytes_ = 0;
};

}  // namespace influxdb3::server::flight
