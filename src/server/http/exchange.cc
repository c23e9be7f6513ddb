#include "server/http/exchange.h"

namespace influxdb3::server::http {

Exchange::~Exchange() {
  if (!responded_.load()) Respond(MakeResponse(500, "internal error: the request was dropped"));
}

void Exchange::Respond(Response response) {
  if (responded_.exchange(true)) return;
  responder_(std::move(response));
}

void Exchange::OnDisconnect(std::function<void()> hook) {
  {
    const std::lock_guard lock(hook_mutex_);
    if (!disconnected_.load()) {
      hook_ = std::move(hook);
      return;
    }
  }
  hook();
}

void Exchange::Disconnect() {
  std::function<void()> hook;
  {
    const std::lock_guard lock(hook_mutex_);
    disconnected_.store(true);
    hook = std::move(hook_);
    hook_ = nullptr;
  }
  if (hook) hook();
}

}  // namespace influxdb3::server::http
