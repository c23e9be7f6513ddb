#include "app/machine.h"

#include <sys/resource.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace influxdb3::app {

void TuneAllocator() {
#ifdef __GLIBC__
  // Bodies, batches and results come and go by the megabyte. By default each of them is mapped anew
  // and given back, which costs a query with a large result a third of its time in page faults.
  mallopt(M_MMAP_THRESHOLD, 32 << 20);
  mallopt(M_TRIM_THRESHOLD, 128 << 20);
#endif
}

void RaiseOpenFileLimit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

bool IsLoopbackAddress(const std::string& address) {
  return address.starts_with("127.") || address.starts_with("[::1]") ||
         address.starts_with("localhost:");
}

}  // namespace influxdb3::app
