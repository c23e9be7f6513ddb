#include "http_connection.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <charconv>
#include <cstring>

#include <fmt/format.h>

namespace influxdb3::bench {
namespace {

constexpr size_t kReceiveBytes = 256 << 10;

std::string HeaderValue(const std::string& lower_head, std::string_view name) {
  const std::string key = fmt::format("\r\n{}:", name);
  const size_t found = lower_head.find(key);
  if (found == std::string::npos) return "";
  const size_t begin = lower_head.find_first_not_of(' ', found + key.size());
  return lower_head.substr(begin, lower_head.find("\r\n", begin) - begin);
}

}  // namespace

HttpReply HttpConnection::Post(std::string_view path, std::string_view content_type,
                               std::string_view body) {
  HttpReply reply;
  const std::string head = fmt::format(
      "POST {} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nContent-Type: {}\r\nContent-Length: {}\r\n\r\n",
      path, port_, content_type, body.size());
  if (socket_ < 0 && !Connect()) {
    reply.body = fmt::format("cannot connect to port {}: {}", port_, std::strerror(errno));
    return reply;
  }
  if (!SendAll(head, body) || !ReadReply(&reply)) {
    reply = {0, "the connection broke"};
    Close();
  }
  return reply;
}

bool HttpConnection::Connect() {
  socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (socket_ < 0) return false;
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port_);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
    Close();
    return false;
  }
  const int on = 1;
  ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  return true;
}

void HttpConnection::Close() {
  if (socket_ >= 0) ::close(socket_);
  socket_ = -1;
  received_.clear();
  position_ = 0;
}

bool HttpConnection::SendAll(std::string_view head, std::string_view body) {
  while (!head.empty() || !body.empty()) {
    iovec parts[2] = {{const_cast<char*>(head.data()), head.size()},
                      {const_cast<char*>(body.data()), body.size()}};
    msghdr message{};
    message.msg_iov = parts;
    message.msg_iovlen = 2;
    const ssize_t sent = ::sendmsg(socket_, &message, MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent <= 0) return false;
    const size_t of_head = std::min(static_cast<size_t>(sent), head.size());
    head.remove_prefix(of_head);
    body.remove_prefix(static_cast<size_t>(sent) - of_head);
  }
  return true;
}

bool HttpConnection::Receive() {
  if (position_ == received_.size()) {
    received_.clear();
    position_ = 0;
  }
  const size_t size = received_.size();
  received_.resize(size + kReceiveBytes);
  ssize_t count;
  do {
    count = ::recv(socket_, received_.data() + size, kReceiveBytes, 0);
  } while (count < 0 && errno == EINTR);
  received_.resize(size + static_cast<size_t>(std::max<ssize_t>(count, 0)));
  return count > 0;
}

bool HttpConnection::ReadReply(HttpReply* reply) {
  std::string head;
  if (!ReadHead(&head)) return false;
  const char* status = head.data() + head.find(' ') + 1;
  std::from_chars(status, status + 3, reply->status);
  std::transform(head.begin(), head.end(), head.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  bool ok = true;
  if (HeaderValue(head, "transfer-encoding") == "chunked") {
    ok = ReadChunks(&reply->body);
  } else if (const std::string length = HeaderValue(head, "content-length"); !length.empty()) {
    ok = ReadSized(std::stoul(length), &reply->body);
  }
  if (HeaderValue(head, "connection") == "close") Close();
  return ok;
}

bool HttpConnection::ReadHead(std::string* head) {
  size_t end;
  while ((end = received_.find("\r\n\r\n", position_)) == std::string::npos) {
    if (!Receive()) return false;
  }
  *head = received_.substr(position_, end + 2 - position_);
  position_ = end + 4;
  return true;
}

bool HttpConnection::ReadSized(size_t size, std::string* body) {
  while (size > 0) {
    if (position_ == received_.size() && !Receive()) return false;
    const size_t count = std::min(size, received_.size() - position_);
    body->append(received_, position_, count);
    position_ += count;
    size -= count;
  }
  return true;
}

bool HttpConnection::ReadLine(std::string* line) {
  size_t end;
  while ((end = received_.find("\r\n", position_)) == std::string::npos) {
    if (!Receive()) return false;
  }
  *line = received_.substr(position_, end - position_);
  position_ = end + 2;
  return true;
}

bool HttpConnection::ReadChunks(std::string* body) {
  std::string line;
  while (ReadLine(&line)) {
    size_t size = 0;
    std::from_chars(line.data(), line.data() + line.size(), size, 16);
    if (size == 0) return ReadLine(&line);
    if (!ReadSized(size, body) || !ReadLine(&line)) return false;
  }
  return false;
}

}  // namespace influxdb3::bench
