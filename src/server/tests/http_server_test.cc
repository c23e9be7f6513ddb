#include "server/http/http_server.h"

#include <condition_variable>
#include <future>
#include <mutex>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "server/tests/raw_client.h"
#include "server/tests/server_fixture.h"

namespace influxdb3::server::http {
namespace {

constexpr int64_t kMillisecond = 1'000'000;
constexpr int64_t kMinute = 60'000 * kMillisecond;

class HttpServerTest : public ServerFixture {};

TEST_F(HttpServerTest, KeepsTheConnectionAndSendsTheFixedHeaders) {
  Start();
  RawClient client(server_->address());
  for (int i = 0; i < 3; ++i) {
    const RawReply reply = client.Request("POST", "/echo", "hello");
    EXPECT_EQ(reply.status, 200);
    EXPECT_EQ(reply.body, "hello");
    EXPECT_EQ(reply.headers.at("cluster-uuid"), "the-uuid");
    EXPECT_EQ(reply.headers.at("access-control-allow-origin"), "*");
    EXPECT_EQ(reply.headers.count("connection"), 0U);
  }
  const RawReply last = client.Request("POST", "/echo", "bye", "Connection: close\r\n");
  EXPECT_EQ(last.headers.at("connection"), "close");
  EXPECT_TRUE(client.AtEnd());
}

TEST_F(HttpServerTest, UnknownPathAndWrongMethodAreNotFound) {
  Start();
  RawClient client(server_->address());
  for (const char* method : {"GET", "PATCH", "BREW"}) {
    const RawReply reply = client.Request(method, "/echo");
    EXPECT_EQ(reply.status, 404);
    EXPECT_EQ(reply.body, "Not found");
  }
  EXPECT_EQ(client.Request("POST", "/nope", "a body that is skipped").status, 404);
  EXPECT_EQ(client.Request("POST", "/echo", "still alive").body, "still alive");
}

TEST_F(HttpServerTest, OptionsIsAnsweredForEveryPath) {
  Start();
  RawClient client(server_->address());
  const RawReply reply = client.Request("OPTIONS", "/any/path");
  EXPECT_EQ(reply.status, 204);
  EXPECT_EQ(reply.headers.at("access-control-allow-origin"), "*");
  EXPECT_EQ(reply.headers.at("access-control-allow-methods"), "*");
  EXPECT_EQ(reply.headers.at("access-control-allow-headers"), "*");
  EXPECT_EQ(reply.headers.at("access-control-max-age"), "86400");
}

TEST_F(HttpServerTest, HeadHasNoBodyAndTheQueryStringArrives) {
  Start();
  RawClient client(server_->address());
  EXPECT_EQ(client.Request("HEAD", "/where").status, 200);
  EXPECT_EQ(client.Request("GET", "/where?a=1&b=%20").body, "a=1&b=%20");
  EXPECT_EQ(client.Request("GET", "http://example.org/where?c").body, "c");
}

TEST_F(HttpServerTest, PipelinedRequestsAreAnsweredInOrder) {
  Start();
  RawClient client(server_->address());
  std::string requests;
  for (int i = 0; i < 50; ++i) {
    const std::string body = std::to_string(i);
    requests += "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: " + std::to_string(body.size()) +
                "\r\n\r\n" + body;
  }
  client.Send(requests);
  for (int i = 0; i < 50; ++i) EXPECT_EQ(client.Receive().body, std::to_string(i));
}

TEST_F(HttpServerTest, ChunkedBodiesAreJoined) {
  Start();
  RawClient client(server_->address());
  const std::string head = "POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";
  EXPECT_EQ(client.Exchange(head + "3\r\nabc\r\n5;x=y\r\ndefgh\r\n0\r\n\r\n").body, "abcdefgh");
  client.Send(head + "2\r\nab\r\n");
  client.Send("1\r\nc");
  EXPECT_EQ(client.Exchange("\r\n0\r\nTrailer: t\r\n\r\n").body, "abc");
}

TEST_F(HttpServerTest, BodiesOfTheLimitPassAndLongerOnesDoNot) {
  Start();
  RawClient client(server_->address());
  EXPECT_EQ(client.Request("POST", "/echo", std::string(1000, 'x')).body.size(), 1000U);
  EXPECT_EQ(client.Request("POST", "/echo", std::string(1001, 'x')).status, 413);
  EXPECT_TRUE(client.AtEnd());

  RawClient chunked(server_->address());
  std::string request = "POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";
  request += "3e8\r\n" + std::string(1000, 'x') + "\r\n";
  EXPECT_EQ(chunked.Exchange(request + "0\r\n\r\n").body.size(), 1000U);
  EXPECT_EQ(chunked.Exchange(request + "1\r\nx\r\n0\r\n\r\n").status, 413);
}

TEST_F(HttpServerTest, ContinueIsSentOnlyForBodiesThatAreWanted) {
  Start();
  RawClient client(server_->address());
  client.Send(
      "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(client.Receive().status, 100);
  EXPECT_EQ(client.Exchange("hello").body, "hello");
  client.Send(
      "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 5000\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(client.Receive().status, 413);

  RawClient other(server_->address());
  other.Send("POST /nope HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(other.Receive().status, 404);
}

TEST_F(HttpServerTest, GarbageAndOversizedHeadersAreRefused) {
  options_.header_bytes_max = 4096;
  options_.linger_timeout_ns = 100 * kMillisecond;
  Start();
  const char* const garbage[] = {"\x16\x03\x01\x02garbage\r\n\r\n",
                                 "GET\r\n\r\n",
                                 "GET / HTTP/9.9\r\n\r\n",
                                 "GET / HTTP/1.1\r\nno colon\r\n\r\n",
                                 "POST /echo HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
                                 "POST /echo HTTP/1.1\r\nContent-Length: 1\r\n"
                                 "Transfer-Encoding: chunked\r\n\r\n"};
  for (const char* request : garbage) {
    RawClient client(server_->address());
    EXPECT_EQ(client.Exchange(request).status, 400) << request;
    EXPECT_TRUE(client.AtEnd());
  }
  RawClient bad_chunk(server_->address());
  EXPECT_EQ(
      bad_chunk
          .Exchange("POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n")
          .status,
      400);
  RawClient oversized(server_->address());
  EXPECT_EQ(oversized.Request("GET", "/where?" + std::string(5000, 'q')).status, 431);
  RawClient alive(server_->address());
  EXPECT_EQ(alive.Request("GET", "/where?ok").body, "ok");
}

TEST_F(HttpServerTest, HandlersThatFailAnswer500) {
  Start();
  RawClient client(server_->address());
  EXPECT_EQ(client.Request("GET", "/drop").status, 500);
  const RawReply reply = client.Request("GET", "/throw");
  EXPECT_EQ(reply.status, 500);
  EXPECT_EQ(reply.body, "internal error: out of luck");
  EXPECT_EQ(client.Request("GET", "/where?on").body, "on");
}

TEST_F(HttpServerTest, LongBodiesAreStreamed) {
  Start();
  RawClient client(server_->address());
  const RawReply reply = client.Request("GET", "/stream");
  EXPECT_EQ(reply.headers.at("transfer-encoding"), "chunked");
  EXPECT_TRUE(reply.intact);
  EXPECT_EQ(reply.body.size(), 5U + 50 * 100'000);
  EXPECT_EQ(client.Request("GET", "/where?next").body, "next");

  client.Send("GET /stream HTTP/1.0\r\n\r\n");
  const RawReply old = client.Receive();
  EXPECT_EQ(old.headers.count("transfer-encoding"), 0U);
  EXPECT_EQ(old.body.size(), 5U + 50 * 100'000);
}

TEST_F(HttpServerTest, AFaultAfterTheFirstByteBreaksTheBodyOff) {
  Start();
  RawClient client(server_->address());
  const RawReply reply = client.Request("GET", "/broken");
  EXPECT_EQ(reply.status, 200);
  EXPECT_FALSE(reply.intact);
  EXPECT_EQ(reply.body, "first" + std::string(20, 'x'));
}

TEST_F(HttpServerTest, AClientThatLeavesCancelsItsQuery) {
  Start();
  {
    RawClient client(server_->address());
    client.Send("GET /hang HTTP/1.1\r\nHost: h\r\n\r\n");
    hanging_.Wait();
  }
  release_.Wait();
  RawClient streaming(server_->address());
  streaming.Send("GET /endless HTTP/1.1\r\nHost: h\r\n\r\n");
  ASSERT_TRUE(streaming.ReceiveMore());
  streaming.Close();
  cancelled_->Wait();
}

TEST_F(HttpServerTest, SlowClientsAreDroppedAndStallNobody) {
  options_.header_timeout_ns = 300 * kMillisecond;
  options_.stall_timeout_ns = 300 * kMillisecond;
  options_.io_threads = 1;
  Start();
  RawClient half_head(server_->address());
  half_head.Send("POST /echo HT");
  RawClient half_body(server_->address());
  half_body.Send("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhe");
  RawClient never_reads(server_->address());
  never_reads.Send("GET /endless HTTP/1.1\r\nHost: h\r\n\r\n");
  RawClient other(server_->address());
  EXPECT_EQ(other.Request("POST", "/echo", "quick").body, "quick");
  EXPECT_TRUE(half_head.AtEnd());
  EXPECT_TRUE(half_body.AtEnd());
  cancelled_->Wait();
}

TEST_F(HttpServerTest, ConnectionsWhoseClientSendsNothingEndWithIt) {
  Start();
  for (const char* begun : {"", "PRI * HT", "POS", "POST /echo HTTP/1.1\r\n"}) {
    RawClient client(server_->address());
    ASSERT_TRUE(client.Send(begun));
    shutdown(client.fd(), SHUT_WR);
    EXPECT_TRUE(client.AtEnd()) << begun;
  }
}

TEST_F(HttpServerTest, IdleConnectionsEnd) {
  options_.idle_timeout_ns = 100 * kMillisecond;
  Start();
  RawClient client(server_->address());
  EXPECT_EQ(client.Request("GET", "/where?a").body, "a");
  EXPECT_TRUE(client.AtEnd());
}

TEST_F(HttpServerTest, LongQueriesDoNotHoldUpWrites) {
  options_.query_threads = 1;
  options_.write_threads = 1;
  options_.io_threads = 1;
  Start();
  RawClient query(server_->address());
  query.Send("GET /hang HTTP/1.1\r\nHost: h\r\n\r\n");
  hanging_.Wait();
  RawClient writer(server_->address());
  EXPECT_EQ(writer.Request("POST", "/echo", "through").body, "through");
  release_.Open();
  EXPECT_EQ(query.Receive().body, "late");
}

TEST_F(HttpServerTest, DisconnectsInTheMiddleOfABodyLeaveTheServerAlone) {
  Start();
  for (int i = 0; i < 20; ++i) {
    RawClient client(server_->address());
    client.Send("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 900\r\n\r\npartial");
  }
  RawClient client(server_->address());
  EXPECT_EQ(client.Request("POST", "/echo", "fine").body, "fine");
}

TEST_F(HttpServerTest, ConnectionsPastTheLimitAreTurnedAway) {
  options_.connections_max = 1;
  Start();
  RawClient first(server_->address());
  EXPECT_EQ(first.Request("GET", "/where?1").body, "1");
  RawClient second(server_->address());
  const RawReply refused = second.Receive();
  EXPECT_EQ(refused.status, 503);
  EXPECT_EQ(refused.headers.at("retry-after"), "1");
  EXPECT_EQ(first.Request("GET", "/where?2").body, "2");
}

TEST_F(HttpServerTest, BodiesPastTheSharedLimitAreRefused) {
  options_.bodies_in_flight_bytes_max = 500;
  Start();
  RawClient client(server_->address());
  EXPECT_EQ(client.Request("POST", "/echo", std::string(500, 'x')).status, 200);
  EXPECT_EQ(client.Request("POST", "/echo", std::string(500, 'x')).status, 200);
  const RawReply reply = client.Request("POST", "/echo", std::string(501, 'x'));
  EXPECT_EQ(reply.status, 429);
  EXPECT_EQ(reply.body, "this service is overloaded, please try again later");
  RawClient other(server_->address());
  EXPECT_EQ(other.Request("POST", "/echo", std::string(500, 'x')).status, 200);
}

TEST_F(HttpServerTest, StopLetsRunningRequestsFinish) {
  Start();
  RawClient idle(server_->address());
  EXPECT_EQ(idle.Request("GET", "/where?i").body, "i");
  RawClient busy(server_->address());
  busy.Send("GET /hang HTTP/1.1\r\nHost: h\r\n\r\n");
  hanging_.Wait();
  std::thread stopper([this]() { server_->Stop(kMinute); });
  EXPECT_TRUE(idle.AtEnd());
  release_.Open();
  const RawReply reply = busy.Receive();
  EXPECT_EQ(reply.body, "late");
  EXPECT_EQ(reply.headers.at("connection"), "close");
  stopper.join();
}

TEST_F(HttpServerTest, StopWaitsForWholeRequestsOnly) {
  options_.io_threads = 1;
  Start();
  RawClient silent(server_->address());
  RawClient idle(server_->address());
  EXPECT_EQ(idle.Request("GET", "/where?i").body, "i");
  RawClient half_head(server_->address());
  half_head.Send("GET /where HTTP/1.1\r\nHo");
  RawClient half_body(server_->address());
  half_body.Send("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 100\r\n\r\npart");
  RawClient half_chunk(server_->address());
  half_chunk.Send("POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n20\r\npart");
  RawClient uninvited(server_->address());
  uninvited.Send(
      "POST /echo HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 9\r\n\r\n");
  EXPECT_EQ(uninvited.Receive().status, 100);
  RawClient busy(server_->address());
  busy.Send("GET /hang HTTP/1.1\r\nHost: h\r\n\r\n");
  hanging_.Wait();
  std::thread stopper([this]() { server_->Stop(kMinute); });
  for (RawClient* client : {&silent, &idle, &half_head, &half_body, &half_chunk, &uninvited}) {
    EXPECT_TRUE(client->AtEnd());
  }
  release_.Open();
  EXPECT_EQ(busy.Receive().body, "late");
  stopper.join();
}

TEST_F(HttpServerTest, StopCancelsWhatDoesNotFinishInTime) {
  Start();
  RawClient busy(server_->address());
  busy.Send("GET /hang HTTP/1.1\r\nHost: h\r\n\r\n");
  hanging_.Wait();
  RawClient endless(server_->address());
  endless.Send("GET /endless HTTP/1.1\r\nHost: h\r\n\r\n");
  ASSERT_TRUE(endless.ReceiveMore());
  server_->Stop(10 * kMillisecond);
  release_.Wait();
  cancelled_->Wait();
}

TEST_F(HttpServerTest, StopCancelsQueriesBeforeWrites) {
  options_.query_grace_ns = 10 * kMillisecond;
  Latch writing;
  Latch acknowledge;
  write_ = [&](const std::shared_ptr<Exchange>& exchange) {
    writing.Open();
    acknowledge.Wait();
    exchange->Respond(MakeResponse(exchange->disconnected() ? 500 : 200, "durable"));
  };
  Start();
  RawClient query(server_->address());
  query.Send("GET /hang HTTP/1.1\r\nHost: h\r\n\r\n");
  hanging_.Wait();
  RawClient endless(server_->address());
  endless.Send("GET /endless HTTP/1.1\r\nHost: h\r\n\r\n");
  ASSERT_TRUE(endless.ReceiveMore());
  RawClient writer(server_->address());
  writer.Send("GET /write HTTP/1.1\r\nHost: h\r\n\r\n");
  writing.Wait();
  std::future<bool> stopped =
      std::async(std::launch::async, [this]() { return server_->Stop(kMinute); });
  release_.Wait();
  cancelled_->Wait();
  EXPECT_TRUE(query.AtEnd());
  acknowledge.Open();
  EXPECT_EQ(writer.Receive().body, "durable");
  EXPECT_TRUE(stopped.get());
}

TEST_F(HttpServerTest, APortInUseIsAnError) {
  Start();
  options_.bind = server_->address();
  util::Result<std::unique_ptr<HttpServer>> second = HttpServer::Listen(options_, Router());
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.status().message(),
            "failed to bind address " + options_.bind + ": Address already in use");
}

TEST_F(HttpServerTest, FinishedRequestsAreReported) {
  std::promise<RequestSummary> reported;
  options_.on_request = [&](const RequestSummary& summary) { reported.set_value(summary); };
  Start();
  RawClient client(server_->address());
  client.Request("POST", "/echo", "1234");
  const RequestSummary summary = reported.get_future().get();
  EXPECT_EQ(summary.method, Method::kPost);
  EXPECT_EQ(summary.route, "/echo");
  EXPECT_EQ(summary.status, 200);
  EXPECT_EQ(summary.response_body_bytes, 4U);
}

}  // namespace
}  // namespace influxdb3::server::http
