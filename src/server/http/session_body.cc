#include <algorithm>
#include <chrono>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/read.hpp>

#include "server/http/session_internal.h"
#include "util/clock.h"

namespace influxdb3::server::http {

namespace asio = boost::asio;
namespace bhttp = boost::beast::http;

namespace {

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);
constexpr size_t kGrowBytes = size_t{512} << 10;
constexpr size_t kChunkedFirstBytes = size_t{16} << 10;
constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

}  // namespace

asio::awaitable<bool> Session::ReadBody() {
  if (!body_unread_) co_return true;
  const auto length = parser_->content_length();
  if (length && *length > core_->options.body_bytes_max) {
    request_.body_too_large = true;
    keep_alive_ = false;
    co_return true;
  }
  if (expects_continue_ && buffer_.size() == 0) {
    const bool invited = co_await WriteAll({asio::buffer(kContinue), {}, {}});
    if (!invited) co_return false;
  }
  bool complete = false;
  if (length) {
    complete = co_await ReadSizedBody(*length);
  } else {
    complete = co_await ReadChunkedBody();
  }
  if (complete && !request_.body_too_large) body_unread_ = false;
  co_return complete;
}

asio::awaitable<bool> Session::ReadSizedBody(uint64_t size) {
  std::string& body = request_.body;
  const bool reserved = co_await ReserveBodyBytes(size);
  if (!reserved) co_return false;
  body.reserve(size);
  size_t filled = std::min<size_t>(size, buffer_.size());
  body.assign(static_cast<const char*>(buffer_.data().data()), filled);
  buffer_.consume(filled);
  const int64_t started_ns = util::Clock::System().SteadyNs();
  while (filled < size) {
    // Grown in steps, so that a client that only announces a large body costs no memory.
    if (body.size() == filled) body.resize(std::min<size_t>(size, filled + kGrowBytes));
    if (!ExpireForBody(started_ns, filled)) co_return false;
    auto [error, count] = co_await stream_.async_read_some(
        asio::buffer(body.data() + filled, body.size() - filled), kAwait);
    if (error) co_return false;
    filled += count;
  }
  co_return true;
}

asio::awaitable<bool> Session::ReadChunkedBody() {
  std::string& body = request_.body;
  size_t filled = 0;
  const int64_t started_ns = util::Clock::System().SteadyNs();
  while (!parser_->is_done()) {
    if (body.size() - filled < kChunkedFirstBytes / 2) {
      const size_t grown = std::max(kChunkedFirstBytes, body.size() * 2);
      const bool reserved = co_await ReserveBodyBytes(grown - body.size());
      if (!reserved) co_return false;
      body.resize(grown);
    }
    parser_->get().body().data = body.data() + filled;
    parser_->get().body().size = body.size() - filled;
    if (!ExpireForBody(started_ns, filled)) co_return false;
    auto [error, count] = co_await bhttp::async_read_some(stream_, buffer_, *parser_, kAwait);
    static_cast<void>(count);
    if (error && error != bhttp::error::need_buffer) {
      co_await RejectHead(error);
      co_return false;
    }
    filled = body.size() - parser_->get().body().size;
    if (filled > core_->options.body_bytes_max) {
      body.clear();
      request_.body_too_large = true;
      keep_alive_ = false;
      co_return true;
    }
  }
  body.resize(filled);
  co_return true;
}

bool Session::ExpireForBody(int64_t started_ns, uint64_t received) {
  const ServerOptions& options = core_->options;
  const int64_t allowed_ns =
      options.body_timeout_ns +
      static_cast<int64_t>(static_cast<double>(received) * 1e9 /
                           static_cast<double>(options.body_bytes_per_second_min));
  const int64_t left_ns = started_ns + allowed_ns - util::Clock::System().SteadyNs();
  if (left_ns <= 0) return false;
  stream_.expires_after(std::chrono::nanoseconds(std::min(left_ns, options.stall_timeout_ns)));
  return true;
}

asio::awaitable<bool> Session::ReserveBodyBytes(size_t size) {
  const size_t before = core_->bodies_in_flight_bytes.fetch_add(size);
  body_bytes_reserved_ += size;
  if (before + size <= core_->options.bodies_in_flight_bytes_max) co_return true;
  keep_alive_ = false;
  Response reply = MakeResponse(429, "this service is overloaded, please try again later");
  const bool written = co_await WriteReply(std::move(reply));
  ReleaseBodyBytes();
  if (written) co_await Linger();
  co_return false;
}

void Session::ReleaseBodyBytes() {
  core_->bodies_in_flight_bytes.fetch_sub(body_bytes_reserved_);
  body_bytes_reserved_ = 0;
}

}  // namespace influxdb3::server::http
