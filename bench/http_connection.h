#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace influxdb3::bench {

struct HttpReply {
  int status = 0;  ///< 0: the connection failed; `body` says how
  std::string body;
};

/// A keep-alive connection of blocking calls to a server on this machine, as lean as can be: the
/// load generator shares the processors with the server it measures.
class HttpConnection {
 public:
  explicit HttpConnection(uint16_t port) : port_(port) {}
  HttpConnection(const HttpConnection&) = delete;
  HttpConnection& operator=(const HttpConnection&) = delete;
  ~HttpConnection() { Close(); }

  /// Sends a POST and reads the whole reply. Connects when there is no connection.
  HttpReply Post(std::string_view path, std::string_view content_type, std::string_view body);

 private:
  bool Connect();
  void Close();
  bool SendAll(std::string_view head, std::string_view body);
  /// Receives more bytes behind `received_`; false at the end of the stream.
  bool Receive();
  bool ReadReply(HttpReply* reply);
  bool ReadHead(std::string* head);
  bool ReadSized(size_t size, std::string* body);
  bool ReadChunks(std::string* body);
  bool ReadLine(std::string* line);

  const uint16_t port_;
  int socket_ = -1;
  std::string received_;
  size_t position_ = 0;  // of the first byte of `received_` not used yet
};

}  // namespace influxdb3::bench
