#include "util/fault_point.h"

#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <string>

namespace influxdb3::util {
namespace {

std::atomic<bool> hook_installed{false};
std::mutex hook_mutex;  // guards the hook itself

std::shared_ptr<const FaultHook>& Hook() {
  static auto& hook = *new std::shared_ptr<const FaultHook>();
  return hook;
}

}  // namespace

void SetFaultHook(FaultHook hook) {
  std::lock_guard lock(hook_mutex);
  hook_installed = static_cast<bool>(hook);
  Hook() = hook ? std::make_shared<const FaultHook>(std::move(hook)) : nullptr;
}

void InstallFaultPointFromEnvironment() {
  const char* setting = std::getenv("INFLUXDB3_FAULT_POINT");
  if (setting == nullptr || *setting == '\0') return;
  std::string name = setting;
  int passings = 1;
  if (size_t colon = name.rfind(':'); colon != std::string::npos) {
    passings = std::atoi(name.c_str() + colon + 1);
    name.resize(colon);
  }
  auto left = std::make_shared<std::atomic<int>>(passings);
  SetFaultHook([name, left](std::string_view passed) {
    if (passed == name && --*left == 0) _exit(137);
    return Status::Ok();
  });
}

Status FaultPoint(std::string_view name) {
  if (!hook_installed.load(std::memory_order_relaxed)) [[likely]]
    return Status::Ok();
  std::shared_ptr<const FaultHook> hook;
  {
    std::lock_guard lock(hook_mutex);
    hook = Hook();
  }
  return hook ? (*hook)(name) : Status::Ok();
}

}  // namespace influxdb3::util
