// Sends arbitrary bytes to a real server on a loopback port, with handlers that read everything a
// request can carry. Whatever arrives, the server must neither crash nor hang, must answer a
// well-formed request afterwards, and must never hand out a body beyond its limit.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

#include "server/http/authorization.h"
#include "server/http/body_decoder.h"
#include "server/http/http_server.h"
#include "server/http/json_params.h"
#include "server/http/rfc3339.h"
#include "server/http/url_params.h"
#include "server/http/utf8_check.h"
#include "util/check.h"

namespace {

namespace http = influxdb3::server::http;

constexpr size_t kBodyBytesMax = 4096;

void ReadEverything(const std::shared_ptr<http::Exchange>& exchange) {
  http::Request& request = exchange->request();
  const http::UrlParams params = http::UrlParams::Parse(request.query);
  if (const std::string* value = params.Find("t")) {
    CHECK(http::CheckUtf8(*value).ok());
    static_cast<void>(http::ParseRfc3339(*value));
  }
  http::CheckAuthorizationForm(request.Header("authorization"));
  auto body = http::TakeTextBody(&request, kBodyBytesMax);
  if (body.ok()) {
    CHECK(body->size() <= kBodyBytesMax);
    const auto json = http::JsonParams::Parse(*body, "Anything");
    if (json.ok()) static_cast<void>(json->RequiredStrings("a"));
  }
  exchange->Respond(http::MakeResponse(200, body.ok() ? *body : body.status().message()));
}

std::unique_ptr<http::HttpServer> StartServer() {
  http::ServerOptions options;
  options.bind = "127.0.0.1:0";
  options.body_bytes_max = kBodyBytesMax;
  options.header_bytes_max = 8192;
  options.io_threads = 1;
  options.write_threads = 1;
  options.query_threads = 1;
  options.linger_timeout_ns = 1'000'000;
  http::Router router;
  router.Add(http::Method::kGet, "/r", http::Pool::kInline, ReadEverything);
  router.Add(http::Method::kPost, "/r", http::Pool::kInline, ReadEverything);
  auto server = http::HttpServer::Listen(options, std::move(router));
  CHECK(server.ok());
  (*server)->Start();
  return std::move(server).value();
}

/// Everything the server answers to `bytes`, after which nothing more is sent.
std::string Converse(const std::string& address, std::string_view bytes) {
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  CHECK(fd >= 0);
  sockaddr_in peer{};
  peer.sin_family = AF_INET;
  peer.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  peer.sin_port = htons(static_cast<uint16_t>(std::atoi(&address[address.rfind(':') + 1])));
  CHECK(connect(fd, reinterpret_cast<sockaddr*>(&peer), sizeof(peer)) == 0);
  while (!bytes.empty()) {
    const ssize_t sent = send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) break;
    bytes.remove_prefix(static_cast<size_t>(sent));
  }
  shutdown(fd, SHUT_WR);
  std::string reply;
  char buffer[4096];
  ssize_t size = 0;
  while ((size = recv(fd, buffer, sizeof(buffer), 0)) > 0) {
    reply.append(buffer, static_cast<size_t>(size));
  }
  close(fd);
  return reply;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static http::HttpServer* const server = StartServer().release();
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  Converse(server->address(), input);
  const std::string alive =
      Converse(server->address(), "POST /r HTTP/1.1\r\nContent-Length: 2\r\n\r\nok");
  CHECK(alive.starts_with("HTTP/1.1 200 OK\r\n"));
  return 0;
}
