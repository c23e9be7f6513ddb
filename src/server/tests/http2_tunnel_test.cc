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
#include "server/http/settings_ack_filter.h"
#include "server/tests/raw_client.h"

namespace influxdb3::server::http {
namespace {

constexpr int64_t kMillisecond = 1'000'000;
constexpr const char* kPreface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

std::string Frame(char type, char flags, char stream, const std::string& payload) {
  const char head[] = {0, 0, static_cast<char>(payload.size()), type, flags, 0, 0, 0, stream};
  return std::string(head, sizeof(head)) + payload;
}

const std::string kSettings = Frame(4, 0, 0, "");
const std::string kSettingsAck = Frame(4, 1, 0, "");
const std::string kPing = Frame(6, 0, 0, "12345678");
/// POST / with `content-type: application/grpc`, from HPACK's static table but for the value.
const std::string kCall = Frame(1, 4, 1,
                                "\x83\x86\x84\x01\x01"
                                "h\x0f\x10\x10"
                                "application/grpc");
/// GET /
const std::string kGet = Frame(1, 5, 1, "\x82\x86\x84\x01\x01h");

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

TEST_F(TunnelTest, CallsArePassedOnBothWays) {
  Start();
  RawClient client(server_->address());
  // The preface and what follows it come in pieces.
  ASSERT_TRUE(client.Send("PRI * HTT"));
  ASSERT_TRUE(client.Send(std::string(kPreface).substr(9) + kSettings + kCall.substr(0, 3)));
  // The client is greeted before anybody knows what it wants, since some clients wait for that.
  EXPECT_EQ(client.ReceiveBytes(18), kSettings + kSettingsAck);
  ASSERT_TRUE(client.Send(kCall.substr(3) + kSettingsAck.substr(0, 4)));
  upstream_.Accept();
  EXPECT_EQ(upstream_.Receive(33 + kCall.size()), kPreface + kSettings + kCall);
  // Neither side hears of acknowledgements of what it did not send.
  upstream_.Send(kSettings + kSettingsAck + kPing);
  EXPECT_EQ(client.ReceiveBytes(26), kSettings + kPing);
  const std::string large(300'000, 'x');
  ASSERT_TRUE(client.Send(kSettingsAck.substr(4) + kSettingsAck + large));
  EXPECT_EQ(upstream_.Receive(9 + large.size()), kSettingsAck + large);
  upstream_.Send(kSettingsAck + large);
  EXPECT_EQ(client.ReceiveBytes(9 + large.size()), kSettingsAck + large);
}

TEST_F(TunnelTest, PassesTheEndOnEitherWay) {
  Start();
  {
    RawClient client(server_->address());
    ASSERT_TRUE(client.Send(kPreface + kSettings + kCall));
    upstream_.Accept();
    EXPECT_EQ(upstream_.Receive(33 + kCall.size()), kPreface + kSettings + kCall);
    client.Close();
    EXPECT_EQ(upstream_.Receive(1), "");
    upstream_.CloseConnection();
  }
  RawClient client(server_->address());
  ASSERT_TRUE(client.Send(kPreface + kSettings + kCall));
  upstream_.Accept();
  EXPECT_EQ(upstream_.Receive(33 + kCall.size()), kPreface + kSettings + kCall);
  upstream_.CloseConnection();
  EXPECT_EQ(client.ReceiveBytes(100), kSettings);
}

TEST_F(TunnelTest, AKeptConnectionIsPassedOnWhenItsClientAsksForASignOfLife) {
  Start();
  RawClient client(server_->address());
  ASSERT_TRUE(client.Send(kPreface + kSettings));
  EXPECT_EQ(client.ReceiveBytes(18), kSettings + kSettingsAck);
  ASSERT_TRUE(client.Send(kPing));
  upstream_.Accept();
  EXPECT_EQ(upstream_.Receive(24 + 9 + 17), kPreface + kSettings + kPing);
}

TEST_F(TunnelTest, BlanksBehindAHeadersValueDoNotMatter) {
  Start();
  RawClient client(server_->address());
  // `x: v ` before everything that says what the request is for.
  const std::string call = Frame(1, 4, 1,
                                 "\x83\x86\x84\x01\x01h" + std::string("\0\1x\2v ", 6) +
                                     "\x0f\x10\x10"
                                     "application/grpc");
  ASSERT_TRUE(client.Send(kPreface + kSettings + call));
  upstream_.Accept();
  EXPECT_EQ(upstream_.Receive(33 + call.size()), kPreface + kSettings + call);
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
  ASSERT_TRUE(client.Send(kPreface + kSettings + kCall));
  upstream_.Accept();
  EXPECT_EQ(client.ReceiveBytes(100), kSettings);
  EXPECT_EQ(upstream_.Receive(100), kPreface + kSettings + kCall);
  RawClient mute(server_->address());
  ASSERT_TRUE(mute.Send(kPreface));
  EXPECT_EQ(mute.ReceiveBytes(100), kSettings);
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
  ASSERT_TRUE(client.Send(kPreface + kSettings + kCall));
  EXPECT_EQ(client.ReceiveBytes(100), kSettings);
}

TEST_F(TunnelTest, AStopEndsTunnels) {
  Start();
  RawClient client(server_->address());
  ASSERT_TRUE(client.Send(kPreface + kSettings + kCall));
  upstream_.Accept();
  EXPECT_EQ(upstream_.Receive(33 + kCall.size()), kPreface + kSettings + kCall);
  EXPECT_TRUE(server_->Stop(0));
  EXPECT_EQ(client.ReceiveBytes(100), kSettings);
}

TEST_F(TunnelTest, OtherRequestsOverHttp2AreServedHere) {
  Start();
  RawClient client(server_->address());
  ASSERT_TRUE(client.Send(kPreface + kSettings + kGet));
  std::string received;
  while (received.find("Not found") == std::string::npos && client.ReceiveMore()) {
    received += client.ReceiveSome();
  }
  EXPECT_NE(received.find("Not found"), std::string::npos);
}

TEST(SettingsAckFilterTest, TakesThatManyAcknowledgementsOutHoweverBytesAreCut) {
  const std::string frames = kSettings + kPing + kSettingsAck + kCall + kSettingsAck + kSettingsAck;
  for (size_t piece = 1; piece <= frames.size(); ++piece) {
    SettingsAckFilter filter(2);
    std::string passed;
    for (size_t begin = 0; begin < frames.size(); begin += piece) {
      filter.Pass(std::string_view(frames).substr(begin, piece), &passed);
    }
    EXPECT_EQ(passed, kSettings + kPing + kCall + kSettingsAck) << piece;
    EXPECT_TRUE(filter.done());
  }
}

}  // namespace
}  // namespace influxdb3::server::http
