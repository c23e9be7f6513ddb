#pragma once

#include <cstddef>
#include <string_view>

#include "util/status.h"

namespace influxdb3::object_store {

inline constexpr size_t kPathBytesMax = 1024;
inline constexpr size_t kPathPartBytesMax = 255;

/// Refuses (InvalidArgument) what is not a path of an object in every store: empty, too long, with
/// control characters or bytes that are not UTF-8, or with an empty, `.`, `..` or `.incomplete`
/// part. Thereby no path leaves the store's root.
util::Status CheckPath(std::string_view path);

/// The same for a prefix of List: empty, or a path followed by `/`.
util::Status CheckPrefix(std::string_view prefix);

/// The folder in which the file store keeps what is not yet whole; no part of a path.
inline constexpr std::string_view kIncompleteFolder = ".incomplete";

}  // namespace influxdb3::object_store
