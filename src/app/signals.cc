#include "app/signals.h"

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <string>

namespace influxdb3::app {
namespace {

constexpr int kForcedExitCode = 1;

// A handler may only touch lock-free atomics and file descriptors.
std::atomic<int> g_stop_count{0};
int g_pipe[2] = {-1, -1};

void OnStopSignal(int signal_number) {
  if (g_stop_count.fetch_add(1) > 0) _exit(kForcedExitCode);
  const int saved_errno = errno;
  const auto byte = static_cast<unsigned char>(signal_number);
  [[maybe_unused]] const ssize_t written = write(g_pipe[1], &byte, 1);
  errno = saved_errno;
}

}  // namespace

util::Status InstallStopSignals() {
  if (g_pipe[0] >= 0) return util::Status::Ok();
  if (pipe(g_pipe) != 0) {
    return util::Status::Io(std::string("cannot create a pipe: ") + std::strerror(errno));
  }
  for (const int end : g_pipe) fcntl(end, F_SETFD, FD_CLOEXEC);
  struct sigaction action {};
  action.sa_handler = OnStopSignal;
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  sigset_t unblocked;
  sigemptyset(&unblocked);
  for (const int number : {SIGINT, SIGTERM}) {
    sigaction(number, &action, nullptr);
    sigaddset(&unblocked, number);
  }
  pthread_sigmask(SIG_UNBLOCK, &unblocked, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  return util::Status::Ok();
}

void RequestStop() {
  const unsigned char byte = 0;
  [[maybe_unused]] const ssize_t written = write(g_pipe[1], &byte, 1);
}

int WaitForStopSignal() {
  unsigned char byte = 0;
  while (read(g_pipe[0], &byte, 1) < 0 && errno == EINTR) {
  }
  return byte;
}

}  // namespace influxdb3::app
