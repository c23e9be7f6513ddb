#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>

namespace influxdb3::buffer {

/// What a reader holds of a PublishedArray: elements that never change again.
template <class T>
struct PublishedView {
  std::shared_ptr<const T[]> elements;  ///< null when empty
  uint32_t size = 0;
};

/// A contiguous array that only grows. One writer appends; a view taken under the owner's lock
/// stays readable without it, since appending writes behind the view and growing moves to a new
/// allocation. T is trivially copyable.
template <class T>
class PublishedArray {
 public:
  uint32_t size() const { return size_; }
  const T& operator[](uint32_t index) const { return elements_[index]; }
  size_t allocated_bytes() const { return size_t{capacity_} * sizeof(T); }
  PublishedView<T> view() const { return {elements_, size_}; }

  void Append(const T& element) {
    if (size_ == capacity_) Grow(size_ + 1);
    elements_[size_++] = element;
  }
  void AppendCopies(uint32_t count, const T& element) {
    if (size_ + count > capacity_) Grow(size_ + count);
    std::fill_n(elements_.get() + size_, count, element);
    size_ += count;
  }

 private:
  static constexpr uint32_t kCapacityMin = 4;

  void Grow(uint32_t size_min) {
    const uint32_t capacity = std::max({size_min, capacity_ + capacity_ / 2, kCapacityMin});
    auto elements = std::make_shared_for_overwrite<T[]>(capacity);
    std::copy_n(elements_.get(), size_, elements.get());
    elements_ = std::move(elements);
    capacity_ = capacity;
  }

  std::shared_ptr<T[]> elements_;
  uint32_t size_ = 0;
  uint32_t capacity_ = 0;
};

}  // namespace influxdb3::buffer
