#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace influxdb3::buffer {

/// A hash index from keys to dense ids: keeps 32 bits of each key's hash and leaves the keys to the
/// owner, 8 bytes a slot. Only grows.
class HashedIds {
 public:
  /// The id for which `equal(id)` holds among those inserted with `hash`, or `missing`.
  template <class Equal>
  uint32_t Find(uint32_t hash, uint32_t missing, const Equal& equal) const {
    if (slots_.empty()) return missing;
    const size_t mask = slots_.size() - 1;
    for (size_t i = hash & mask; slots_[i].id_plus_one != 0; i = (i + 1) & mask) {
      if (slots_[i].hash == hash && equal(slots_[i].id_plus_one - 1)) {
        return slots_[i].id_plus_one - 1;
      }
    }
    return missing;
  }

  void Insert(uint32_t hash, uint32_t id) {
    if ((size_ + 1) * 3 > slots_.size() * 2) Grow();
    Place({hash, id + 1});
    ++size_;
  }

  size_t allocated_bytes() const { return slots_.capacity() * sizeof(Slot); }

 private:
  struct Slot {
    uint32_t hash = 0;
    uint32_t id_plus_one = 0;  // 0 marks an empty slot
  };

  void Place(Slot slot) {
    const size_t mask = slots_.size() - 1;
    size_t i = slot.hash & mask;
    while (slots_[i].id_plus_one != 0) i = (i + 1) & mask;
    slots_[i] = slot;
  }

  void Grow() {
    std::vector<Slot> old(slots_.empty() ? 4 : slots_.size() * 2);
    old.swap(slots_);
    for (const Slot& slot : old) {
      if (slot.id_plus_one != 0) Place(slot);
    }
  }

  std::vector<Slot> slots_;  // a power of two of them
  size_t size_ = 0;
};

}  // namespace influxdb3::buffer
