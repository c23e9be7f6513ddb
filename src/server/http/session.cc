#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <chrono>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/read.hpp>

#include "server/header_text.h"
#include "server/http/dispatch_internal.h"
#include "server/http/http2_internal.h"
#include "server/http/session_internal.h"
#include "util/clock.h"
#include "util/log.h"

namespace influxdb3::server::http {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace bhttp = boost::beast::http;
using boost::system::error_code;

namespace {

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);
constexpr size_t kReadBytes = 16384;
constexpr size_t kDrainBytesMax = 65536;

}  // namespace

Session::Session(ServerCore* core, IoWorker* worker, asio::ip::tcp::socket socket)
    : core_(core),
      worker_(worker),
      stream_(std::move(socket)),
      buffer_(core->options.header_bytes_max + kReadBytes),
      wake_(worker->context) {}

Session::~Session() {
  ReleaseBodyBytes();
  const std::lock_guard lock(core_->connections_mutex);
  --core_->connection_count;
  if (aborted_) --core_->aborted_count;
  core_->connections_changed.notify_all();
}

asio::awaitable<void> Session::Run() {
  worker_->sessions.insert(this);
  try {
    const Protocol protocol = co_await FindProtocol();
    if (protocol == Protocol::kHttp2) co_await ServeHttp2();
    bool more = protocol == Protocol::kHttp1;
    while (more) more = co_await ServeOne();
  } catch (const std::exception& error) {
    util::LogWarn("connection failed: {}", error.what());
  }
  worker_->sessions.erase(this);
  stream_.close();
}

asio::awaitable<bool> Session::ServeOne() {
  receiving_ = true;
  request_ = Request();
  route_ = nullptr;
  reply_status_ = 0;
  ++serial_;
  const bool has_head = co_await ReadHead();
  if (!has_head) co_return false;
  TakeHead();
  std::optional<Response> refusal = CheckHead(core_->router, request_, &route_);
  if (refusal) {
    const bool more = co_await Refuse(std::move(*refusal));
    co_return more;
  }
  const bool has_body = co_await ReadBody();
  // The last bytes may have come just before the connection was closed for a stop.
  if (!has_body || aborted_) co_return false;
  receiving_ = false;
  co_await Dispatch();
  Response reply = std::move(reply_);
  const bool written = co_await WriteReply(std::move(reply));
  ReleaseBodyBytes();
  if (written && body_unread_) co_await Linger();
  co_return written&& keep_alive_ && !core_->stopping.load();
}

asio::awaitable<bool> Session::AwaitFirstByte() {
  if (buffer_.size() > 0) co_return true;
  if (core_->stopping.load()) co_return false;
  stream_.expires_after(std::chrono::nanoseconds(core_->options.idle_timeout_ns));
  auto [error, size] = co_await stream_.async_read_some(buffer_.prepare(kReadBytes), kAwait);
  if (error) co_return false;
  buffer_.commit(size);
  co_return true;
}

asio::awaitable<bool> Session::ReadHead() {
  const bool begun = co_await AwaitFirstByte();
  if (!begun) co_return false;
  started_ns_ = util::Clock::System().SteadyNs();
  parser_.emplace();
  parser_->header_limit(static_cast<uint32_t>(core_->options.header_bytes_max));
  parser_->body_limit(boost::none);
  stream_.expires_after(std::chrono::nanoseconds(core_->options.header_timeout_ns));
  auto [error, size] = co_await bhttp::async_read_header(stream_, buffer_, *parser_, kAwait);
  if (!error) co_return true;
  co_await RejectHead(error);
  co_return false;
}

asio::awaitable<void> Session::RejectHead(error_code error) {
  const bool malformed =
      error.category() == bhttp::make_error_code(bhttp::error::bad_method).category() &&
      error != bhttp::error::end_of_stream && error != bhttp::error::partial_message;
  if (!malformed) co_return;
  const bool too_long =
      error == bhttp::error::header_limit || error == bhttp::error::buffer_overflow;
  keep_alive_ = false;
  http_1_0_ = false;
  method_ = Method::kOther;
  // Arguments of coroutines are named and moved: g++ 12 destroys conditional temporaries twice.
  Response reply = MakeResponse(431, "request header is too large");
  if (!too_long) reply = MakeResponse(400, "malformed HTTP request: " + error.message());
  const bool written = co_await WriteReply(std::move(reply));
  if (written) co_await Linger();
}

void Session::TakeHead() {
  const auto& head = parser_->get();
  method_ = MethodFromName(std::string_view(head.method_string()));
  request_.method = method_;
  request_.SetTarget(std::string_view(head.target().data(), head.target().size()));
  for (const auto& field : head) {
    request_.headers.emplace_back(field.name_string(), field.value());
  }
  http_1_0_ = head.version() < 11;
  keep_alive_ = head.keep_alive();
  expects_continue_ = EqualsIgnoreCase(request_.Header("expect"), "100-continue");
  body_unread_ = !parser_->is_done();
}

asio::awaitable<bool> Session::Refuse(Response response) {
  if (body_unread_) {
    // A short body is read so that the connection can be kept; otherwise the client has to see the
    // reply before the connection goes.
    const auto length = parser_->content_length();
    if (length && *length <= kDrainBytesMax && !expects_continue_) {
      const bool drained = co_await ReadSizedBody(*length);
      if (!drained) co_return false;
      body_unread_ = false;
    } else {
      keep_alive_ = false;
    }
  }
  const bool written = co_await WriteReply(std::move(response));
  ReleaseBodyBytes();
  if (written && body_unread_) co_await Linger();
  co_return written&& keep_alive_ && !core_->stopping.load();
}

asio::awaitable<void> Session::Dispatch() {
  replied_ = false;
  auto responder = [self = shared_from_this(), serial = serial_](Response response) {
    asio::post(self->worker_->context, [self, serial, reply = std::move(response)]() mutable {
      self->OnReply(serial, std::move(reply));
    });
  };
  auto exchange = std::make_shared<Exchange>(std::move(request_), std::move(responder));
  exchange_ = exchange;
  stream_.expires_never();
  RunHandler(core_, route_, std::move(exchange));
  if (route_->pool == Pool::kQuery) WatchForDisconnect();
  co_await WaitUntil(&replied_);
}

void Session::OnReply(uint64_t serial, Response response) {
  if (serial != serial_ || replied_) return;
  reply_ = std::move(response);
  replied_ = true;
  wake_.cancel();
}

asio::awaitable<void> Session::WaitUntil(const bool* flag) {
  while (!*flag) {
    wake_.expires_at(asio::steady_timer::time_point::max());
    auto [error] = co_await wake_.async_wait(kAwait);
    static_cast<void>(error);
  }
}

void Session::WatchForDisconnect() {
  watching_ = true;
  stream_.socket().async_wait(
      asio::ip::tcp::socket::wait_read,
      asio::bind_cancellation_slot(watch_cancel_.slot(),
                                   [self = shared_from_this(), serial = serial_](error_code error) {
                                     if (error || serial != self->serial_) return;
                                     self->OnReadable();
                                   }));
}

void Session::OnReadable() {
  if (!watching_) return;
  watching_ = false;
  char byte = 0;
  const ssize_t size = recv(stream_.socket().native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  if (size > 0) return;  // the next request is waiting: the client is there
  if (size < 0 && (errno == EAGAIN || errno == EINTR)) {
    WatchForDisconnect();
    return;
  }
  OnClientGone();
}

void Session::StopWatching() {
  if (!watching_) return;
  watching_ = false;
  watch_cancel_.emit(asio::cancellation_type::terminal);
}

void Session::OnClientGone() {
  if (const std::shared_ptr<Exchange> exchange = exchange_.lock()) exchange->Disconnect();
  if (producer_) producer_->Cancel();
}

void Session::MarkAborted() {
  if (aborted_) return;
  aborted_ = true;
  const std::lock_guard lock(core_->connections_mutex);
  ++core_->aborted_count;
  core_->connections_changed.notify_all();
}

void Session::CloseIfReceiving() {
  if (const auto http2 = http2_.lock()) http2->Drain();
  if (!receiving_) return;
  MarkAborted();
  stream_.close();
}

void Session::AbortUnlessWriting() {
  const auto http2 = http2_.lock();
  if (http2 && http2->IsWriting()) {
    http2->AbortUnlessWriting();
    return;
  }
  const bool writing = !receiving_ && route_ != nullptr && route_->pool == Pool::kWrite;
  if (!writing) Abort();
}

void Session::Abort() {
  MarkAborted();
  OnClientGone();
  CloseTunnel();
  if (const auto http2 = http2_.lock()) http2->Abort();
  stream_.close();
}

}  // namespace influxdb3::server::http
