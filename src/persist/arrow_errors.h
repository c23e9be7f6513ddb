#pragma once

#include <exception>
#include <string>
#include <type_traits>

#include <arrow/status.h>

#include "util/status.h"

namespace influxdb3::persist {

/// Runs `step`, which returns an arrow::Status and may throw, as Arrow's Parquet code does. `store`
/// is what the object store said in the meantime, if it failed: then that is the error. Else the
/// error has `code`.
template <class Step>
util::Status GuardArrow(util::StatusCode code, const std::string& what, const util::Status& store,
                        Step step) {
  arrow::Status status;
  try {
    status = step();
  } catch (const std::exception& error) {
    status = arrow::Status::IOError(error.what());
  }
  if (!store.ok()) return store;
  if (status.ok()) return util::Status::Ok();
  return util::Status(status.IsOutOfMemory() ? util::StatusCode::kResourceExhausted : code,
                      what + ": " + status.message());
}

}  // namespace influxdb3::persist
