#include "client/testing/recording_server.h"

#include <list>
#include <mutex>
#include <thread>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>

namespace influxdb3::client {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using tcp = asio::ip::tcp;

struct RecordingServer::State {
  Answer answer;
  asio::io_context context;
  tcp::acceptor acceptor{context, tcp::endpoint(asio::ip::address_v4::loopback(), 0)};
  std::thread accept_thread;

  std::mutex mutex;  // guards everything below
  std::vector<RecordedRequest> requests;
  std::list<tcp::socket> sockets;
  std::vector<std::thread> threads;
  bool stopping = false;

  void Accept() {
    while (true) {
      beast::error_code error;
      tcp::socket socket(context);
      acceptor.accept(socket, error);
      std::lock_guard lock(mutex);
      if (stopping) return;
      if (error) continue;
      sockets.push_back(std::move(socket));
      threads.emplace_back([this, &accepted = sockets.back()] { Serve(accepted); });
    }
  }

  void Serve(tcp::socket& socket) {
    beast::flat_buffer buffer;
    beast::error_code error;
    while (true) {
      http::request<http::string_body> request;
      http::read(socket, buffer, request, error);
      if (error) return;
      RecordedRequest recorded;
      recorded.method = std::string(request.method_string());
      recorded.target = std::string(request.target());
      recorded.authorization = std::string(request[http::field::authorization]);
      recorded.content_type = std::string(request[http::field::content_type]);
      recorded.content_encoding = std::string(request[http::field::content_encoding]);
      recorded.body = request.body();
      CannedReply reply = answer(recorded);
      {
        std::lock_guard lock(mutex);
        requests.push_back(std::move(recorded));
      }
      http::response<http::string_body> response(static_cast<http::status>(reply.status),
                                                 request.version());
      response.keep_alive(request.keep_alive());
      response.body() = reply.body;
      response.prepare_payload();
      http::write(socket, response, error);
      if (error) return;
    }
  }
};

RecordingServer::RecordingServer(Answer answer) : state_(std::make_unique<State>()) {
  state_->answer = std::move(answer);
  state_->accept_thread = std::thread([state = state_.get()] { state->Accept(); });
}

RecordingServer::~RecordingServer() {
  beast::error_code ignored;
  {
    std::lock_guard lock(state_->mutex);
    state_->stopping = true;
    for (tcp::socket& socket : state_->sockets) {
      socket.shutdown(tcp::socket::shutdown_both, ignored);
    }
  }
  // A blocked accept is woken by one more connection.
  tcp::socket wake(state_->context);
  wake.connect(state_->acceptor.local_endpoint(), ignored);
  state_->accept_thread.join();
  for (std::thread& thread : state_->threads) thread.join();
}

std::string RecordingServer::url() const {
  return "http://127.0.0.1:" + std::to_string(state_->acceptor.local_endpoint().port());
}

std::vector<RecordedRequest> RecordingServer::requests() const {
  std::lock_guard lock(state_->mutex);
  return state_->requests;
}

}  // namespace influxdb3::client
