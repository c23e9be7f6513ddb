#pragma once

#include <string_view>

/// Where crash tests stop or kill a server that stores objects in files.
namespace influxdb3::object_store {

/// The object's bytes are on disk, under no name of an object.
inline constexpr std::string_view kBeforePublish = "object_store.before_publish";
/// The object has its name; a crash may still take it away.
inline constexpr std::string_view kAfterPublish = "object_store.after_publish";
/// The object's name is gone; a crash may still bring it back.
inline constexpr std::string_view kAfterUnlink = "object_store.after_unlink";

}  // namespace influxdb3::object_store
