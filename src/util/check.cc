#include "util/check.h"

#include <cstdio>
#include <cstdlib>

namespace influxdb3::util {

void CheckFailed(const char* condition, const char* file, int line) {
  std::fprintf(stderr, "%s:%d: check failed: %s\n", file, line, condition);
  std::fflush(stderr);
  std::abort();
}

}  // namespace influxdb3::util
