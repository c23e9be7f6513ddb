#pragma once

#include <cstddef>

namespace influxdb3::wal {

/// Rearranges `count` values of `width` bytes (4 or 8) so that the first bytes of all values come
/// first, then the second bytes, and so on. Neighbouring numbers agree in most of their bytes, so
/// LZ4 packs the result better and several times faster than the numbers. `from` and `to` do not
/// overlap and need no alignment.
void SplitIntoBytePlanes(const void* from, size_t count, size_t width, void* to);

/// The inverse.
void JoinBytePlanes(const void* from, size_t count, size_t width, void* to);

}  // namespace influxdb3::wal
