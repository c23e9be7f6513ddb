#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace influxdb3::buffer {

/// Owns objects by number; one writer sets them, readers look them up without locks. Directories
/// outgrown live on until the end, which at most doubles the space of the pointers.
template <class T>
class PointerDirectory {
 public:
  PointerDirectory() = default;
  PointerDirectory(const PointerDirectory&) = delete;
  PointerDirectory& operator=(const PointerDirectory&) = delete;
  ~PointerDirectory() {
    const Block* block = current_.load(std::memory_order_relaxed);
    if (block == nullptr) return;
    for (uint32_t i = 0; i < block->capacity; ++i) {
      delete block->slots[i].load(std::memory_order_relaxed);
    }
  }

  /// Null when nothing was set there. Any thread.
  T* Get(uint32_t index) const {
    const Block* block = current_.load(std::memory_order_acquire);
    if (block == nullptr || index >= block->capacity) return nullptr;
    return block->slots[index].load(std::memory_order_acquire);
  }

  /// Writer only; the place must be empty.
  T* Set(uint32_t index, std::unique_ptr<T> object) {
    Block* block = current_.load(std::memory_order_relaxed);
    if (block == nullptr || index >= block->capacity) block = Grow(index + 1);
    T* pointer = object.release();
    block->slots[index].store(pointer, std::memory_order_release);
    return pointer;
  }

  /// Of the directories themselves, without what they point to. Writer only.
  size_t allocated_bytes() const { return allocated_bytes_; }

 private:
  struct Block {
    explicit Block(uint32_t size) : capacity(size), slots(new std::atomic<T*>[size]()) {}
    const uint32_t capacity;
    const std::unique_ptr<std::atomic<T*>[]> slots;
  };
  static constexpr uint32_t kCapacityMin = 2;

  Block* Grow(uint32_t size_min) {
    const Block* old = current_.load(std::memory_order_relaxed);
    const uint32_t old_capacity = old == nullptr ? 0 : old->capacity;
    auto block = std::make_unique<Block>(std::max({size_min, old_capacity * 2, kCapacityMin}));
    for (uint32_t i = 0; i < old_capacity; ++i) {
      block->slots[i].store(old->slots[i].load(std::memory_order_relaxed),
                            std::memory_order_relaxed);
    }
    allocated_bytes_ += sizeof(Block) + block->capacity * sizeof(std::atomic<T*>);
    current_.store(block.get(), std::memory_order_release);
    blocks_.push_back(std::move(block));
    return blocks_.back().get();
  }

  std::atomic<Block*> current_{nullptr};
  std::vector<std::unique_ptr<Block>> blocks_;
  size_t allocated_bytes_ = 0;
};

}  // namespace influxdb3::buffer
