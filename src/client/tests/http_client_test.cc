#include "client/http_client.h"

#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include "client/api_client.h"
#include "client/bulk_writer.h"
#include "client/testing/recording_server.h"

namespace influxdb3::client {
namespace {

using ::testing::HasSubstr;

/// A loopback port that nothing listens on: one that was just given back.
std::string ClosedUrl() {
  RecordingServer server([](const RecordedRequest&) { return CannedReply{}; });
  return server.url();
}

std::string Gunzip(const std::string& data) {
  std::string path = ::testing::TempDir() + "/gunzip_test.gz";
  std::ofstream(path, std::ios::binary) << data;
  gzFile file = gzopen(path.c_str(), "rb");
  std::string text(1 << 16, '\0');
  int size = gzread(file, text.data(), static_cast<unsigned>(text.size()));
  gzclose(file);
  std::remove(path.c_str());
  text.resize(size < 0 ? 0 : static_cast<size_t>(size));
  return text;
}

ConnectionOptions To(const std::string& url, const std::string& token = "") {
  ConnectionOptions options;
  options.host_url = url;
  options.token = token;
  return options;
}

TEST(HttpClientTest, SendsMethodTargetTokenAndBody) {
  RecordingServer server([](const RecordedRequest&) { return CannedReply{200, "yes"}; });
  auto client = HttpClient::Open(To(server.url() + "/", "apiv3_x")).value();
  HttpRequest request;
  request.method = "POST";
  request.path = "/p";
  request.parameters = {{"db", "my db"}};
  request.content_type = "application/json";
  request.body = "{}";
  auto reply = client->Send(request);
  ASSERT_TRUE(reply.ok()) << reply.status().message();
  EXPECT_EQ(reply->body, "yes");
  auto seen = server.requests().at(0);
  EXPECT_EQ(seen.method, "POST");
  EXPECT_EQ(seen.target, "/p?db=my%20db");
  EXPECT_EQ(seen.authorization, "Bearer apiv3_x");
  EXPECT_EQ(seen.content_type, "application/json");
  EXPECT_EQ(seen.body, "{}");
}

TEST(HttpClientTest, NoTokenSendsNoAuthorization) {
  RecordingServer server([](const RecordedRequest&) { return CannedReply{200, ""}; });
  auto client = HttpClient::Open(To(server.url())).value();
  EXPECT_TRUE(client->Send(HttpRequest{}).ok());
  EXPECT_EQ(server.requests().at(0).authorization, "");
}

TEST(HttpClientTest, CompressedBodyIsWhatWasGiven) {
  RecordingServer server([](const RecordedRequest&) { return CannedReply{204, ""}; });
  auto client = HttpClient::Open(To(server.url())).value();
  HttpRequest request;
  request.method = "POST";
  request.path = "/p";
  request.body = "cpu v=1\ncpu v=2\n";
  request.gzip = true;
  EXPECT_TRUE(client->Send(request).ok());
  EXPECT_EQ(server.requests().at(0).content_encoding, "gzip");
  EXPECT_EQ(Gunzip(server.requests().at(0).body), "cpu v=1\ncpu v=2\n");
}

TEST(HttpClientTest, RefusalCarriesStatusPhraseAndBody) {
  EXPECT_EQ(ErrorFromReply(409, "exists").message(),
            "server responded with error [409 Conflict]: exists");
  EXPECT_EQ(ErrorFromReply(409, "exists").code(), util::StatusCode::kAlreadyExists);
  EXPECT_EQ(ErrorFromReply(400, R"({"code":"invalid","message":"bad"})").message(),
            "server responded with error [400 Bad Request]: bad");
  EXPECT_EQ(ErrorFromReply(404, R"({"error":"no"})").message(),
            R"(server responded with error [404 Not Found]: {"error":"no"})");
  EXPECT_EQ(ErrorFromReply(422, "[1]").code(), util::StatusCode::kLimitExceeded);
  EXPECT_EQ(ErrorFromReply(599, "x").message(), "server responded with error [599]: x");
}

TEST(HttpClientTest, RefusedConnectionNamesTheRequest) {
  std::string url = ClosedUrl();
  auto client = HttpClient::Open(To(url)).value();
  HttpRequest request;
  request.method = "POST";
  request.path = "/api/v3/write_lp";
  request.parameters = {{"db", "x"}};
  util::Status status = client->Send(request).status();
  std::string full = url + "/api/v3/write_lp?db=x";
  EXPECT_EQ(status.message(), "failed to send POST " + full +
                                  " request: error sending request for url (" + full +
                                  "): client error (Connect)");
  EXPECT_EQ(status.code(), util::StatusCode::kUnavailable);
}

TEST(HttpClientTest, StreamGivesOnlySuccessfulBodiesToTheSink) {
  int status = 200;
  RecordingServer server([&status](const RecordedRequest&) { return CannedReply{status, "rows"}; });
  auto client = HttpClient::Open(To(server.url())).value();
  std::string received;
  auto sink = [&received](std::string_view piece) {
    received += piece;
    return true;
  };
  EXPECT_TRUE(client->Stream(HttpRequest{}, sink).ok());
  EXPECT_EQ(received, "rows");
  status = 500;
  EXPECT_THAT(client->Stream(HttpRequest{}, sink).status().message(), HasSubstr("[500 Internal"));
  EXPECT_EQ(received, "rows");
  status = 200;
  EXPECT_EQ(client->Stream(HttpRequest{}, [](std::string_view) { return false; }).status().code(),
            util::StatusCode::kCancelled);
}

TEST(HttpClientTest, AddressIsCheckedBeforeUse) {
  EXPECT_EQ(HttpClient::Open(To("ftp://x")).status().message(), "relative URL without a base");
}

TEST(ApiClientTest, CallsSendTheDocumentedRequests) {
  RecordingServer server([](const RecordedRequest&) { return CannedReply{200, ""}; });
  auto api = ApiClient::Open(To(server.url())).value();
  auto sink = [](std::string_view) { return true; };
  EXPECT_TRUE(api.CreateDatabase("a", "30d").ok());
  EXPECT_TRUE(api.CreateDatabase("a", std::nullopt).ok());
  EXPECT_TRUE(api.UpdateRetention("a", std::nullopt).ok());
  EXPECT_TRUE(api.DeleteDatabase("a", "now").ok());
  EXPECT_TRUE(api.CreateTable("a", "t", {"x", "y"}, {{"f", "int64"}}, std::nullopt).ok());
  EXPECT_TRUE(api.DeleteTable("a", "t", std::nullopt).ok());
  EXPECT_TRUE(api.ShowDatabases("csv", true, sink).ok());
  EXPECT_TRUE(api.Query(QueryLanguage::kInfluxQl, "a", "select 'é'", "json", sink).ok());
  std::vector<std::string> seen;
  for (const RecordedRequest& request : server.requests()) {
    seen.push_back(request.method + " " + request.target + " " + request.body);
  }
  EXPECT_EQ(seen, (std::vector<std::string>{
                      R"(POST /api/v3/configure/database {"db":"a","retention_period":"30d"})",
                      R"(POST /api/v3/configure/database {"db":"a"})",
                      R"(PUT /api/v3/configure/database {"db":"a","retention_period":null})",
                      "DELETE /api/v3/configure/database?db=a&hard_delete_at=now ",
                      R"(POST /api/v3/configure/table {"db":"a","table":"t","tags":["x","y"],)"
                      R"("fields":[{"name":"f","type":"int64"}]})",
                      "DELETE /api/v3/configure/table?db=a&table=t ",
                      "GET /api/v3/configure/database?format=csv&show_deleted=true ",
                      R"(POST /api/v3/query_influxql {"db":"a","q":"select 'é'","format":"json"})",
                  }));
}

TEST(BulkWriterTest, EveryBodyIsSentOnce) {
  RecordingServer server([](const RecordedRequest&) { return CannedReply{204, ""}; });
  WriteParameters parameters;
  parameters.database = "d";
  parameters.precision = "auto";
  parameters.accept_partial = true;
  parameters.no_sync = true;
  BulkWriter writer(To(server.url()), parameters, 3);
  std::vector<std::string> expected;
  for (int i = 0; i < 50; ++i) {
    expected.push_back("m v=" + std::to_string(i));
    EXPECT_TRUE(writer.Submit(expected.back(), 1));
  }
  EXPECT_TRUE(writer.Finish().ok());
  EXPECT_EQ(writer.progress().requests, 50u);
  EXPECT_EQ(writer.progress().lines, 50u);
  std::vector<std::string> bodies;
  for (const RecordedRequest& request : server.requests()) {
    EXPECT_EQ(request.target,
              "/api/v3/write_lp?db=d&precision=auto&accept_partial=true&no_sync=true");
    bodies.push_back(request.body);
  }
  EXPECT_THAT(bodies, ::testing::UnorderedElementsAreArray(expected));
}

TEST(BulkWriterTest, TheFirstFailureStopsTheRest) {
  RecordingServer server([](const RecordedRequest&) { return CannedReply{400, "bad"}; });
  BulkWriter writer(To(server.url()), WriteParameters{"d", "auto"}, 2);
  bool accepted = true;
  for (int i = 0; i < 1000 && accepted; ++i) accepted = writer.Submit("m v=1", 1);
  EXPECT_FALSE(accepted);
  EXPECT_EQ(writer.Finish().message(), "server responded with error [400 Bad Request]: bad");
  EXPECT_LE(server.requests().size(), 2u);
  EXPECT_EQ(writer.progress().requests, 0u);
}

}  // namespace
}  // namespace influxdb3::client
