// Connections that speak HTTP/2: those that begin with a call of gRPC go, byte for byte, to the
// Unix socket of another server, others are served here.
#include <algorithm>
#include <chrono>
#include <string_view>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include "server/http/http2_internal.h"
#include "server/http/session_internal.h"
#include "server/http/settings_ack_filter.h"
#include "util/log.h"

namespace influxdb3::server::http {

namespace asio = boost::asio;
using asio::ip::tcp;
using asio::local::stream_protocol;
using boost::system::error_code;

namespace {

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);
constexpr size_t kPieceBytes = size_t{64} << 10;
/// What every HTTP/2 connection begins with.
constexpr std::string_view kPreface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

}  // namespace

/// The two sockets of a connection that is passed on. Both copying coroutines and the session own
/// it; everything runs on the session's thread.
struct Session::Tunnel {
  Tunnel(tcp::socket client_socket, asio::io_context* context)
      : client(std::move(client_socket)), server(*context), idle(*context) {}

  void Close() {
    error_code ignored;
    client.close(ignored);
    server.close(ignored);
    idle.cancel();
  }

  tcp::socket client;
  stream_protocol::socket server;
  asio::steady_timer idle;  ///< runs out when no byte passed for too long
  uint64_t bytes = 0;       ///< passed so far, both ways
  int open_directions = 2;
};

namespace {

/// Copies through `filter` until `from` ends and passes the end on. Reads again only when
/// everything read was taken: a slow receiver slows the sender down. True when it ended cleanly.
template <class From, class To>
asio::awaitable<bool> Copy(From* from, To* to, SettingsAckFilter filter, uint64_t* bytes) {
  std::string piece(kPieceBytes, '\0');
  std::string passed;
  while (true) {
    auto [read_error, size] = co_await from->async_read_some(asio::buffer(piece), kAwait);
    if (read_error == asio::error::eof) {
      error_code failed;
      to->shutdown(asio::socket_base::shutdown_send, failed);
      co_return !failed;
    }
    if (read_error) co_return false;
    *bytes += size;
    asio::const_buffer out = asio::buffer(piece.data(), size);
    if (!filter.done()) {
      passed.clear();
      filter.Pass(std::string_view(piece.data(), size), &passed);
      out = asio::buffer(passed);
    }
    auto [write_error, written] = co_await asio::async_write(*to, out, kAwait);
    if (write_error) co_return false;
    *bytes += written;
  }
}

}  // namespace

asio::awaitable<Session::Protocol> Session::FindProtocol() {
  bool more = co_await AwaitFirstByte();
  const auto deadline =
      std::chrono::steady_clock::now() + std::chrono::nanoseconds(core_->options.header_timeout_ns);
  while (more) {
    const std::string_view begun(static_cast<const char*>(buffer_.data().data()), buffer_.size());
    const size_t compared = std::min(begun.size(), kPreface.size());
    if (begun.substr(0, compared) != kPreface.substr(0, compared)) co_return Protocol::kHttp1;
    if (compared == kPreface.size()) co_return Protocol::kHttp2;
    stream_.expires_at(deadline);
    auto [error, size] = co_await stream_.async_read_some(buffer_.prepare(kPieceBytes / 4), kAwait);
    if (error) break;
    buffer_.commit(size);
    more = size > 0;
  }
  co_return Protocol::kNone;
}

asio::awaitable<void> Session::ServeHttp2() {
  receiving_ = false;
  stream_.expires_never();
  const std::string_view begun(static_cast<const char*>(buffer_.data().data()), buffer_.size());
  std::string first(begun);
  buffer_.clear();
  auto connection = std::make_shared<Http2Connection>(core_, worker_, stream_.release_socket(),
                                                      shared_from_this());
  http2_ = connection;
  const Http2Connection::Use use = co_await connection->Open(std::move(first));
  if (use == Http2Connection::Use::kRequests) co_await connection->Serve();
  if (use == Http2Connection::Use::kGrpc) co_await PassOn(std::move(connection));
}

asio::awaitable<void> Session::PassOn(std::shared_ptr<Http2Connection> connection) {
  auto tunnel = std::make_shared<Tunnel>(connection->TakeSocket(), &worker_->context);
  tunnel_ = tunnel;
  auto [connect_error] = co_await tunnel->server.async_connect(
      stream_protocol::endpoint(core_->options.http2_socket_path), kAwait);
  if (connect_error) {
    util::LogWarn("cannot pass an HTTP/2 connection on: {}", connect_error.message());
    tunnel->Close();
    co_return;
  }
  // The client was sent SETTINGS, and some of its own were acknowledged: of that the server behind
  // the socket knows nothing.
  SettingsAckFilter upward(1);
  SettingsAckFilter downward(connection->settings_acknowledged());
  const std::string received = connection->TakeReceived();
  connection.reset();
  std::string begun(kPreface);
  upward.Pass(std::string_view(received).substr(kPreface.size()), &begun);
  auto [begin_error, size] =
      co_await asio::async_write(tunnel->server, asio::buffer(begun), kAwait);
  if (begin_error) {
    tunnel->Close();
    co_return;
  }
  tunnel->bytes = size;
  // Each coroutine holds the tunnel through its argument, which lives in its frame.
  const auto run = [](std::shared_ptr<Tunnel> held, bool is_upward,
                      SettingsAckFilter filter) -> asio::awaitable<void> {
    bool clean = false;
    if (is_upward) {
      clean = co_await Copy(&held->client, &held->server, std::move(filter), &held->bytes);
    } else {
      clean = co_await Copy(&held->server, &held->client, std::move(filter), &held->bytes);
    }
    --held->open_directions;
    // A server that has ended the connection reads nothing more.
    if (!clean || !is_upward || held->open_directions == 0) held->Close();
  };
  const auto ignore = [](const std::exception_ptr&) {};
  asio::co_spawn(worker_->context, run(tunnel, true, std::move(upward)), ignore);
  asio::co_spawn(worker_->context, run(tunnel, false, std::move(downward)), ignore);
  co_await WaitForTunnelEnd(tunnel);
}

asio::awaitable<void> Session::WaitForTunnelEnd(std::shared_ptr<Tunnel> tunnel) {
  const std::chrono::nanoseconds patience(core_->options.http2_idle_timeout_ns);
  uint64_t seen = 0;
  while (tunnel->client.is_open()) {
    seen = tunnel->bytes;
    tunnel->idle.expires_after(patience);
    auto [error] = co_await tunnel->idle.async_wait(kAwait);
    if (!error && tunnel->bytes == seen) tunnel->Close();
  }
}

void Session::CloseTunnel() {
  if (const std::shared_ptr<Tunnel> tunnel = tunnel_.lock()) tunnel->Close();
}

}  // namespace influxdb3::server::http
