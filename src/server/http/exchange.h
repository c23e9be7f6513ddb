#pragma once

#include <atomic>
#include <functional>
#include <mutex>

#include "server/http/request.h"
#include "server/http/response.h"

namespace influxdb3::server::http {

/// One request waiting for its reply. Thread-safe but for request(), which belongs to the handler.
/// A handler keeps the shared_ptr for as long as it works; dropping it without a reply answers 500.
class Exchange {
 public:
  using Responder = std::function<void(Response)>;
  Exchange(Request request, Responder responder)
      : request_(std::move(request)), responder_(std::move(responder)) {}
  ~Exchange();
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  Request& request() { return request_; }

  /// Sends the reply; only the first call has an effect.
  void Respond(Response response);

  /// `hook` runs once when the client leaves before the reply, on any thread, or at once when it
  /// has left already. It must not block.
  void OnDisconnect(std::function<void()> hook);
  bool disconnected() const { return disconnected_.load(); }

  /// Called by the connection.
  void Disconnect();

 private:
  Request request_;
  const Responder responder_;
  std::atomic<bool> responded_{false};
  std::atomic<bool> disconnected_{false};
  std::mutex hook_mutex_;  ///< guards hook_
  std::function<void()> hook_;
};

}  // namespace influxdb3::server::http
