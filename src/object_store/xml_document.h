#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "util/result.h"

namespace influxdb3::object_store {

inline constexpr size_t kXmlDepthMax = 16;

struct XmlElement {
  std::string name;
  std::string text;  ///< all text directly inside, entities replaced
  std::vector<XmlElement> children;

  /// The first child of this name; null when there is none.
  const XmlElement* Child(std::string_view child_name) const;
  /// Its text; empty when there is no such child.
  std::string ChildText(std::string_view child_name) const;
};

/// Reads the plain XML of object stores: elements, text, entities, one declaration. Attributes are
/// skipped. Corruption for all else: document types, comments, sections, deeper nesting than
/// kXmlDepthMax.
util::Result<XmlElement> ParseXml(std::string_view text);

}  // namespace influxdb3::object_store
