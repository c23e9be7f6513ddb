#pragma once

#include <nghttp2/nghttp2.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "server/tests/raw_client.h"

namespace influxdb3::server::http {

struct Http2Reply {
  int status = 0;
  std::map<std::string, std::string> headers;
  std::string body;
  int informational = 0;  ///< a status below 200 that came before
  bool closed = false;
  uint32_t error = 0;  ///< why the stream was closed
};

/// A blocking HTTP/2 client, by nghttp2, over a socket that a test can also write to itself.
class Http2Client {
 public:
  using Headers = std::vector<std::pair<std::string, std::string>>;

  explicit Http2Client(const std::string& address) : socket_(address) {
    nghttp2_session_callbacks* callbacks = nullptr;
    nghttp2_session_callbacks_new(&callbacks);
    nghttp2_session_callbacks_set_on_header_callback(callbacks, OnHeader);
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, OnData);
    nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, OnClose);
    nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, OnFrame);
    nghttp2_session_client_new(&session_, callbacks, this);
    nghttp2_session_callbacks_del(callbacks);
    nghttp2_submit_settings(session_, NGHTTP2_FLAG_NONE, nullptr, 0);
  }
  ~Http2Client() { nghttp2_session_del(session_); }
  Http2Client(const Http2Client&) = delete;
  Http2Client& operator=(const Http2Client&) = delete;

  nghttp2_session* session() { return session_; }
  RawClient& socket() { return socket_; }
  Http2Reply& reply(int32_t id) { return replies_[id]; }
  bool got_goaway() const { return got_goaway_; }
  uint32_t goaway_error() const { return goaway_error_; }

  /// Queues a request; its body, when `has_body`, is what Append gave it, ended by `End`.
  int32_t Submit(const std::string& method, const std::string& path, const std::string& body = "",
                 const Headers& more = {}, bool ends = true) {
    Headers headers = {
        {":method", method}, {":scheme", "http"}, {":path", path}, {":authority", "h"}};
    headers.insert(headers.end(), more.begin(), more.end());
    std::vector<nghttp2_nv> views;
    for (auto& [name, value] : headers) {
      views.push_back({reinterpret_cast<uint8_t*>(name.data()),
                       reinterpret_cast<uint8_t*>(value.data()), name.size(), value.size(),
                       NGHTTP2_NV_FLAG_NONE});
    }
    bodies_.push_back(std::make_unique<Body>(Body{body, 0, ends}));
    nghttp2_data_provider provider{};
    provider.source.ptr = bodies_.back().get();
    provider.read_callback = ReadBody;
    const bool has_body = !body.empty() || !ends;
    return nghttp2_submit_request(session_, nullptr, views.data(), views.size(),
                                  has_body ? &provider : nullptr, nullptr);
  }

  /// Sends what is queued. False when the connection is gone.
  bool Flush() {
    while (true) {
      const uint8_t* bytes = nullptr;
      const auto size = nghttp2_session_mem_send(session_, &bytes);
      if (size <= 0) return size == 0;
      if (!socket_.Send({reinterpret_cast<const char*>(bytes), static_cast<size_t>(size)})) {
        return false;
      }
    }
  }

  /// Sends and receives until `done()`; false when the connection ended before.
  template <class Done>
  bool RunUntil(Done done) {
    while (true) {
      Flush();
      if (done()) return true;
      const std::string bytes = socket_.ReceiveSome();
      if (bytes.empty()) return done();
      nghttp2_session_mem_recv(session_, reinterpret_cast<const uint8_t*>(bytes.data()),
                               bytes.size());
    }
  }

  Http2Reply Request(const std::string& method, const std::string& path,
                     const std::string& body = "", const Headers& more = {}) {
    const int32_t id = Submit(method, path, body, more);
    RunUntil([&]() { return replies_[id].closed; });
    return replies_[id];
  }

 private:
  struct Body {
    std::string bytes;
    size_t sent = 0;
    bool ends = true;
  };

  static Http2Client* Of(void* client) { return static_cast<Http2Client*>(client); }
  static int OnHeader(nghttp2_session*, const nghttp2_frame* frame, const uint8_t* name,
                      size_t name_size, const uint8_t* value, size_t value_size, uint8_t,
                      void* data) {
    Http2Reply& reply = Of(data)->replies_[frame->hd.stream_id];
    const std::string key(reinterpret_cast<const char*>(name), name_size);
    const std::string text(reinterpret_cast<const char*>(value), value_size);
    if (key != ":status") {
      reply.headers[key] = text;
    } else if (std::stoi(text) < 200) {
      reply.informational = std::stoi(text);
    } else {
      reply.status = std::stoi(text);
    }
    return 0;
  }
  static int OnData(nghttp2_session*, uint8_t, int32_t id, const uint8_t* bytes, size_t size,
                    void* data) {
    Of(data)->replies_[id].body.append(reinterpret_cast<const char*>(bytes), size);
    return 0;
  }
  static int OnClose(nghttp2_session*, int32_t id, uint32_t error, void* data) {
    Of(data)->replies_[id].closed = true;
    Of(data)->replies_[id].error = error;
    return 0;
  }
  static int OnFrame(nghttp2_session*, const nghttp2_frame* frame, void* data) {
    if (frame->hd.type != NGHTTP2_GOAWAY) return 0;
    Of(data)->got_goaway_ = true;
    Of(data)->goaway_error_ = frame->goaway.error_code;
    return 0;
  }
  static ssize_t ReadBody(nghttp2_session*, int32_t, uint8_t* out, size_t size, uint32_t* flags,
                          nghttp2_data_source* source, void*) {
    Body* body = static_cast<Body*>(source->ptr);
    const size_t taken = std::min(size, body->bytes.size() - body->sent);
    std::memcpy(out, body->bytes.data() + body->sent, taken);
    body->sent += taken;
    if (body->sent == body->bytes.size()) {
      if (body->ends) *flags |= NGHTTP2_DATA_FLAG_EOF;
      if (!body->ends && taken == 0) return NGHTTP2_ERR_DEFERRED;
    }
    return static_cast<ssize_t>(taken);
  }

  RawClient socket_;
  nghttp2_session* session_ = nullptr;
  std::map<int32_t, Http2Reply> replies_;
  std::vector<std::unique_ptr<Body>> bodies_;
  bool got_goaway_ = false;
  uint32_t goaway_error_ = 0;
};

}  // namespace influxdb3::server::http
