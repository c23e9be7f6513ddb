// Bytes in and out of an HTTP/2 connection, its opening and its end.
#include <nghttp2/nghttp2.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <vector>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include "server/http/http2_callbacks_internal.h"
#include "server/http/http2_internal.h"
#include "util/check.h"
#include "util/clock.h"

namespace influxdb3::server::http {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);
constexpr size_t kReadBytes = size_t{64} << 10;
constexpr size_t kOutputBytes = size_t{128} << 10;  ///< frames are joined up to here
constexpr uint32_t kStreamsMax = 128;
constexpr int32_t kStreamWindowBytes = 1 << 20;
constexpr int32_t kConnectionWindowBytes = 8 << 20;
/// A client that never gets as far as a request is given up after that many bytes.
constexpr size_t kOpeningBytesMax = size_t{1} << 20;

}  // namespace

Http2Connection::Http2Connection(ServerCore* core, IoWorker* worker, asio::ip::tcp::socket socket,
                                 std::shared_ptr<Session> owner)
    : core_(core),
      worker_(worker),
      owner_(std::move(owner)),
      socket_(std::move(socket)),
      wake_(worker->context),
      watch_(worker->context) {
  session_ = NewHttp2Session(this);
  CHECK(session_ != nullptr);
}

Http2Connection::~Http2Connection() {
  nghttp2_session_del(session_);
}

asio::awaitable<Http2Connection::Use> Http2Connection::Open(std::string begun) {
  const auto deadline = std::chrono::steady_clock::now() +
                        std::chrono::nanoseconds(core_->options.http2_idle_timeout_ns);
  watch_.expires_at(deadline);
  watch_.async_wait([self = shared_from_this()](error_code error) {
    if (!error && self->use_ == Use::kUndecided) self->Close();
  });
  // Empty on purpose: limits are told when it is sure that they will be ours to keep.
  nghttp2_submit_settings(session_, NGHTTP2_FLAG_NONE, nullptr, 0);
  bool more = co_await Flush();
  std::string piece = std::move(begun);
  while (more) {
    received_ += piece;
    // What is wrong this early is answered by the session itself, which ends the connection.
    if (!Receive(piece) && use_ == Use::kUndecided) use_ = Use::kRequests;
    if (use_ != Use::kUndecided || received_.size() > kOpeningBytesMax) break;
    more = co_await Flush();
    settings_acknowledged_ = settings_seen_;
    piece.resize(kReadBytes);
    auto [error, size] = co_await socket_.async_read_some(asio::buffer(piece), kAwait);
    piece.resize(size);
    more = more && !error;
  }
  watch_.cancel();
  if (use_ == Use::kUndecided) Close();
  co_return open_ ? use_ : Use::kNone;
}

bool Http2Connection::Receive(std::string_view bytes) {
  bytes_passed_ += bytes.size();
  const auto taken = nghttp2_session_mem_recv(
      session_, reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size());
  if (taken >= 0) return true;
  nghttp2_session_terminate_session(session_, NGHTTP2_PROTOCOL_ERROR);
  return false;
}

void Http2Connection::CollectOutput() {
  output_.clear();
  while (open_ && output_.size() < kOutputBytes) {
    const uint8_t* bytes = nullptr;
    const auto size = nghttp2_session_mem_send(session_, &bytes);
    if (size <= 0) return;
    output_.append(reinterpret_cast<const char*>(bytes), static_cast<size_t>(size));
  }
}

asio::awaitable<bool> Http2Connection::Flush() {
  CollectOutput();
  while (!output_.empty()) {
    writing_out_ = true;
    auto [error, size] = co_await asio::async_write(socket_, asio::buffer(output_), kAwait);
    writing_out_ = false;
    bytes_passed_ += size;
    if (error) co_return false;
    CollectOutput();
  }
  co_return true;
}

asio::awaitable<void> Http2Connection::Serve() {
  received_ = std::string();
  const std::array<nghttp2_settings_entry, 3> limits = {
      {{NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, kStreamsMax},
       {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, static_cast<uint32_t>(kStreamWindowBytes)},
       {NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE,
        static_cast<uint32_t>(core_->options.header_bytes_max)}}};
  nghttp2_submit_settings(session_, NGHTTP2_FLAG_NONE, limits.data(), limits.size());
  nghttp2_session_set_local_window_size(session_, NGHTTP2_FLAG_NONE, 0, kConnectionWindowBytes);
  if (core_->stopping.load()) Drain();
  const auto ignore = [](const std::exception_ptr&) {};
  const auto read = [](std::shared_ptr<Http2Connection> held) -> asio::awaitable<void> {
    co_await held->ReadLoop();
  };
  const auto watch = [](std::shared_ptr<Http2Connection> held) -> asio::awaitable<void> {
    co_await held->Watch();
  };
  asio::co_spawn(worker_->context, read(shared_from_this()), ignore);
  asio::co_spawn(worker_->context, watch(shared_from_this()), ignore);
  while (open_) {
    const bool flushed = co_await Flush();
    const bool served = draining_ && streams_.empty();
    if (!flushed || served || input_over_) break;
    // Nothing can come up between the last look and this wait: all is on one thread.
    wake_.expires_at(asio::steady_timer::time_point::max());
    auto [error] = co_await wake_.async_wait(kAwait);
    static_cast<void>(error);
  }
  Close();
}

asio::awaitable<void> Http2Connection::ReadLoop() {
  std::vector<char> piece(kReadBytes);
  while (open_ && nghttp2_session_want_read(session_) != 0) {
    auto [error, size] = co_await socket_.async_read_some(asio::buffer(piece), kAwait);
    if (error) break;
    if (!Receive(std::string_view(piece.data(), size))) break;
    Wake();
  }
  input_over_ = true;
  Wake();
}

asio::awaitable<void> Http2Connection::Watch() {
  const ServerOptions& options = core_->options;
  const auto step =
      std::chrono::nanoseconds(std::min({options.stall_timeout_ns / 4, options.idle_timeout_ns / 4,
                                         options.linger_timeout_ns}) +
                               1);
  uint64_t seen = bytes_passed_;
  int64_t passed_ns = util::Clock::System().SteadyNs();
  while (open_) {
    watch_.expires_after(step);
    auto [error] = co_await watch_.async_wait(kAwait);
    if (error || !open_) co_return;
    const int64_t now_ns = util::Clock::System().SteadyNs();
    if (bytes_passed_ != seen) {
      seen = bytes_passed_;
      passed_ns = now_ns;
    }
    const int64_t patience_ns =
        WaitsForClient() ? options.stall_timeout_ns : options.idle_timeout_ns;
    const bool serving = !streams_.empty() && !WaitsForClient();
    if (!serving && now_ns - passed_ns >= patience_ns) Close();
    EndLateBodies(now_ns);
  }
}

bool Http2Connection::WaitsForClient() const {
  if (writing_out_) return true;
  return std::any_of(streams_.begin(), streams_.end(), [](const auto& entry) {
    const Http2Stream& stream = *entry.second;
    return stream.takes_body || stream.piece_sent < stream.piece.size();
  });
}

void Http2Connection::EndLateBodies(int64_t now_ns) {
  const ServerOptions& options = core_->options;
  for (const auto& [id, stream] : streams_) {
    if (stream->lingers_until_ns != 0 && now_ns >= stream->lingers_until_ns) {
      GiveUp(id, NGHTTP2_NO_ERROR);
    }
    if (!stream->takes_body) continue;
    const int64_t allowed_ns =
        options.body_timeout_ns +
        static_cast<int64_t>(static_cast<double>(stream->body_bytes_received) * 1e9 /
                             static_cast<double>(options.body_bytes_per_second_min));
    if (now_ns - stream->started_ns < allowed_ns) continue;
    stream->takes_body = false;
    GiveUp(id, NGHTTP2_CANCEL);
  }
}

void Http2Connection::GiveUp(int32_t id, uint32_t code) {
  nghttp2_submit_rst_stream(session_, NGHTTP2_FLAG_NONE, id, code);
  Wake();
}

void Http2Connection::Wake() {
  wake_.cancel();
}

void Http2Connection::Drain() {
  if (draining_ || use_ == Use::kGrpc) return;
  if (use_ == Use::kUndecided) {
    Close();
    return;
  }
  draining_ = true;
  nghttp2_submit_goaway(session_, NGHTTP2_FLAG_NONE,
                        nghttp2_session_get_last_proc_stream_id(session_), NGHTTP2_NO_ERROR,
                        nullptr, 0);
  for (const auto& [id, stream] : streams_) {
    if (stream->lingers_until_ns != 0) GiveUp(id, NGHTTP2_NO_ERROR);
    if (!stream->takes_body) continue;
    stream->takes_body = false;
    GiveUp(id, NGHTTP2_REFUSED_STREAM);
  }
  Wake();
}

bool Http2Connection::IsWriting() const {
  return std::any_of(streams_.begin(), streams_.end(), [](const auto& entry) {
    const Http2Stream& stream = *entry.second;
    return stream.dispatched && stream.route->pool == Pool::kWrite;
  });
}

void Http2Connection::AbortUnlessWriting() {
  for (const auto& [id, stream] : streams_) {
    if (stream->dispatched && stream->route->pool == Pool::kWrite) continue;
    nghttp2_submit_rst_stream(session_, NGHTTP2_FLAG_NONE, id, NGHTTP2_CANCEL);
    Leave(stream);
  }
  Wake();
}

void Http2Connection::Close() {
  if (!open_) return;
  open_ = false;
  error_code ignored;
  socket_.close(ignored);
  watch_.cancel();
  wake_.cancel();
  for (const auto& [id, stream] : streams_) Leave(stream);
  streams_.clear();
}

}  // namespace influxdb3::server::http
