#pragma once

#include <optional>
#include <utility>
#include <variant>

#include "util/check.h"
#include "util/status.h"

namespace influxdb3::util {

/// A value of type T or the Status that explains why there is none. Reading the value of an error
/// is a bug and aborts.
template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<1>, std::move(value)) {}        // NOLINT: implicit
  Result(Status status) : state_(std::in_place_index<0>, std::move(status)) {  // NOLINT: implicit
    CHECK(!std::get<0>(state_).ok());
  }

  bool ok() const { return state_.index() == 1; }
  Status status() const { return ok() ? Status() : std::get<0>(state_); }

  T& value() & {
    CHECK(ok());
    return std::get<1>(state_);
  }
  const T& value() const& {
    CHECK(ok());
    return std::get<1>(state_);
  }
  T&& value() && {
    CHECK(ok());
    return std::get<1>(std::move(state_));
  }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

 private:
  std::variant<Status, T> state_;
};

}  // namespace influxdb3::util

/// Evaluates `expression` (a Result); on error returns its Status from the enclosing function, else
/// moves its value into `declaration`.
#define ASSIGN_OR_RETURN(declaration, expression) \
  ASSIGN_OR_RETURN_IMPL(INFLUXDB3_CONCAT(result_, __LINE__), declaration, expression)
#define ASSIGN_OR_RETURN_IMPL(result, declaration, expression) \
  auto result = (expression);                                  \
  if (!result.ok()) return result.status();                    \
  declaration = std::move(result).value()
