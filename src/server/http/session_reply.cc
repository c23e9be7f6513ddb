#include <chrono>
#include <vector>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <fmt/format.h>

#include "server/http/session_internal.h"
#include "util/clock.h"
#include "util/log.h"

namespace influxdb3::server::http {

namespace asio = boost::asio;

namespace {

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);
constexpr size_t kJoinBytesMax = 32768;

}  // namespace

asio::awaitable<bool> Session::WriteReply(Response response) {
  receiving_ = false;
  producer_ = std::move(response.producer);
  Framing framing;
  framing.http_1_0 = http_1_0_;
  framing.chunked = producer_ != nullptr && !http_1_0_;
  if (producer_ && http_1_0_) keep_alive_ = false;
  if (core_->stopping.load()) keep_alive_ = false;
  framing.close = !keep_alive_;
  if (!producer_ && response.status != 204) framing.content_length = response.body.size();
  reply_status_ = response.status;
  std::string head = FormatReplyHead(response, framing, core_->options.cluster_uuid);

  bool written = false;
  if (method_ == Method::kHead) {
    RetireProducer();
    written = co_await WriteAll({asio::buffer(head), {}, {}});
    Report(0);
  } else if (producer_) {
    written = co_await WriteAll({asio::buffer(head), {}, {}});
    if (written) {
      written = co_await WriteStream(std::move(response.body), framing.chunked);
    } else {
      OnClientGone();
    }
    RetireProducer();
  } else if (response.body.size() <= kJoinBytesMax) {
    head += response.body;
    written = co_await WriteAll({asio::buffer(head), {}, {}});
    Report(response.body.size());
  } else {
    written = co_await WriteAll({asio::buffer(head), asio::buffer(response.body), {}});
    Report(response.body.size());
  }
  StopWatching();
  co_return written;
}

asio::awaitable<bool> Session::WriteStream(std::string pending, bool chunked) {
  uint64_t body_bytes = 0;
  bool end = false;
  bool intact = true;
  while (intact) {
    if (!end) StartProducing();
    const bool written = co_await WriteChunk(pending, chunked, end);
    body_bytes += pending.size();
    if (!written) {
      intact = false;
      OnClientGone();
    }
    if (end) break;
    stream_.expires_never();
    co_await WaitUntil(&produced_);
    if (!product_.status.ok()) {
      if (intact) util::LogWarn("reply broken off: {}", product_.status.ToString());
      intact = false;
      reply_status_ = 0;
    }
    pending = std::move(product_.bytes);
    end = product_.end;
  }
  Report(body_bytes);
  co_return intact;
}

void Session::StartProducing() {
  produced_ = false;
  product_ = Produced();
  asio::post(core_->query_pool, [self = shared_from_this(), producer = producer_.get()]() {
    Produced product;
    try {
      product.status = producer->Produce(&product.bytes, &product.end);
    } catch (const std::exception& error) {
      product.status = util::Status::Internal(error.what());
    }
    asio::post(self->worker_->context, [self, product = std::move(product)]() mutable {
      self->product_ = std::move(product);
      self->produced_ = true;
      self->wake_.cancel();
    });
  });
}

void Session::RetireProducer() {
  if (!producer_) return;
  // Ending a query can take a while: not on the IO thread.
  asio::post(core_->query_pool, [producer = std::shared_ptr<BodyProducer>(
                                     std::move(producer_))]() mutable { producer.reset(); });
}

asio::awaitable<bool> Session::WriteChunk(const std::string& bytes, bool chunked, bool end) {
  if (!chunked) {
    const bool written = co_await WriteAll({asio::buffer(bytes), {}, {}});
    co_return written;
  }
  const std::string size_line =
      bytes.empty() ? std::string() : fmt::format("{:x}\r\n", bytes.size());
  std::string_view tail = bytes.empty() ? "" : "\r\n";
  if (end) tail = bytes.empty() ? "0\r\n\r\n" : "\r\n0\r\n\r\n";
  const bool written =
      co_await WriteAll({asio::buffer(size_line), asio::buffer(bytes), asio::buffer(tail)});
  co_return written;
}

asio::awaitable<bool> Session::WriteAll(std::array<asio::const_buffer, 3> buffers) {
  size_t left = 0;
  for (const asio::const_buffer& buffer : buffers) left += buffer.size();
  while (left > 0) {
    stream_.expires_after(std::chrono::nanoseconds(core_->options.stall_timeout_ns));
    auto [error, size] = co_await stream_.async_write_some(buffers, kAwait);
    if (error) co_return false;
    left -= size;
    for (asio::const_buffer& buffer : buffers) {
      const size_t taken = std::min(size, buffer.size());
      buffer += taken;
      size -= taken;
    }
  }
  co_return true;
}

asio::awaitable<void> Session::Linger() {
  boost::system::error_code ignored;
  stream_.socket().shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
  stream_.expires_after(std::chrono::nanoseconds(core_->options.linger_timeout_ns));
  std::vector<char> scratch(65536);
  bool open = true;
  while (open) {
    auto [error, size] = co_await stream_.async_read_some(asio::buffer(scratch), kAwait);
    static_cast<void>(size);
    open = !error;
  }
}

void Session::Report(uint64_t body_bytes) {
  if (!core_->options.on_request) return;
  RequestSummary summary;
  summary.method = method_;
  if (route_ != nullptr) summary.route = route_->path;
  summary.status = reply_status_;
  summary.duration_ns = util::Clock::System().SteadyNs() - started_ns_;
  summary.response_body_bytes = body_bytes;
  core_->options.on_request(summary);
}

}  // namespace influxdb3::server::http
