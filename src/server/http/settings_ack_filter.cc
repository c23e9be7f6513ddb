#include "server/http/settings_ack_filter.h"

#include <algorithm>

namespace influxdb3::server::http {
namespace {

constexpr size_t kHeadBytes = 9;
constexpr char kSettingsType = 4;
constexpr char kAckFlag = 1;

uint32_t PayloadBytes(const std::string& head) {
  const auto byte = [&](size_t i) { return static_cast<uint32_t>(static_cast<uint8_t>(head[i])); };
  return byte(0) << 16 | byte(1) << 8 | byte(2);
}

bool IsSettingsAck(const std::string& head) {
  return head[3] == kSettingsType && (head[4] & kAckFlag) != 0 && PayloadBytes(head) == 0;
}

}  // namespace

void SettingsAckFilter::Pass(std::string_view bytes, std::string* out) {
  while (!bytes.empty() && !done()) {
    const size_t of_payload = std::min<size_t>(payload_left_, bytes.size());
    out->append(bytes.substr(0, of_payload));
    payload_left_ -= static_cast<uint32_t>(of_payload);
    bytes.remove_prefix(of_payload);
    const size_t of_head = std::min(kHeadBytes - head_.size(), bytes.size());
    head_.append(bytes.substr(0, of_head));
    bytes.remove_prefix(of_head);
    if (head_.size() < kHeadBytes) continue;
    if (IsSettingsAck(head_) && acks_left_ > 0) {
      --acks_left_;
    } else {
      out->append(head_);
      payload_left_ = PayloadBytes(head_);
    }
    head_.clear();
  }
  out->append(bytes);
}

}  // namespace influxdb3::server::http
