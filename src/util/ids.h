#pragma once

#include <compare>
#include <cstdint>
#include <functional>

namespace influxdb3::util {

/// An integer that cannot be mixed up with another kind of integer.
template <class Tag, class Int>
struct StrongId {
  using ValueType = Int;
  Int value = 0;

  constexpr StrongId() = default;
  constexpr explicit StrongId(Int v) : value(v) {}
  constexpr auto operator<=>(const StrongId&) const = default;
};

/// Never reused within one node's log, also after deletion.
using DbId = StrongId<struct DbIdTag, uint32_t>;
/// Unique over all databases of a node; never reused.
using TableId = StrongId<struct TableIdTag, uint32_t>;
/// Position of a column in its table's schema, counted from 0 in order of creation. `time` has
/// none.
using ColumnId = StrongId<struct ColumnIdTag, uint32_t>;
/// Sequence number of a WAL record: 1, 2, 3, … without gaps.
using WalSeq = StrongId<struct WalSeqTag, uint64_t>;

}  // namespace influxdb3::util

template <class Tag, class Int>
struct std::hash<influxdb3::util::StrongId<Tag, Int>> {
  size_t operator()(const influxdb3::util::StrongId<Tag, Int>& id) const noexcept {
    return std::hash<Int>()(id.value);
  }
};
