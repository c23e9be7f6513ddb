// Connections that begin as HTTP/2 does are passed on to a Unix socket.
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "server/http/http_server.h"
#include "server/tests/raw_client.h"

namespace influxdb3::server::http {
namespace {

constexpr int64_t kMillisecond = 1'000'000;
constexpr const char* kPreface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// The server behind the socket, driven by the test.
class Upstream {
 public:
  Upstream() {
    folder_ = (std::filesystem::temp_directory_path() / "tunnelXXXXXX").string();
    EXPECT_NE(mkdtemp(folder_.data()), nullptr);
    listener_ = socket(AF_UNIX, SOCK_STREAM, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path().copy(address.sun_path, sizeof(address.sun_path) - 1);
    EXPECT_EQ(bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
    EXPECT_EQ(listen(listener_, 8), 0);
  }
  ~Upstream() {
    CloseConnection();
    close(listener_);
    std::filesystem::remove_all(folder_);
  }
  std::string path() const { return folder_ + "/s"; }

  void Accept() {
    connection_ = accept(listener_, nullptr, nullptr);
    ASSERT_GE(connection_, 0);
  }
  /// That many bytes, or less when the connection ends before.
  std::string Receive(size_t size) {
    std::string bytes(size, '\0');
    size_t have = 0;
    while (have < size) {
      const ssize_t more = recv(connection_, bytes.data() + have, size - have, 0);
      if (more <= 0) break;
      have += static_cast<size_t>(more);
    }
    return bytes.substr(0, have);
  }
  void Send(const std::string& bytes) {
    ASSERT_EQ(send(connection_, bytes.data(), bytes.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(bytes.size()));
  }
  void CloseConnection() {
    if (connection_ >= 0) close(connection_);
    connection_ = -1;
  }

 private:
  std::string folder_;
  int listener_ = -1;
  int connection_ = -1;
};

class TunnelTest : public ::testing::Test {
 protected:
  void Start(ServerOptions options = ServerOptions()) {
    options.bind = "127.0.0.1:0";
    options.body_bytes_max = 1024;
    options.http2_socket_path = upstream_.path();
    Router router;
    router.Add(Method::kGet, "/hello", Pool::kInline,
               [](const std::shared_ptr<Exchange>& exchange) {
                 exchange->Respond(MakeResponse(200, "hello"));
               });
    auto server = HttpServer::Listen(std::move(options), std::move(router));
    ASSERT_TRUE(server.ok()) << server.status().ToString();
    server_ = std::move(server).value();
    server_->Start();
  }

  Upstream upstream_;
  std::unique_ptr<HttpServer> server_;
};

TEST_F(TunnelTest, PassesEveryByteOnBothWays) {
  Start();
  RawClient client(server_->address());
  // The preface and what follows it come in pieces.
  ASSERT_TRUE(client.Send("PRI * HTT"));
  ASSERT_TRUE(client.Send(std::string(kPreface).substr(9) + std::string("\0\1\2", 3)));
  upstream_.Accept();
  EXPECT_EQ(upstream_.Receive(27), std::string(kPreface) + std::string("\0\1\2", 3));
  const std::string large(300'000, 'x');
  ASSERT_TRUE(client.Send(large));
  EXPECT_EQ(upstream_.Receive(large.size()), large);
  // What comes back looks like a reply, so that the client can take it apart.
  upstream_.Send("HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n" + std::string(100'000, 'y'));
  const RawReply reply = client.Receive();
  EXPECT_EQ(reply.body, std::string(100'000, 'y'));
}

TEST_F(TunnelTest, PassesTheEndOnEitherWay) {
  Start();
  {
    RawClient client(server_->address());
    ASSERT_TRUE(client.Send(kPreface));
    upstream_.Accept();
    EXPECT_EQ(upstream_.Receive(24), kPreface);
    client.Close();
    EXPECT_EQ(upstream_.Receive(1), "");
    upstream_.CloseConnection();
  }
  RawClient client(server_->address());
  ASSERT_TRUE(client.Send(kPreface));
  upstream_.Accept();
  EXPECT_EQ(upstream_.Receive(24), kPreface);
  upstream_.CloseConnection();
  EXPECT_TRUE(client.AtEnd());
}

TEST_F(TunnelTest, OtherConnectionsStayHttp1) {
  Start();
  RawClient plain(server_->address());
  EXPECT_EQ(plain.Request("GET", "/hello").body, "hello");
  EXPECT_EQ(plain.Request("GET", "/hello").body, "hello");
  RawClient almost(server_->address());
  ASSERT_TRUE(almost.Send("PRI * HTTP/1.1\r\nHost: h\r\n\r\n"));
  EXPECT_EQ(almost.Receive().status / 100, 4);
}

TEST_F(TunnelTest, SilentConnectionsAreClosed) {
  ServerOptions options;
  options.http2_idle_timeout_ns = 50 * kMillisecond;
  Start(options);
  RawClient client(server_->address());
  ASSERT_TRUE(client.Send(kPreface));
  upstream_.Accept();
  EXPECT_TRUE(client.AtEnd());
  EXPECT_EQ(upstream_.Receive(100), kPreface);
}

TEST_F(TunnelTest, AnUnfinishedPrefaceIsNotWaitedForLong) {
  ServerOptions options;
  options.header_timeout_ns = 50 * kMillisecond;
  Start(options);
  RawClient client(server_->address());
  ASSERT_TRUE(client.Send("PRI * HT"));
  EXPECT_TRUE(client.AtEnd());
}

TEST_F(TunnelTest, AMissingUpstreamEndsTheConnection) {
  Start();
  std::filesystem::remove(upstream_.path());
  RawClient client(server_->address());
  ASSERT_TRUE(client.Send(kPreface));
  EXPECT_TRUE(client.AtEnd());
}

TEST_F(TunnelTest, AStopEndsTunnels) {
  Start();
  RawClient client(server_->address());
  ASSERT_TRUE(client.Send(kPreface));
  upstream_.Accept();
  EXPECT_EQ(upstream_.Receive(24), kPreface);
  EXPECT_TRUE(server_->Stop(0));
  EXPECT_TRUE(client.AtEnd());
}

}  // namespace
}  // namespace influxdb3::server::http
