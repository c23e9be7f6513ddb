#pragma once

#include <array>
#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/parser.hpp>

#include "server/http/http_server.h"
#include "server/http/reply_head.h"

namespace influxdb3::server::http {

class Http2Connection;
class Session;

/// What all connections share.
struct ServerCore {
  ServerCore(ServerOptions server_options, Router server_router)
      : options(std::move(server_options)),
        router(std::move(server_router)),
        write_pool(static_cast<size_t>(options.write_threads)),
        query_pool(static_cast<size_t>(options.query_threads)) {}

  const ServerOptions options;
  const Router router;
  boost::asio::thread_pool write_pool;
  boost::asio::thread_pool query_pool;
  std::atomic<bool> stopping{false};
  std::atomic<size_t> bodies_in_flight_bytes{0};
  std::mutex connections_mutex;  ///< guards the counts below
  std::condition_variable connections_changed;
  size_t connection_count = 0;
  size_t aborted_count = 0;  ///< of them, those that were told to end
};

/// One IO thread with its connections.
struct IoWorker {
  boost::asio::io_context context{1};
  std::set<Session*> sessions;  ///< only touched on the worker's thread
};

/// One connection: reads a request, has it handled, writes the reply, and again. Everything runs on
/// the worker's thread except handlers and body producers, which report back by posting to it.
class Session : public std::enable_shared_from_this<Session> {
 public:
  Session(ServerCore* core, IoWorker* worker, boost::asio::ip::tcp::socket socket);
  ~Session();

  boost::asio::awaitable<void> Run();

  // Called on the worker's thread.
  /// Closes a connection that has not delivered a whole request.
  void CloseIfReceiving();
  /// Aborts unless a write is being served.
  void AbortUnlessWriting();
  void Abort();

 private:
  using Parser = boost::beast::http::request_parser<boost::beast::http::buffer_body>;
  struct Produced {
    util::Status status;
    std::string bytes;
    bool end = false;
  };

  struct Tunnel;
  enum class Protocol : uint8_t { kNone, kHttp1, kHttp2 };
  /// Reads until it is clear whether the client begins as HTTP/2 does. kNone: it ended before. The
  /// end of a connection is told once, so nothing may be read after that.
  boost::asio::awaitable<Protocol> FindProtocol();
  /// Finds out what an HTTP/2 connection is for and serves it, or passes it on.
  boost::asio::awaitable<void> ServeHttp2();
  /// Passes all bytes between the client and `http2_socket_path` until either side ends.
  boost::asio::awaitable<void> PassOn(std::shared_ptr<Http2Connection> connection);
  boost::asio::awaitable<void> WaitForTunnelEnd(std::shared_ptr<Tunnel> tunnel);
  void CloseTunnel();

  boost::asio::awaitable<bool> ServeOne();
  boost::asio::awaitable<bool> AwaitFirstByte();
  boost::asio::awaitable<bool> ReadHead();
  boost::asio::awaitable<void> RejectHead(boost::system::error_code error);
  void TakeHead();
  boost::asio::awaitable<bool> Refuse(Response response);

  boost::asio::awaitable<bool> ReadBody();
  boost::asio::awaitable<bool> ReadSizedBody(uint64_t size);
  boost::asio::awaitable<bool> ReadChunkedBody();
  bool ExpireForBody(int64_t started_ns, uint64_t received);
  boost::asio::awaitable<bool> ReserveBodyBytes(size_t size);
  void ReleaseBodyBytes();

  boost::asio::awaitable<void> Dispatch();
  void OnReply(uint64_t serial, Response response);
  void WatchForDisconnect();
  void OnReadable();
  void StopWatching();
  void OnClientGone();
  void MarkAborted();

  boost::asio::awaitable<bool> WriteReply(Response response);
  boost::asio::awaitable<bool> WriteStream(std::string pending, bool chunked);
  void StartProducing();
  void RetireProducer();
  boost::asio::awaitable<bool> WriteChunk(const std::string& bytes, bool chunked, bool end);
  boost::asio::awaitable<bool> WriteAll(std::array<boost::asio::const_buffer, 3> buffers);
  boost::asio::awaitable<void> Linger();
  boost::asio::awaitable<void> WaitUntil(const bool* flag);
  void Report(uint64_t body_bytes);

  ServerCore* const core_;
  IoWorker* const worker_;
  boost::beast::tcp_stream stream_;
  boost::beast::flat_buffer buffer_;
  boost::asio::steady_timer wake_;
  bool receiving_ = true;  ///< no whole request is here, and none is being refused
  bool aborted_ = false;
  std::weak_ptr<Tunnel> tunnel_;
  std::weak_ptr<Http2Connection> http2_;

  // The request being served.
  std::optional<Parser> parser_;
  Request request_;
  const Route* route_ = nullptr;
  Method method_ = Method::kOther;
  bool http_1_0_ = false;
  bool keep_alive_ = false;
  bool body_unread_ = false;
  bool expects_continue_ = false;
  int64_t started_ns_ = 0;
  size_t body_bytes_reserved_ = 0;
  int reply_status_ = 0;

  uint64_t serial_ = 0;  ///< of the request; replies to earlier ones are ignored
  bool replied_ = false;
  Response reply_;
  std::weak_ptr<Exchange> exchange_;
  boost::asio::cancellation_signal watch_cancel_;
  bool watching_ = false;

  std::unique_ptr<BodyProducer> producer_;
  bool produced_ = false;
  Produced product_;
};

}  // namespace influxdb3::server::http
