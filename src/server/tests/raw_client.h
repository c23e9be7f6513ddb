#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include <gtest/gtest.h>

namespace influxdb3::server::http {

/// A parsed reply. Header names in lower case.
struct RawReply {
  int status = 0;  ///< 0 when the connection ended before a whole reply
  std::map<std::string, std::string> headers;
  std::string body;
  bool intact = false;  ///< the body came to its marked end
};

/// A blocking socket that sends exactly what a test says.
class RawClient {
 public:
  static constexpr int kPatienceMs = 20000;

  explicit RawClient(const std::string& address) {
    fd_ = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in peer{};
    peer.sin_family = AF_INET;
    peer.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    peer.sin_port = htons(static_cast<uint16_t>(std::atoi(&address[address.rfind(':') + 1])));
    EXPECT_EQ(connect(fd_, reinterpret_cast<sockaddr*>(&peer), sizeof(peer)), 0);
    const int on = 1;
    setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  }
  ~RawClient() { Close(); }
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  void Close() {
    if (fd_ >= 0) close(fd_);
    fd_ = -1;
  }
  int fd() const { return fd_; }

  /// False when the peer does not take it any more.
  bool Send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t size = send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (size <= 0) return false;
      bytes.remove_prefix(static_cast<size_t>(size));
    }
    return true;
  }

  /// False at the end of the connection; a test failure when nothing comes.
  bool ReceiveMore() {
    pollfd waiting{fd_, POLLIN, 0};
    if (poll(&waiting, 1, kPatienceMs) <= 0) {
      ADD_FAILURE() << "no answer; received so far: " << buffer_.substr(0, 200);
      return false;
    }
    char bytes[65536];
    const ssize_t size = recv(fd_, bytes, sizeof(bytes), 0);
    if (size <= 0) return false;
    buffer_.append(bytes, static_cast<size_t>(size));
    return true;
  }

  /// Whatever has come or comes next; empty at the end of the connection.
  std::string ReceiveSome() {
    if (buffer_.empty()) ReceiveMore();
    return std::exchange(buffer_, std::string());
  }

  /// The next `size` bytes, or what came before the end of the connection.
  std::string ReceiveBytes(size_t size) {
    while (buffer_.size() < size && ReceiveMore()) {
    }
    std::string bytes = buffer_.substr(0, size);
    buffer_.erase(0, bytes.size());
    return bytes;
  }

  bool AtEnd() { return buffer_.empty() && !ReceiveMore(); }

  RawReply Receive(bool bodiless = false) {
    RawReply reply;
    size_t head_end = 0;
    while ((head_end = buffer_.find("\r\n\r\n")) == std::string::npos) {
      if (!ReceiveMore()) return reply;
    }
    ParseHead(buffer_.substr(0, head_end), &reply);
    buffer_.erase(0, head_end + 4);
    if (bodiless || reply.status == 204 || reply.status == 100) {
      reply.intact = true;
    } else if (reply.headers.count("transfer-encoding") > 0) {
      reply.intact = ReceiveChunks(&reply.body);
    } else if (reply.headers.count("content-length") > 0) {
      const size_t size = std::stoul(reply.headers["content-length"]);
      while (buffer_.size() < size && ReceiveMore()) {
      }
      reply.intact = buffer_.size() >= size;
      reply.body = buffer_.substr(0, size);
      buffer_.erase(0, size);
    } else {
      while (ReceiveMore()) {
      }
      reply.body.swap(buffer_);
      reply.intact = true;
    }
    return reply;
  }

  RawReply Exchange(std::string_view request) {
    Send(request);
    return Receive();
  }

  /// A request with Host and, with a body, Content-Length.
  RawReply Request(const std::string& method, const std::string& target,
                   const std::string& body = "", const std::string& extra_headers = "") {
    std::string text = method + " " + target + " HTTP/1.1\r\nHost: h\r\n" + extra_headers;
    if (!body.empty()) text += "Content-Length: " + std::to_string(body.size()) + "\r\n";
    Send(text + "\r\n" + body);
    return Receive(method == "HEAD");
  }

 private:
  static void ParseHead(const std::string& head, RawReply* reply) {
    reply->status = std::atoi(head.c_str() + head.find(' ') + 1);
    size_t start = head.find("\r\n");
    while (start != std::string::npos) {
      start += 2;
      const size_t end = head.find("\r\n", start);
      const std::string line = head.substr(start, end == std::string::npos ? end : end - start);
      const size_t colon = line.find(':');
      std::string name = line.substr(0, colon);
      std::transform(name.begin(), name.end(), name.begin(), ::tolower);
      reply->headers[name] = line.substr(colon + 2);
      start = end;
    }
  }

  bool ReceiveChunks(std::string* body) {
    while (true) {
      size_t line_end = 0;
      while ((line_end = buffer_.find("\r\n")) == std::string::npos) {
        if (!ReceiveMore()) return false;
      }
      const size_t size = std::stoul(buffer_.substr(0, line_end), nullptr, 16);
      while (buffer_.size() < line_end + 2 + size + 2) {
        if (!ReceiveMore()) return false;
      }
      body->append(buffer_, line_end + 2, size);
      buffer_.erase(0, line_end + 2 + size + 2);
      if (size == 0) return true;
    }
  }

  int fd_ = -1;
  std::string buffer_;
};

}  // namespace influxdb3::server::http
