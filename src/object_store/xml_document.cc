#include "object_store/xml_document.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <system_error>

namespace influxdb3::object_store {
namespace {

using util::Status;

class Parser {
 public:
  explicit Parser(std::string_view text) : rest_(text) {}

  bool ParseDocument(XmlElement* root) {
    if (rest_.starts_with("\xEF\xBB\xBF")) rest_.remove_prefix(3);
    SkipSpace();
    if (rest_.starts_with("<?xml")) {
      const size_t end = rest_.find("?>");
      if (end == std::string_view::npos) return false;
      rest_.remove_prefix(end + 2);
    }
    SkipSpace();
    if (!ParseElement(root, 1)) return false;
    SkipSpace();
    return rest_.empty();
  }

 private:
  void SkipSpace() {
    rest_.remove_prefix(std::min(rest_.size(), rest_.find_first_not_of(" \t\r\n")));
  }

  /// The text between `<` and `>`, passing over quoted values.
  bool TakeTag(std::string_view* tag) {
    char quote = 0;
    for (size_t at = 1; at < rest_.size(); ++at) {
      const char c = rest_[at];
      if (quote != 0) {
        if (c == quote) quote = 0;
      } else if (c == '"' || c == '\'') {
        quote = c;
      } else if (c == '<') {
        return false;
      } else if (c == '>') {
        *tag = rest_.substr(1, at - 1);
        rest_.remove_prefix(at + 1);
        return true;
      }
    }
    return false;
  }

  bool ParseElement(XmlElement* element, size_t depth) {
    std::string_view tag;
    if (depth > kXmlDepthMax || !rest_.starts_with('<') || !TakeTag(&tag)) return false;
    const bool is_empty = tag.ends_with('/');
    if (is_empty) tag.remove_suffix(1);
    element->name = tag.substr(0, tag.find_first_of(" \t\r\n"));
    if (element->name.empty() || element->name.find_first_of("!?/&;") != std::string::npos) {
      return false;
    }
    if (is_empty) return true;
    while (!rest_.starts_with("</")) {
      if (rest_.empty()) return false;
      if (rest_.front() == '<') {
        element->children.emplace_back();
        if (!ParseElement(&element->children.back(), depth + 1)) return false;
      } else if (!TakeText(&element->text)) {
        return false;
      }
    }
    if (!TakeTag(&tag)) return false;
    tag.remove_prefix(1);
    return tag.substr(0, tag.find_first_of(" \t\r\n")) == element->name;
  }

  bool TakeText(std::string* text) {
    while (!rest_.empty() && rest_.front() != '<') {
      const size_t plain = std::min(rest_.size(), rest_.find_first_of("<&"));
      text->append(rest_.substr(0, plain));
      rest_.remove_prefix(plain);
      if (rest_.starts_with('&') && !TakeEntity(text)) return false;
    }
    return true;
  }

  bool TakeEntity(std::string* text) {
    const size_t end = rest_.substr(0, 12).find(';');
    if (end == std::string_view::npos) return false;
    const std::string_view name = rest_.substr(1, end - 1);
    rest_.remove_prefix(end + 1);
    if (name.starts_with('#')) return AppendCharacter(name.substr(1), text);
    const char c = name == "amp"    ? '&'
                   : name == "lt"   ? '<'
                   : name == "gt"   ? '>'
                   : name == "quot" ? '"'
                   : name == "apos" ? '\''
                                    : '\0';
    if (c == '\0') return false;
    text->push_back(c);
    return true;
  }

  static bool AppendCharacter(std::string_view digits, std::string* text) {
    const bool is_hex = digits.starts_with('x');
    if (is_hex) digits.remove_prefix(1);
    uint32_t code = 0;
    const char* end = digits.data() + digits.size();
    const auto [stop, fault] = std::from_chars(digits.data(), end, code, is_hex ? 16 : 10);
    if (fault != std::errc() || stop != end || code == 0 || code > 0x10FFFF ||
        (code >= 0xD800 && code < 0xE000)) {
      return false;
    }
    const auto tail = [&](int shift) {
      text->push_back(static_cast<char>(0x80 | ((code >> shift) & 0x3F)));
    };
    if (code < 0x80) {
      text->push_back(static_cast<char>(code));
    } else if (code < 0x800) {
      text->push_back(static_cast<char>(0xC0 | (code >> 6)));
      tail(0);
    } else if (code < 0x10000) {
      text->push_back(static_cast<char>(0xE0 | (code >> 12)));
      tail(6);
      tail(0);
    } else {
      text->push_back(static_cast<char>(0xF0 | (code >> 18)));
      tail(12);
      tail(6);
      tail(0);
    }
    return true;
  }

  std::string_view rest_;
};

}  // namespace

const XmlElement* XmlElement::Child(std::string_view child_name) const {
  for (const XmlElement& child : children) {
    if (child.name == child_name) return &child;
  }
  return nullptr;
}

std::string XmlElement::ChildText(std::string_view child_name) const {
  const XmlElement* child = Child(child_name);
  return child == nullptr ? std::string() : child->text;
}

util::Result<XmlElement> ParseXml(std::string_view text) {
  XmlElement root;
  if (!Parser(text).ParseDocument(&root)) return Status::Corruption("The XML cannot be read.");
  return root;
}

}  // namespace influxdb3::object_store
