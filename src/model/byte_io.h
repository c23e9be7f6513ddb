#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>

namespace influxdb3::model {

static_assert(std::endian::native == std::endian::little, "the formats are little-endian");

/// Appends little-endian values to a string.
class ByteWriter {
 public:
  explicit ByteWriter(std::string* out) : out_(out), start_(out->size()) {}

  template <class T>
  void Put(T value) {
    static_assert(std::is_trivially_copyable_v<T>);
    out_->append(reinterpret_cast<const char*>(&value), sizeof(T));
  }
  void PutBytes(const void* bytes, size_t size) {
    out_->append(static_cast<const char*>(bytes), size);
  }
  /// `size` bytes for the caller to fill in before the next call.
  char* Extend(size_t size) {
    out_->resize(out_->size() + size);
    return out_->data() + out_->size() - size;
  }
  /// Length (u32), then the bytes.
  void PutString(std::string_view text) {
    Put(static_cast<uint32_t>(text.size()));
    PutBytes(text.data(), text.size());
  }
  /// Zero bytes up to a multiple of 8 from where this writer began.
  void Align8() { out_->append((8 - (out_->size() - start_) % 8) % 8, '\0'); }

 private:
  std::string* out_;
  size_t start_;
};

/// Reads what ByteWriter wrote from untrusted bytes. After the first read past the end every
/// further read fails; ok() tells.
class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : bytes_(bytes) {}

  bool ok() const { return ok_; }
  size_t remaining() const { return bytes_.size() - position_; }
  bool AtEnd() const { return ok_ && remaining() == 0; }

  template <class T>
  T Get() {
    T value{};
    if (const char* at = Take(sizeof(T))) std::memcpy(&value, at, sizeof(T));
    return value;
  }
  /// A view of the next `count` elements of `size` bytes; null when there are fewer.
  const char* TakeArray(uint64_t count, size_t size) {
    if (count > remaining() / size) {
      ok_ = false;
      return nullptr;
    }
    return Take(static_cast<size_t>(count) * size);
  }
  const char* Take(size_t size) {
    if (!ok_ || size > remaining()) {
      ok_ = false;
      return nullptr;
    }
    const char* at = bytes_.data() + position_;
    position_ += size;
    return at;
  }
  std::string_view GetString() {
    const uint32_t size = Get<uint32_t>();
    const char* at = Take(size);
    return at == nullptr ? std::string_view() : std::string_view(at, size);
  }
  void Align8() { Take((8 - position_ % 8) % 8); }

 private:
  std::string_view bytes_;
  size_t position_ = 0;
  bool ok_ = true;
};

}  // namespace influxdb3::model
