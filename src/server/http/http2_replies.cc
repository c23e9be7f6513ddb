// Requests that came over HTTP/2 handed to their handlers, and replies sent.
#include <nghttp2/nghttp2.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/post.hpp>

#include "server/http/dispatch_internal.h"
#include "server/http/http2_internal.h"
#include "server/http/reply_head.h"
#include "util/clock.h"
#include "util/log.h"

namespace influxdb3::server::http {

namespace asio = boost::asio;

namespace {

using Headers = std::vector<std::pair<std::string, std::string>>;

Headers HeadersOf(const Response& response, const std::string& cluster_uuid) {
  Headers headers;
  headers.emplace_back(":status", std::to_string(response.status));
  ForEachReplyHeader(response, cluster_uuid, [&](std::string_view name, std::string_view value) {
    std::string lower(name);
    std::transform(lower.begin(), lower.end(), lower.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    headers.emplace_back(std::move(lower), value);
  });
  if (!response.producer && response.status != 204) {
    headers.emplace_back("content-length", std::to_string(response.body.size()));
  }
  return headers;
}

/// Views of `headers`, which nghttp2 copies and does not write to.
std::vector<nghttp2_nv> ViewsOf(const Headers& headers) {
  const auto bytes = [](const std::string& text) {
    return reinterpret_cast<uint8_t*>(const_cast<char*>(text.data()));
  };
  std::vector<nghttp2_nv> views;
  views.reserve(headers.size());
  for (const auto& [name, value] : headers) {
    views.push_back({bytes(name), bytes(value), name.size(), value.size(), NGHTTP2_NV_FLAG_NONE});
  }
  return views;
}

}  // namespace

void Http2Connection::InviteBody(int32_t id) {
  const Headers headers = {{":status", "100"}};
  const std::vector<nghttp2_nv> views = ViewsOf(headers);
  nghttp2_submit_headers(session_, NGHTTP2_FLAG_NONE, id, nullptr, views.data(), views.size(),
                         nullptr);
}

void Http2Connection::Dispatch(const StreamPtr& stream) {
  stream->dispatched = true;
  auto responder = [self = shared_from_this(), stream](Response response) {
    asio::post(self->worker_->context, [self, stream, reply = std::move(response)]() mutable {
      self->Reply(stream, std::move(reply));
    });
  };
  auto exchange = std::make_shared<Exchange>(std::move(stream->request), std::move(responder));
  stream->exchange = exchange;
  RunHandler(core_, stream->route, std::move(exchange));
}

void Http2Connection::Reply(const StreamPtr& stream, Response response) {
  if (stream->replied || Find(stream->id) != stream) return;
  stream->replied = true;
  stream->takes_body = false;
  stream->status = response.status;
  const Headers headers = HeadersOf(response, core_->options.cluster_uuid);
  const std::vector<nghttp2_nv> views = ViewsOf(headers);
  stream->producer = std::move(response.producer);
  stream->piece = std::move(response.body);
  stream->produced_all = stream->producer == nullptr;
  if (stream->method == Method::kHead) {
    stream->piece.clear();
    stream->produced_all = true;
  }
  const bool bodiless = stream->produced_all && stream->piece.empty();
  nghttp2_data_provider provider{};
  provider.source.ptr = stream.get();
  provider.read_callback = [](nghttp2_session*, int32_t, uint8_t* out, size_t size, uint32_t* flags,
                              nghttp2_data_source* source, void* connection) -> ssize_t {
    return static_cast<Http2Connection*>(connection)
        ->ReadReply(static_cast<Http2Stream*>(source->ptr), out, size, flags);
  };
  nghttp2_submit_response(session_, stream->id, views.data(), views.size(),
                          bodiless ? nullptr : &provider);
  if (!bodiless && stream->producer) StartProducing(stream);
  Wake();
}

void Http2Connection::StartProducing(const StreamPtr& stream) {
  stream->producing = true;
  asio::post(core_->query_pool,
             [self = shared_from_this(), stream, producer = stream->producer]() mutable {
               std::string bytes;
               bool end = false;
               util::Status status;
               try {
                 status = producer->Produce(&bytes, &end);
               } catch (const std::exception& error) {
                 status = util::Status::Internal(error.what());
               }
               // Ending a query can take a while: not on the IO thread.
               producer.reset();
               asio::post(self->worker_->context,
                          [self, stream, status, end, made = std::move(bytes)]() mutable {
                            self->OnProduced(stream, status, std::move(made), end);
                          });
             });
}

void Http2Connection::OnProduced(const StreamPtr& stream, const util::Status& status,
                                 std::string bytes, bool end) {
  stream->producing = false;
  if (Find(stream->id) != stream) return;
  if (!status.ok()) {
    util::LogWarn("reply broken off: {}", status.ToString());
    stream->status = 0;
    nghttp2_submit_rst_stream(session_, NGHTTP2_FLAG_NONE, stream->id, NGHTTP2_INTERNAL_ERROR);
    Wake();
    return;
  }
  stream->next = std::move(bytes);
  stream->next_ready = true;
  stream->produced_all = end;
  nghttp2_session_resume_data(session_, stream->id);
  Wake();
}

int64_t Http2Connection::ReadReply(Http2Stream* stream, uint8_t* out, size_t size,
                                   uint32_t* flags) {
  if (stream->piece_sent == stream->piece.size() && stream->next_ready) {
    stream->piece = std::move(stream->next);
    stream->next = std::string();
    stream->piece_sent = 0;
    stream->next_ready = false;
    // The piece after this one is made while this one is on its way.
    if (!stream->produced_all) StartProducing(Find(stream->id));
  }
  const size_t taken = std::min(size, stream->piece.size() - stream->piece_sent);
  std::memcpy(out, stream->piece.data() + stream->piece_sent, taken);
  stream->piece_sent += taken;
  stream->body_bytes_sent += taken;
  const bool piece_done = stream->piece_sent == stream->piece.size();
  if (piece_done && !stream->next_ready && stream->produced_all) {
    *flags |= NGHTTP2_DATA_FLAG_EOF;
    return static_cast<int64_t>(taken);
  }
  if (taken == 0) return NGHTTP2_ERR_DEFERRED;
  return static_cast<int64_t>(taken);
}

void Http2Connection::Leave(const StreamPtr& stream) {
  if (const std::shared_ptr<Exchange> exchange = stream->exchange.lock()) exchange->Disconnect();
  if (stream->producer) {
    stream->producer->Cancel();
    asio::post(core_->query_pool, [held = std::move(stream->producer)]() mutable { held.reset(); });
  }
  core_->bodies_in_flight_bytes.fetch_sub(stream->body_bytes_reserved);
  stream->body_bytes_reserved = 0;
  if (stream->reported) return;
  stream->reported = true;
  if (!core_->options.on_request || (!stream->dispatched && !stream->replied)) return;
  const bool whole = stream->replied && stream->produced_all && !stream->next_ready &&
                     stream->piece_sent == stream->piece.size();
  RequestSummary summary;
  summary.method = stream->method;
  if (stream->route != nullptr) summary.route = stream->route->path;
  summary.status = whole ? stream->status : 0;
  summary.duration_ns = util::Clock::System().SteadyNs() - stream->started_ns;
  summary.response_body_bytes = stream->body_bytes_sent;
  core_->options.on_request(summary);
}

}  // namespace influxdb3::server::http
