// What a client sends over HTTP/2, made into requests.
#include <nghttp2/nghttp2.h>

#include <algorithm>
#include <charconv>
#include <string>
#include <utility>

#include "server/header_text.h"
#include "server/http/dispatch_internal.h"
#include "server/http/http2_callbacks_internal.h"
#include "server/http/http2_internal.h"
#include "util/clock.h"

namespace influxdb3::server::http {

namespace {

/// A client that takes back more requests than this on one connection does nothing else.
constexpr int kResetsMax = 1000;
constexpr std::string_view kGrpcType = "application/grpc";

bool IsCall(std::string_view content_type) {
  return content_type.substr(0, kGrpcType.size()) == kGrpcType;
}

std::string_view Text(const uint8_t* bytes, size_t size) {
  return {reinterpret_cast<const char*>(bytes), size};
}

}  // namespace

/// nghttp2's callbacks; each is a method of the connection.
struct Http2Callbacks {
  static Http2Connection* Of(void* connection) { return static_cast<Http2Connection*>(connection); }

  static int OnBegin(nghttp2_session*, const nghttp2_frame* frame, void* data) {
    if (frame->hd.type == NGHTTP2_HEADERS && frame->headers.cat == NGHTTP2_HCAT_REQUEST) {
      Of(data)->OnRequestBegin(frame->hd.stream_id);
    }
    return 0;
  }

  static int OnHeader(nghttp2_session*, const nghttp2_frame* frame, const uint8_t* name,
                      size_t name_size, const uint8_t* value, size_t value_size, uint8_t,
                      void* data) {
    if (frame->hd.type != NGHTTP2_HEADERS || frame->headers.cat != NGHTTP2_HCAT_REQUEST) return 0;
    const auto stream = Of(data)->Find(frame->hd.stream_id);
    if (stream) Of(data)->OnHeader(stream.get(), Text(name, name_size), Text(value, value_size));
    return 0;
  }

  static int OnFrame(nghttp2_session*, const nghttp2_frame* frame, void* data) {
    Http2Connection* connection = Of(data);
    const bool ended = (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0;
    if (frame->hd.type == NGHTTP2_SETTINGS && (frame->hd.flags & NGHTTP2_FLAG_ACK) == 0) {
      ++connection->settings_seen_;
    } else if (frame->hd.type == NGHTTP2_PING &&
               connection->use_ == Http2Connection::Use::kUndecided &&
               connection->PassesCallsOn()) {
      // Whose server answers it has to be clear now; calls are what connections are kept for.
      connection->use_ = Http2Connection::Use::kGrpc;
    } else if (frame->hd.type == NGHTTP2_HEADERS || frame->hd.type == NGHTTP2_DATA) {
      const auto stream = connection->Find(frame->hd.stream_id);
      if (!stream) return 0;
      const bool is_head =
          frame->hd.type == NGHTTP2_HEADERS && frame->headers.cat == NGHTTP2_HCAT_REQUEST;
      if (is_head) {
        connection->OnHead(stream, ended);
      } else if (ended) {
        connection->OnInputEnd(stream);
      }
    } else if (frame->hd.type == NGHTTP2_RST_STREAM && ++connection->resets_ > kResetsMax) {
      nghttp2_session_terminate_session(connection->session_, NGHTTP2_ENHANCE_YOUR_CALM);
    }
    return 0;
  }

  static int OnData(nghttp2_session*, uint8_t, int32_t id, const uint8_t* bytes, size_t size,
                    void* data) {
    const auto stream = Of(data)->Find(id);
    if (stream) Of(data)->OnBody(stream, Text(bytes, size));
    return 0;
  }

  static int OnSent(nghttp2_session* session, const nghttp2_frame* frame, void* data) {
    const bool last = (frame->hd.type == NGHTTP2_HEADERS || frame->hd.type == NGHTTP2_DATA) &&
                      (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0;
    if (last && nghttp2_session_get_stream_remote_close(session, frame->hd.stream_id) == 0) {
      Of(data)->OnRepliedEarly(frame->hd.stream_id);
    }
    return 0;
  }

  static int OnClose(nghttp2_session*, int32_t id, uint32_t, void* data) {
    Of(data)->OnStreamClosed(id);
    return 0;
  }
};

nghttp2_session* NewHttp2Session(Http2Connection* connection) {
  nghttp2_session_callbacks* callbacks = nullptr;
  if (nghttp2_session_callbacks_new(&callbacks) != 0) return nullptr;
  nghttp2_session_callbacks_set_on_begin_headers_callback(callbacks, Http2Callbacks::OnBegin);
  nghttp2_session_callbacks_set_on_header_callback(callbacks, Http2Callbacks::OnHeader);
  nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, Http2Callbacks::OnFrame);
  nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, Http2Callbacks::OnData);
  nghttp2_session_callbacks_set_on_frame_send_callback(callbacks, Http2Callbacks::OnSent);
  nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, Http2Callbacks::OnClose);
  nghttp2_option* options = nullptr;
  if (nghttp2_option_new(&options) != 0) {
    nghttp2_session_callbacks_del(callbacks);
    return nullptr;
  }
  // Clients do send blanks around values: `Bearer ` of an empty token.
  nghttp2_option_set_no_rfc9113_leading_and_trailing_ws_validation(options, 1);
  nghttp2_session* session = nullptr;
  const int failed = nghttp2_session_server_new2(&session, callbacks, connection, options);
  nghttp2_option_del(options);
  nghttp2_session_callbacks_del(callbacks);
  return failed == 0 ? session : nullptr;
}

Http2Connection::StreamPtr Http2Connection::Find(int32_t id) const {
  const auto found = streams_.find(id);
  return found == streams_.end() ? nullptr : found->second;
}

void Http2Connection::OnRequestBegin(int32_t id) {
  if (use_ == Use::kGrpc || draining_) return;
  auto stream = std::make_shared<Http2Stream>(id);
  stream->started_ns = util::Clock::System().SteadyNs();
  streams_.emplace(id, std::move(stream));
}

void Http2Connection::OnHeader(Http2Stream* stream, std::string_view name, std::string_view value) {
  if (use_ == Use::kUndecided && PassesCallsOn() && name == "content-type" && IsCall(value)) {
    // Whatever else is wrong with it: that is for the server of calls to judge.
    use_ = Use::kGrpc;
  }
  // The protocol's own measure: 32 bytes for each, whatever its length.
  stream->header_bytes += name.size() + value.size() + 32;
  if (stream->header_bytes > core_->options.header_bytes_max) return;
  if (name == ":method") {
    stream->method = MethodFromName(value);
    stream->request.method = stream->method;
  } else if (name == ":path") {
    stream->request.SetTarget(value);
  } else if (name == ":authority") {
    stream->request.headers.emplace_back("host", value);
  } else if (name.empty() || name[0] != ':') {
    stream->request.headers.emplace_back(name, value);
  }
}

void Http2Connection::OnHead(const StreamPtr& stream, bool ended) {
  const Request& request = stream->request;
  const bool is_call = IsCall(request.Header("content-type"));
  if (use_ == Use::kUndecided) use_ = Use::kRequests;
  if (use_ == Use::kGrpc) return;
  if (stream->header_bytes > core_->options.header_bytes_max) {
    Reply(stream, MakeResponse(431, "request header is too large"));
    return;
  }
  if (is_call) {
    Reply(stream, MakeResponse(415, "calls of gRPC need a connection of their own"));
    return;
  }
  std::optional<Response> refusal = CheckRequestHead(stream.get());
  if (refusal) {
    Reply(stream, std::move(*refusal));
    return;
  }
  if (ended || request.body_too_large) {
    Dispatch(stream);
    return;
  }
  stream->takes_body = true;
  if (EqualsIgnoreCase(request.Header("expect"), "100-continue")) InviteBody(stream->id);
}

std::optional<Response> Http2Connection::CheckRequestHead(Http2Stream* stream) {
  std::optional<Response> refusal = CheckHead(core_->router, stream->request, &stream->route);
  if (refusal) return refusal;
  const std::string_view length = stream->request.Header("content-length");
  uint64_t size = 0;
  std::from_chars(length.data(), length.data() + length.size(), size);
  if (size > core_->options.body_bytes_max) stream->request.body_too_large = true;
  return std::nullopt;
}

void Http2Connection::OnBody(const StreamPtr& stream, std::string_view bytes) {
  if (!stream->takes_body) return;
  Request& request = stream->request;
  stream->body_bytes_received += bytes.size();
  if (stream->body_bytes_received > core_->options.body_bytes_max) request.body_too_large = true;
  if (request.body_too_large) {
    // The handler knows how its endpoint says it.
    request.body = std::string();
    stream->takes_body = false;
    Dispatch(stream);
    return;
  }
  const size_t grown = std::max(request.body.size() + bytes.size(),
                                request.body.empty() ? bytes.size() : request.body.size() * 2);
  if (request.body.size() + bytes.size() > stream->body_bytes_reserved) {
    const size_t more = grown - stream->body_bytes_reserved;
    const size_t before = core_->bodies_in_flight_bytes.fetch_add(more);
    stream->body_bytes_reserved += more;
    if (before + more > core_->options.bodies_in_flight_bytes_max) {
      stream->takes_body = false;
      Reply(stream, MakeResponse(429, "this service is overloaded, please try again later"));
      return;
    }
    request.body.reserve(stream->body_bytes_reserved);
  }
  request.body.append(bytes);
}

void Http2Connection::OnInputEnd(const StreamPtr& stream) {
  if (!stream->takes_body) return;
  stream->takes_body = false;
  Dispatch(stream);
}

void Http2Connection::OnRepliedEarly(int32_t id) {
  const StreamPtr stream = Find(id);
  // Some clients see no reply when they are told at once not to send the rest.
  if (stream && !draining_) {
    stream->lingers_until_ns = util::Clock::System().SteadyNs() + core_->options.linger_timeout_ns;
    return;
  }
  nghttp2_submit_rst_stream(session_, NGHTTP2_FLAG_NONE, id, NGHTTP2_NO_ERROR);
}

void Http2Connection::OnStreamClosed(int32_t id) {
  const StreamPtr stream = Find(id);
  if (!stream) return;
  Leave(stream);
  streams_.erase(id);
  Wake();
}

}  // namespace influxdb3::server::http
