#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace influxdb3::server::http {

/// Takes the first acknowledgements of SETTINGS out of one direction of an HTTP/2 connection
/// (RFC 9113, section 4.1 and 6.5). Who talks to a client before another server takes the
/// connection over has to keep them from that server and from the client: neither sent, or will
/// send, what they acknowledge. For one thread at a time.
class SettingsAckFilter {
 public:
  /// `acks`: how many to take out. The bytes begin at a frame.
  explicit SettingsAckFilter(int acks) : acks_left_(acks) {}

  /// True when all were taken out: from then on bytes pass as they are.
  bool done() const { return acks_left_ == 0 && head_.empty(); }

  /// Appends to `out` what of `bytes` may pass. The head of a frame is held back until it is whole.
  void Pass(std::string_view bytes, std::string* out);

 private:
  int acks_left_;
  std::string head_;           ///< of the frame that has begun, while it is not whole
  uint32_t payload_left_ = 0;  ///< bytes of the current frame that are still to come
};

}  // namespace influxdb3::server::http
