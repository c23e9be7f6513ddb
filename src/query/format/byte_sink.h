#pragma once

#include <cstddef>
#include <cstring>
#include <string>
#include <string_view>

namespace influxdb3::query {

/// Appends raw bytes to a string with one capacity check per cell instead of one per byte. While it
/// lives the string is longer than its contents; the destructor cuts it.
class ByteSink {
 public:
  explicit ByteSink(std::string* out) : out_(out), used_(out->size()) {}
  ByteSink(const ByteSink&) = delete;
  ByteSink& operator=(const ByteSink&) = delete;
  ~ByteSink() { out_->resize(used_); }

  /// A place for up to `size` bytes; Commit() says where the written bytes end.
  char* Reserve(size_t size) {
    if (out_->size() - used_ < size) Grow(size);
    return out_->data() + used_;
  }
  void Commit(const char* end) { used_ = static_cast<size_t>(end - out_->data()); }

  void Append(std::string_view text) {
    if (text.empty()) return;  // its data may be null
    char* place = Reserve(text.size());
    std::memcpy(place, text.data(), text.size());
    used_ += text.size();
  }
  void Append(char byte) {
    *Reserve(1) = byte;
    ++used_;
  }
  size_t size_bytes() const { return used_; }
  /// What was written behind the first `begin` bytes; valid until the next change.
  std::string_view written_from(size_t begin) const {
    return std::string_view(out_->data(), used_).substr(begin);
  }
  /// Takes back everything behind the first `size_bytes` bytes.
  void CutTo(size_t size_bytes) { used_ = size_bytes; }

 private:
  void Grow(size_t size) {
    const size_t wanted = used_ + size;
    out_->resize(wanted < 4096 ? 4096 : wanted + wanted / 2);
  }

  std::string* out_;
  size_t used_;
};

}  // namespace influxdb3::query
