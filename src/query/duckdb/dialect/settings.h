#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace influxdb3::query::sql {

/// A setting of the reference's engine, for clients that look at them. None can be set; those that
/// describe how a query is written hold here too, those that tune execution have no effect.
struct Setting {
  std::string name;
  std::optional<std::string> value;
  std::string_view description;
};

/// All of them, in the order of the reference's views.
std::vector<Setting> Settings();
bool IsSetting(const std::string& name);

}  // namespace influxdb3::query::sql
