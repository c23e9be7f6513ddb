// Fails on purpose for one input in reach of the mutations: proves that a find is reported at all.

#include <cstdint>
#include <cstdlib>
#include <cstring>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size >= 3 && std::memcmp(data, "BUX", 3) == 0) std::abort();
  return 0;
}
