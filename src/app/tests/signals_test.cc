#include "app/signals.h"

#include <unistd.h>

#include <csignal>
#include <thread>

#include <gtest/gtest.h>

namespace influxdb3::app {
namespace {

[[noreturn]] void StopBy(int number, int count) {
  if (!InstallStopSignals().ok()) _exit(3);
  for (int i = 0; i < count; ++i) std::raise(number);
  _exit(WaitForStopSignal() == number ? 0 : 2);
}

class SignalsDeathTest : public ::testing::Test {
 protected:
  // The libraries we link start threads of their own, so a plain fork would not do.
  void SetUp() override { GTEST_FLAG_SET(death_test_style, "threadsafe"); }
};

TEST_F(SignalsDeathTest, TheFirstSignalAsksForAStop) {
  EXPECT_EXIT(StopBy(SIGTERM, 1), ::testing::ExitedWithCode(0), "");
  EXPECT_EXIT(StopBy(SIGINT, 1), ::testing::ExitedWithCode(0), "");
}

TEST_F(SignalsDeathTest, TheSecondSignalEndsTheProcess) {
  EXPECT_EXIT(StopBy(SIGINT, 2), ::testing::ExitedWithCode(1), "");
}

[[noreturn]] void StopFromWithin() {
  RequestStop();
  if (!InstallStopSignals().ok()) _exit(3);
  std::thread(RequestStop).join();
  _exit(WaitForStopSignal());
}

TEST_F(SignalsDeathTest, AStopFromWithinHasNoNumber) {
  EXPECT_EXIT(StopFromWithin(), ::testing::ExitedWithCode(0), "");
}

TEST_F(SignalsDeathTest, SignalsThatWereBlockedByTheParentWork) {
  sigset_t blocked;
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &blocked, nullptr);
  EXPECT_EXIT(StopBy(SIGTERM, 1), ::testing::ExitedWithCode(0), "");
  pthread_sigmask(SIG_UNBLOCK, &blocked, nullptr);
}

}  // namespace
}  // namespace influxdb3::app
