#include "server/http/http_server.h"

#include <algorithm>
#include <chrono>
#include <thread>
#include <vector>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "server/http/session_internal.h"
#include "util/log.h"

namespace influxdb3::server::http {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);
constexpr auto kAcceptPause = std::chrono::milliseconds(100);
constexpr auto kAbortWait = std::chrono::seconds(3);
constexpr std::string_view kOverloaded =
    "HTTP/1.1 503 Service Unavailable\r\nretry-after: 1\r\ncontent-length: 0\r\n"
    "connection: close\r\n\r\n";

util::Result<tcp::endpoint> ResolveBindAddress(const std::string& bind) {
  const size_t colon = bind.rfind(':');
  if (colon == std::string::npos) {
    return util::Status::InvalidArgument("invalid address '" + bind + "': no port");
  }
  std::string host = bind.substr(0, colon);
  if (host.size() >= 2 && host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
  }
  if (host.empty()) host = "0.0.0.0";
  asio::io_context context;
  tcp::resolver resolver(context);
  error_code error;
  const auto found = resolver.resolve(
      host, bind.substr(colon + 1), tcp::resolver::passive | tcp::resolver::numeric_service, error);
  if (error || found.empty()) {
    return util::Status::InvalidArgument("invalid address '" + bind + "': " + error.message());
  }
  return found.begin()->endpoint();
}

std::string FormatEndpoint(const tcp::endpoint& endpoint) {
  const std::string host = endpoint.address().to_string();
  const std::string port = std::to_string(endpoint.port());
  return endpoint.address().is_v6() ? "[" + host + "]:" + port : host + ":" + port;
}

}  // namespace

struct HttpServer::Impl {
  Impl(ServerOptions options, Router router) : core(std::move(options), std::move(router)) {
    for (int i = 0; i < core.options.io_threads; ++i) {
      workers.push_back(std::make_unique<IoWorker>());
    }
  }

  util::Status Bind();
  void Start();
  bool Stop(int64_t grace_ns);
  asio::awaitable<void> AcceptLoop();
  void Welcome(IoWorker* worker, tcp::socket socket);
  void ForEachSession(void (Session::*act)());
  bool EndRequests(std::chrono::nanoseconds grace);
  bool WaitForNoConnections(std::chrono::nanoseconds time);
  bool WaitForUnaborted(std::chrono::nanoseconds time);

  ServerCore core;
  std::vector<std::unique_ptr<IoWorker>> workers;
  std::unique_ptr<tcp::acceptor> acceptor;
  std::string address;
  std::vector<asio::executor_work_guard<asio::io_context::executor_type>> guards;
  std::vector<std::thread> threads;
  bool stopped = false;
  bool stuck = false;
};

util::Status HttpServer::Impl::Bind() {
  ASSIGN_OR_RETURN(const tcp::endpoint endpoint, ResolveBindAddress(core.options.bind));
  acceptor = std::make_unique<tcp::acceptor>(workers[0]->context);
  error_code error;
  acceptor->open(endpoint.protocol(), error);
  if (!error) acceptor->set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) acceptor->bind(endpoint, error);
  if (!error) acceptor->listen(asio::socket_base::max_listen_connections, error);
  if (error) {
    return util::Status::Io("failed to bind address " + core.options.bind + ": " + error.message());
  }
  address = FormatEndpoint(acceptor->local_endpoint(error));
  return util::Status::Ok();
}

void HttpServer::Impl::Start() {
  asio::co_spawn(workers[0]->context, AcceptLoop(), asio::detached);
  for (const auto& worker : workers) {
    guards.push_back(asio::make_work_guard(worker->context));
    threads.emplace_back([context = &worker->context]() { context->run(); });
  }
}

asio::awaitable<void> HttpServer::Impl::AcceptLoop() {
  asio::steady_timer pause(workers[0]->context);
  size_t next = 0;
  while (acceptor->is_open()) {
    IoWorker* worker = workers[next++ % workers.size()].get();
    tcp::socket socket(worker->context);
    auto [error] = co_await acceptor->async_accept(socket, kAwait);
    if (error == asio::error::operation_aborted) break;
    if (error) {
      util::LogWarn("cannot accept a connection: {}", error.message());
      pause.expires_after(kAcceptPause);
      auto [pause_error] = co_await pause.async_wait(kAwait);
      if (pause_error) break;
      continue;
    }
    Welcome(worker, std::move(socket));
  }
}

void HttpServer::Impl::Welcome(IoWorker* worker, tcp::socket socket) {
  error_code ignored;
  {
    const std::lock_guard lock(core.connections_mutex);
    if (core.connection_count >= core.options.connections_max) {
      socket.non_blocking(true, ignored);
      socket.write_some(asio::buffer(kOverloaded), ignored);
      return;
    }
    ++core.connection_count;
  }
  socket.set_option(tcp::no_delay(true), ignored);
  auto session = std::make_shared<Session>(&core, worker, std::move(socket));
  asio::co_spawn(
      worker->context,
      [session]() -> asio::awaitable<void> {
        // The closure dies before the coroutine does.
        // NOLINTNEXTLINE(performance-unnecessary-copy-initialization)
        const std::shared_ptr<Session> held = session;
        co_await held->Run();
      },
      asio::detached);
}

void HttpServer::Impl::ForEachSession(void (Session::*act)()) {
  for (const auto& worker : workers) {
    asio::post(worker->context, [worker = worker.get(), act]() {
      for (Session* session : worker->sessions) (session->*act)();
    });
  }
}

bool HttpServer::Impl::WaitForNoConnections(std::chrono::nanoseconds time) {
  std::unique_lock lock(core.connections_mutex);
  return core.connections_changed.wait_for(lock, time,
                                           [this]() { return core.connection_count == 0; });
}

bool HttpServer::Impl::WaitForUnaborted(std::chrono::nanoseconds time) {
  std::unique_lock lock(core.connections_mutex);
  return core.connections_changed.wait_for(
      lock, time, [this]() { return core.connection_count == core.aborted_count; });
}

bool HttpServer::Impl::EndRequests(std::chrono::nanoseconds grace) {
  const std::chrono::nanoseconds query_grace(core.options.query_grace_ns);
  if (WaitForNoConnections(std::min(grace, query_grace))) return true;
  if (grace > std::chrono::nanoseconds(0)) {
    util::LogWarn("requests still running at shutdown are cancelled");
  }
  if (grace > query_grace) {
    ForEachSession(&Session::AbortUnlessWriting);
    const auto begun = std::chrono::steady_clock::now();
    if (WaitForNoConnections(std::min<std::chrono::nanoseconds>(grace - query_grace, kAbortWait))) {
      return true;
    }
    // A query that does not end even so must not make the stop wait as long as writes may take.
    const auto left = grace - query_grace - (std::chrono::steady_clock::now() - begun);
    if (WaitForUnaborted(left)) return WaitForNoConnections(std::chrono::nanoseconds(0));
  }
  ForEachSession(&Session::Abort);
  return WaitForNoConnections(kAbortWait);
}

bool HttpServer::Impl::Stop(int64_t grace_ns) {
  if (stopped) return !stuck;
  stopped = true;
  core.stopping.store(true);
  if (!threads.empty()) {
    asio::post(workers[0]->context, [this]() {
      error_code ignored;
      acceptor->close(ignored);
    });
    ForEachSession(&Session::CloseIfReceiving);
    stuck = !EndRequests(std::chrono::nanoseconds(grace_ns));
    if (stuck) return false;
  }
  core.query_pool.join();
  core.write_pool.join();
  for (auto& guard : guards) guard.reset();
  for (const auto& worker : workers) worker->context.stop();
  for (std::thread& thread : threads) thread.join();
  return true;
}

util::Result<std::unique_ptr<HttpServer>> HttpServer::Listen(ServerOptions options, Router router) {
  auto impl = std::make_unique<Impl>(std::move(options), std::move(router));
  RETURN_IF_ERROR(impl->Bind());
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(impl)));
}

HttpServer::HttpServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

HttpServer::~HttpServer() {
  if (!impl_->Stop(0)) static_cast<void>(impl_.release());
}

void HttpServer::Start() {
  impl_->Start();
}

const std::string& HttpServer::address() const {
  return impl_->address;
}

bool HttpServer::Stop(int64_t grace_ns) {
  return impl_->Stop(grace_ns);
}

}  // namespace influxdb3::server::http
