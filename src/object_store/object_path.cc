#include "object_store/object_path.h"

#include <algorithm>
#include <string>

#include <fmt/format.h>

namespace influxdb3::object_store {
namespace {

using util::Status;

/// The number of bytes of the UTF-8 character at the front; 0 when there is none.
size_t CharacterBytes(std::string_view text) {
  const auto byte = [&](size_t at) { return static_cast<unsigned char>(text[at]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return 1;
  const size_t size = lead >= 0xF5 ? 0 : lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC2 ? 2 : 0;
  if (size == 0 || text.size() < size) return 0;
  for (size_t at = 1; at < size; ++at) {
    if ((byte(at) & 0xC0) != 0x80) return 0;
  }
  const bool overlong = (lead == 0xE0 && byte(1) < 0xA0) || (lead == 0xF0 && byte(1) < 0x90);
  const bool beyond = (lead == 0xED && byte(1) > 0x9F) || (lead == 0xF4 && byte(1) > 0x8F);
  return overlong || beyond ? 0 : size;
}

bool IsPlainText(std::string_view text) {
  while (!text.empty()) {
    const auto first = static_cast<unsigned char>(text.front());
    if (first < 0x20 || first == 0x7F) return false;
    const size_t size = CharacterBytes(text);
    if (size == 0) return false;
    text.remove_prefix(size);
  }
  return true;
}

/// Why `path` cannot be one; null when it can.
const char* Fault(std::string_view path) {
  if (path.empty()) return "it is empty";
  if (path.size() > kPathBytesMax) return "it is longer than 1024 bytes";
  if (!IsPlainText(path)) return "it holds control characters or is not UTF-8";
  while (true) {
    const size_t end = std::min(path.find('/'), path.size());
    const std::string_view part = path.substr(0, end);
    if (part.empty()) return "it has an empty part";
    if (part == "." || part == "..") return "it has a relative part";
    if (part == kIncompleteFolder) return "it has a reserved part";
    if (part.size() > kPathPartBytesMax) return "it has a part of more than 255 bytes";
    if (end == path.size()) return nullptr;
    path.remove_prefix(end + 1);
  }
}

/// For messages: what cannot be printed is shown as `?`, and only the beginning.
std::string Printable(std::string_view text) {
  constexpr size_t kShownBytesMax = 100;
  std::string shown(text.substr(0, kShownBytesMax));
  for (char& c : shown) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = '?';
  }
  if (text.size() > kShownBytesMax) shown += "…";
  return shown;
}

}  // namespace

Status CheckPath(std::string_view path) {
  const char* fault = Fault(path);
  if (fault == nullptr) return Status::Ok();
  return Status::InvalidArgument(
      fmt::format("'{}' cannot be the path of an object: {}", Printable(path), fault));
}

Status CheckPrefix(std::string_view prefix) {
  if (prefix.empty()) return Status::Ok();
  const char* fault = prefix.back() == '/' ? Fault(prefix.substr(0, prefix.size() - 1))
                                           : "it does not end with a slash";
  if (fault == nullptr) return Status::Ok();
  return Status::InvalidArgument(
      fmt::format("'{}' cannot be the prefix of objects: {}", Printable(prefix), fault));
}

}  // namespace influxdb3::object_store
