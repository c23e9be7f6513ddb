#pragma once

#include <cstdint>
#include <exception>
#include <string>
#include <utility>

#include "util/status.h"

namespace influxdb3::query::sql {

/// How deep expressions and subqueries may nest. Passes over the tree recurse; this depth fits a
/// thread's stack many times over, also with the larger frames of a sanitizer build.
inline constexpr uint64_t kExpressionDepthMax = 300;

/// The errors of a text that is no statement. Quotes in `text` arrive escaped.
util::Status ParserError(const std::string& text);
util::Status TokenizerError(const std::string& text);

/// Whether DuckDB's message says that a query nests too deep for one of its stages.
bool IsNestingError(const std::string& message);
util::Status NestingError();

/// Carries a Status through DuckDB's callbacks and the recursive AST pass up to RewriteSql, which
/// turns it back into a Status. Never leaves this folder.
class SqlError : public std::exception {
 public:
  explicit SqlError(util::Status status) : status_(std::move(status)) {}
  const char* what() const noexcept override { return status_.message().c_str(); }
  const util::Status& status() const { return status_; }

 private:
  util::Status status_;
};

[[noreturn]] inline void ThrowPlanError(const std::string& text) {
  throw SqlError(util::Status::InvalidArgument("Error during planning: " + text));
}
[[noreturn]] inline void ThrowUnsupported(const std::string& text) {
  throw SqlError(util::Status::Unsupported("This feature is not implemented: " + text));
}

/// Throws a DuckDB exception that TranslateError turns into exactly this status. For our functions'
/// bind and run callbacks.
[[noreturn]] void ThrowFromFunction(const util::Status& status);

}  // namespace influxdb3::query::sql
