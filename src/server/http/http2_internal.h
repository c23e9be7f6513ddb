#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include "server/http/exchange.h"
#include "server/http/session_internal.h"

struct nghttp2_session;

namespace influxdb3::server::http {

/// One request of an HTTP/2 connection and its reply.
struct Http2Stream {
  explicit Http2Stream(int32_t stream_id) : id(stream_id) {}

  const int32_t id;
  Request request;
  const Route* route = nullptr;
  size_t header_bytes = 0;
  uint64_t body_bytes_received = 0;
  size_t body_bytes_reserved = 0;
  int64_t started_ns = 0;
  bool takes_body = false;       ///< more of the body is wanted
  int64_t lingers_until_ns = 0;  ///< answered early: how long what follows is read and dropped
  bool dispatched = false;
  std::weak_ptr<Exchange> exchange;

  bool replied = false;
  Method method = Method::kOther;
  int status = 0;
  uint64_t body_bytes_sent = 0;
  std::string piece;      ///< being sent
  size_t piece_sent = 0;  ///< of it
  std::string next;       ///< produced meanwhile
  bool next_ready = false;
  bool producing = false;
  bool produced_all = true;  ///< nothing follows `piece`, and `next` when that is ready
  bool reported = false;
  std::shared_ptr<BodyProducer> producer;
};

/// A client's HTTP/2 connection (RFC 9113), by nghttp2: requests over it are served as those over
/// HTTP/1.1 are, by the same routes and limits. A connection whose first request is a gRPC call is
/// given away unread. Everything runs on the worker's thread but handlers and body producers, which
/// report back by posting to it.
class Http2Connection : public std::enable_shared_from_this<Http2Connection> {
 public:
  enum class Use : uint8_t { kUndecided, kGrpc, kRequests, kNone };

  /// `owner` is what the server counts as the connection: it stays for as long as handlers run.
  Http2Connection(ServerCore* core, IoWorker* worker, boost::asio::ip::tcp::socket socket,
                  std::shared_ptr<Session> owner);
  ~Http2Connection();

  /// Greets the client, whose first bytes are `begun`, and reads until its first request shows what
  /// the connection is for. kNone: it ended before.
  boost::asio::awaitable<Use> Open(std::string begun);

  // After kGrpc, for whoever goes on with the connection:
  boost::asio::ip::tcp::socket TakeSocket() { return std::move(socket_); }
  /// All that the client has sent, from the preface on.
  std::string TakeReceived() { return std::move(received_); }
  /// How many SETTINGS of the client have been acknowledged. One of ours was sent.
  int settings_acknowledged() const { return settings_acknowledged_; }

  /// After kRequests: serves until either side ends the connection.
  boost::asio::awaitable<void> Serve();

  /// Takes no more requests, drops those that are not whole, and ends when the rest is served.
  void Drain();
  /// Some request that writes is being served.
  bool IsWriting() const;
  /// Cancels all that is no write; what is being written stays.
  void AbortUnlessWriting();
  void Abort() { Close(); }

 private:
  friend struct Http2Callbacks;
  using StreamPtr = std::shared_ptr<Http2Stream>;

  bool PassesCallsOn() const { return !core_->options.http2_socket_path.empty(); }
  bool Receive(std::string_view bytes);
  void CollectOutput();
  boost::asio::awaitable<bool> Flush();
  boost::asio::awaitable<void> ReadLoop();
  boost::asio::awaitable<void> Watch();
  /// The client has to send, or take, something before anything goes on.
  bool WaitsForClient() const;
  void EndLateBodies(int64_t now_ns);
  void GiveUp(int32_t id, uint32_t code);
  void Close();
  void Wake();

  // What the client sends.
  void OnRequestBegin(int32_t id);
  void OnHeader(Http2Stream* stream, std::string_view name, std::string_view value);
  void OnHead(const StreamPtr& stream, bool ended);
  std::optional<Response> CheckRequestHead(Http2Stream* stream);
  void InviteBody(int32_t id);
  void OnBody(const StreamPtr& stream, std::string_view bytes);
  void OnInputEnd(const StreamPtr& stream);
  void OnRepliedEarly(int32_t id);
  void OnStreamClosed(int32_t id);
  StreamPtr Find(int32_t id) const;

  // What it gets.
  void Dispatch(const StreamPtr& stream);
  void Reply(const StreamPtr& stream, Response response);
  void StartProducing(const StreamPtr& stream);
  void OnProduced(const StreamPtr& stream, const util::Status& status, std::string bytes, bool end);
  int64_t ReadReply(Http2Stream* stream, uint8_t* out, size_t size, uint32_t* flags);
  /// Ends what is still done for the stream, counts it, and gives its memory back.
  void Leave(const StreamPtr& stream);

  ServerCore* const core_;
  IoWorker* const worker_;
  const std::shared_ptr<Session> owner_;
  boost::asio::ip::tcp::socket socket_;
  boost::asio::steady_timer wake_;
  boost::asio::steady_timer watch_;
  nghttp2_session* session_ = nullptr;
  Use use_ = Use::kUndecided;
  std::string received_;  ///< while undecided
  int settings_seen_ = 0;
  int settings_acknowledged_ = 0;
  std::string output_;
  uint64_t bytes_passed_ = 0;  ///< both ways
  bool writing_out_ = false;   ///< `output_` is on its way
  bool open_ = true;
  bool input_over_ = false;  ///< nothing more comes from the client
  bool draining_ = false;
  int resets_ = 0;  ///< requests that the client took back
  std::map<int32_t, StreamPtr> streams_;
};

}  // namespace influxdb3::server::http
