#pragma once

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "util/check.h"

/// Memory of a write batch under construction, and what owns it afterwards.
namespace influxdb3::ingest {

struct FreeDeleter {
  void operator()(void* memory) const { std::free(memory); }
};
using OwnedMemory = std::unique_ptr<void, FreeDeleter>;

/// An array of plain values that grows by reallocation and does not initialise what it reserves.
template <class T>
class GrowArray {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  T* data() { return static_cast<T*>(memory_.get()); }
  const T* data() const { return static_cast<const T*>(memory_.get()); }
  T& operator[](size_t index) { return data()[index]; }
  const T& operator[](size_t index) const { return data()[index]; }
  size_t capacity() const { return capacity_; }

  /// Keeps the content.
  void Reserve(size_t capacity) {
    if (capacity <= capacity_) return;
    void* grown = std::realloc(memory_.release(), capacity * sizeof(T));
    CHECK(grown != nullptr);
    memory_.reset(grown);
    capacity_ = capacity;
  }
  void ReserveGeometric(size_t capacity) {
    if (capacity > capacity_) Reserve(std::max(capacity, capacity_ * 2));
  }
  OwnedMemory Release() {
    capacity_ = 0;
    return std::move(memory_);
  }

 private:
  OwnedMemory memory_;
  size_t capacity_ = 0;
};

/// Text that does not stand in the body as it is meant: unescaped names and values. Never moves.
class TextArena {
 public:
  /// Room for `size` bytes; give back what was not needed before the next call.
  char* Allocate(size_t size) {
    if (size > left_) {
      const size_t block = std::max(size, kBlockBytes);
      blocks_.push_back(std::make_unique_for_overwrite<char[]>(block));
      next_ = blocks_.back().get();
      left_ = block;
    }
    char* text = next_;
    next_ += size;
    left_ -= size;
    return text;
  }
  void GiveBack(size_t size) {
    next_ -= size;
    left_ += size;
  }

 private:
  static constexpr size_t kBlockBytes = 16 << 10;
  std::vector<std::unique_ptr<char[]>> blocks_;
  char* next_ = nullptr;
  size_t left_ = 0;
};

/// What the views of a finished batch point into: WriteBatch::backing.
struct BatchStorage {
  std::shared_ptr<const std::string> body;
  TextArena arena;
  std::vector<OwnedMemory> arrays;
};

}  // namespace influxdb3::ingest
