// Requests over HTTP/2: the same routes, limits and ends as over HTTP/1.1.
#include <sys/socket.h>

#include <algorithm>
#include <future>
#include <mutex>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "server/tests/http2_client.h"
#include "server/tests/server_fixture.h"

namespace influxdb3::server::http {
namespace {

constexpr int64_t kMillisecond = 1'000'000;

class Http2Test : public ServerFixture {};

TEST_F(Http2Test, ServesRequestsOneAfterTheOtherAndAtOnce) {
  Start();
  Http2Client client(server_->address());
  const Http2Reply first = client.Request("GET", "/where?a=1&b=%20");
  EXPECT_EQ(first.status, 200);
  EXPECT_EQ(first.body, "a=1&b=%20");
  EXPECT_EQ(first.headers.at("content-length"), "9");
  EXPECT_EQ(first.headers.at("cluster-uuid"), "the-uuid");
  EXPECT_EQ(first.headers.at("access-control-allow-origin"), "*");
  EXPECT_EQ(first.headers.count("date"), 1U);
  EXPECT_EQ(first.headers.count("connection"), 0U);
  std::vector<int32_t> ids;
  for (int i = 0; i < 50; ++i) {
    ids.push_back(client.Submit("POST", "/echo", std::string(static_cast<size_t>(i + 1), 'b')));
  }
  ASSERT_TRUE(client.RunUntil([&]() { return client.reply(ids.back()).closed; }));
  client.RunUntil([&]() {
    return std::all_of(ids.begin(), ids.end(), [&](int32_t id) { return client.reply(id).closed; });
  });
  for (size_t i = 0; i < ids.size(); ++i) {
    EXPECT_EQ(client.reply(ids[i]).body, std::string(i + 1, 'b'));
    EXPECT_EQ(client.reply(ids[i]).error, 0U);
  }
}

TEST_F(Http2Test, AnswersWithoutBodies) {
  Start();
  Http2Client client(server_->address());
  const Http2Reply head = client.Request("HEAD", "/where");
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.body, "");
  EXPECT_EQ(client.Request("OPTIONS", "/anything").status, 204);
  EXPECT_EQ(client.Request("GET", "/nothing").status, 404);
  EXPECT_EQ(client.Request("PATCH", "/echo").status, 404);
  EXPECT_EQ(client.Request("GET", "/throw").status, 500);
  EXPECT_EQ(client.Request("GET", "/drop").status, 500);
}

TEST_F(Http2Test, BodiesOfTheLimitPassAndLongerOnesDoNot) {
  options_.linger_timeout_ns = 50 * kMillisecond;
  Start();
  Http2Client client(server_->address());
  const std::string longest(1000, 'l');
  EXPECT_EQ(client.Request("POST", "/echo", longest).body, longest);
  EXPECT_EQ(client.Request("POST", "/echo", longest + "l").status, 413);
  EXPECT_EQ(client.Request("POST", "/echo", longest + "l", {{"content-length", "1001"}}).status,
            413);
  // What the client still sends of a refused body is read for a while, as it may need to go on
  // before it looks at the reply.
  EXPECT_EQ(client.Request("POST", "/nowhere", std::string(3'000'000, 'x')).status, 404);
  const int32_t refused = client.Submit("POST", "/nowhere", "begun", {}, false);
  ASSERT_TRUE(client.RunUntil([&]() { return client.reply(refused).closed; }));
  EXPECT_EQ(client.reply(refused).status, 404);
  EXPECT_EQ(client.Request("POST", "/echo", "after").body, "after");
}

TEST_F(Http2Test, ContinueIsSentForBodiesThatAreWanted) {
  Start();
  Http2Client client(server_->address());
  const Http2Reply wanted = client.Request("POST", "/echo", "body", {{"expect", "100-continue"}});
  EXPECT_EQ(wanted.informational, 100);
  EXPECT_EQ(wanted.body, "body");
  EXPECT_EQ(client.Request("POST", "/nowhere", "body", {{"expect", "100-continue"}}).informational,
            0);
}

TEST_F(Http2Test, OversizedHeadersAreRefused) {
  options_.header_bytes_max = 1000;
  Start();
  Http2Client client(server_->address());
  EXPECT_EQ(client.Request("GET", "/where", "", {{"x", std::string(500, 'x')}}).status, 200);
  EXPECT_EQ(client.Request("GET", "/where", "", {{"x", std::string(1000, 'x')}}).status, 431);
}

TEST_F(Http2Test, LongBodiesAreStreamed) {
  Start();
  Http2Client client(server_->address());
  const Http2Reply reply = client.Request("GET", "/stream");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.headers.count("content-length"), 0U);
  EXPECT_EQ(reply.body.size(), 5U + 50U * 100'000U);
  EXPECT_EQ(reply.error, 0U);
}

TEST_F(Http2Test, AFaultAfterTheFirstByteBreaksTheBodyOff) {
  Start();
  Http2Client client(server_->address());
  const Http2Reply reply = client.Request("GET", "/broken");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.error, static_cast<uint32_t>(NGHTTP2_INTERNAL_ERROR));
  EXPECT_EQ(client.Request("GET", "/where?still").body, "still");
}

TEST_F(Http2Test, AClientThatResetsOrLeavesCancelsItsQuery) {
  Start();
  Http2Client client(server_->address());
  const int32_t id = client.Submit("GET", "/endless");
  ASSERT_TRUE(client.RunUntil([&]() { return !client.reply(id).body.empty(); }));
  nghttp2_submit_rst_stream(client.session(), NGHTTP2_FLAG_NONE, id, NGHTTP2_CANCEL);
  client.Flush();
  cancelled_->Wait();
  const int32_t hanging = client.Submit("GET", "/hang");
  client.Flush();
  static_cast<void>(hanging);
  hanging_.Wait();
  client.socket().Close();
  release_.Wait();
}

TEST_F(Http2Test, CallsNeedAConnectionOfTheirOwn) {
  Start();
  Http2Client client(server_->address());
  EXPECT_EQ(client.Request("GET", "/where?a").body, "a");
  EXPECT_EQ(client.Request("POST", "/x", "m", {{"content-type", "application/grpc"}}).status, 415);
  EXPECT_EQ(client.Request("GET", "/where?b").body, "b");
}

TEST_F(Http2Test, WhatIsNotHttp2EndsTheConnectionWithAReason) {
  Start();
  Http2Client client(server_->address());
  EXPECT_EQ(client.Request("GET", "/where?a").body, "a");
  client.socket().Send(std::string("\0\0\1\6\0\0\0\0\0x", 10));  // a ping of one byte
  client.RunUntil([&]() { return client.got_goaway(); });
  EXPECT_TRUE(client.got_goaway());
  EXPECT_EQ(client.goaway_error(), static_cast<uint32_t>(NGHTTP2_FRAME_SIZE_ERROR));
  // Before the first request as well.
  Http2Client garbled(server_->address());
  garbled.Flush();
  garbled.socket().Send(std::string("\0\0\1\6\0\0\0\0\0x", 10));
  garbled.RunUntil([&]() { return garbled.got_goaway(); });
  EXPECT_TRUE(garbled.got_goaway());
}

TEST_F(Http2Test, DamagedBytesHarmNobodyElse) {
  Start();
  Http2Client sound(server_->address());
  sound.Submit("GET", "/where?abc", "", {{"accept", "*/*"}, {"x-long", std::string(200, 'v')}});
  sound.Submit("POST", "/echo", std::string(300, 'b'), {{"expect", "100-continue"}});
  sound.Submit("GET", "/stream");
  std::string bytes;
  const uint8_t* piece = nullptr;
  for (auto size = nghttp2_session_mem_send(sound.session(), &piece); size > 0;
       size = nghttp2_session_mem_send(sound.session(), &piece)) {
    bytes.append(reinterpret_cast<const char*>(piece), static_cast<size_t>(size));
  }
  ASSERT_GT(bytes.size(), 500U);
  std::minstd_rand random(9113);
  for (int round = 0; round < 300; ++round) {
    std::string damaged = bytes;
    for (size_t i = 0; i < 1 + random() % 4; ++i) {
      damaged[24 + random() % (damaged.size() - 24)] = static_cast<char>(random());
    }
    if (random() % 4 == 0) damaged.resize(24 + random() % (damaged.size() - 24));
    RawClient client(server_->address());
    client.Send(damaged);
    shutdown(client.fd(), SHUT_WR);
    while (!client.ReceiveSome().empty()) {
    }
  }
  Http2Client after(server_->address());
  EXPECT_EQ(after.Request("GET", "/where?abc").body, "abc");
}

TEST_F(Http2Test, SilentAndSlowClientsAreDropped) {
  options_.stall_timeout_ns = 50 * kMillisecond;
  options_.idle_timeout_ns = 50 * kMillisecond;
  Start();
  Http2Client idle(server_->address());
  EXPECT_EQ(idle.Request("GET", "/where?a").body, "a");
  EXPECT_FALSE(idle.RunUntil([]() { return false; }));
  Http2Client slow(server_->address());
  slow.Submit("POST", "/echo", "begun", {}, false);
  EXPECT_FALSE(slow.RunUntil([]() { return false; }));
}

TEST_F(Http2Test, BodiesThatComeTooSlowlyAreGivenUp) {
  options_.stall_timeout_ns = 40 * kMillisecond;
  options_.body_timeout_ns = 1;
  Start();
  Http2Client client(server_->address());
  const int32_t id = client.Submit("POST", "/echo", "begun", {}, false);
  ASSERT_TRUE(client.RunUntil([&]() { return client.reply(id).closed; }));
  EXPECT_EQ(client.reply(id).error, static_cast<uint32_t>(NGHTTP2_CANCEL));
}

TEST_F(Http2Test, BodiesPastTheSharedLimitAreRefused) {
  options_.bodies_in_flight_bytes_max = 100;
  Start();
  Http2Client client(server_->address());
  EXPECT_EQ(client.Request("POST", "/echo", std::string(90, 'b')).status, 200);
  const Http2Reply refused = client.Request("POST", "/echo", std::string(200, 'b'));
  EXPECT_EQ(refused.status, 429);
  EXPECT_EQ(refused.headers.at("retry-after"), "1");
  EXPECT_EQ(client.Request("POST", "/echo", std::string(90, 'b')).status, 200);
}

TEST_F(Http2Test, StopServesWhatIsWholeAndDropsTheRest) {
  Start();
  Http2Client client(server_->address());
  const int32_t partial = client.Submit("POST", "/echo", "begun", {}, false);
  const int32_t whole = client.Submit("GET", "/hang");
  client.Flush();
  hanging_.Wait();
  auto stopped =
      std::async(std::launch::async, [&]() { return server_->Stop(60'000 * kMillisecond); });
  ASSERT_TRUE(client.RunUntil([&]() { return client.reply(partial).closed; }));
  EXPECT_EQ(client.reply(partial).error, static_cast<uint32_t>(NGHTTP2_REFUSED_STREAM));
  EXPECT_TRUE(client.got_goaway());
  release_.Open();
  ASSERT_TRUE(client.RunUntil([&]() { return client.reply(whole).closed; }));
  EXPECT_EQ(client.reply(whole).body, "late");
  EXPECT_TRUE(stopped.get());
}

TEST_F(Http2Test, StopCancelsWhatDoesNotFinishInTime) {
  Start();
  Http2Client client(server_->address());
  client.Submit("GET", "/hang");
  client.Flush();
  hanging_.Wait();
  EXPECT_TRUE(server_->Stop(0));
  EXPECT_FALSE(client.RunUntil([]() { return false; }));
}

TEST_F(Http2Test, FinishedRequestsAreReported) {
  std::mutex mutex;
  std::vector<RequestSummary> summaries;
  options_.on_request = [&](const RequestSummary& summary) {
    const std::lock_guard lock(mutex);
    summaries.push_back(summary);
  };
  Start();
  Http2Client client(server_->address());
  client.Request("GET", "/where?abc");
  client.Request("GET", "/nothing");
  EXPECT_TRUE(server_->Stop(60'000 * kMillisecond));
  ASSERT_EQ(summaries.size(), 2U);
  EXPECT_EQ(summaries[0].route, "/where");
  EXPECT_EQ(summaries[0].status, 200);
  EXPECT_EQ(summaries[0].response_body_bytes, 3U);
  EXPECT_EQ(summaries[1].route, "");
  EXPECT_EQ(summaries[1].status, 404);
}

}  // namespace
}  // namespace influxdb3::server::http
