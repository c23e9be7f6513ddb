#include "app/node.h"

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "app/machine.h"
#include "app/node_directory.h"
#include "app/version.h"
#include "server/tests/raw_client.h"
#include "util/machine.h"

namespace influxdb3::app {
namespace {

using server::http::RawClient;
using server::http::RawReply;

constexpr int64_t kGraceNs = 10'000'000'000;

class NodeTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (std::filesystem::temp_directory_path() / "node_test_XXXXXX").string();
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    directory_ = pattern;
    options_.node_id = "node0";
    options_.data_dir = directory_ + "/data";
    options_.http_bind = "127.0.0.1:0";
    options_.query_memory_bytes_max = size_t{256} << 20;
    util::InitLogging({util::LogLevel::kOff, false, false});
  }
  void TearDown() override {
    node_.reset();
    std::filesystem::remove_all(directory_);
  }

  void Start() {
    util::Result<std::unique_ptr<Node>> node = Node::Start(options_);
    ASSERT_TRUE(node.ok()) << node.status().ToString();
    node_ = std::move(node).value();
  }
  void Restart() {
    ASSERT_TRUE(node_->Stop(kGraceNs).ok());
    node_.reset();
    Start();
  }

  RawReply Send(const std::string& method, const std::string& target,
                const std::string& body = "") {
    RawClient client(node_->address());
    return client.Request(method, target, body, "Content-Type: application/json\r\n");
  }
  std::string Query(const std::string& encoded_sql) {
    return Send("GET", "/api/v3/query_sql?db=foo&q=" + encoded_sql).body;
  }

  std::string directory_;
  ServeOptions options_;
  std::unique_ptr<Node> node_;
};

constexpr const char* kSelect = "SELECT+host,time,usage+FROM+cpu+ORDER+BY+time";
constexpr const char* kRows = R"([{"host":"a","time":"1970-01-01T00:00:01","usage":0.9},)"
                              R"({"host":"b","time":"1970-01-01T00:00:02","usage":6.0}])";

TEST_F(NodeTest, WhatWasWrittenIsThereAfterARestart) {
  Start();
  EXPECT_EQ(Send("POST", "/api/v3/write_lp?db=foo&precision=nanosecond",
                 "cpu,host=a usage=0.9 1000000000\ncpu,host=b usage=6 2000000000")
                .status,
            204);
  EXPECT_EQ(Query(kSelect), kRows);
  const std::string uuid = Send("GET", "/health").headers["cluster-uuid"];
  EXPECT_EQ(uuid.size(), 36U);
  Restart();
  EXPECT_EQ(Query(kSelect), kRows);
  EXPECT_EQ(Send("GET", "/health").headers["cluster-uuid"], uuid);
  const RawReply partial = Send("POST", "/api/v3/write_lp?db=foo", "cpu,host=c usage=hi");
  EXPECT_EQ(partial.status, 400);
  EXPECT_EQ(
      partial.body,
      R"({"error":"partial write of line protocol occurred","data":[{"original_line":)"
      R"("cpu,host=c usage=hi","line_number":1,"error_message":"No fields were provided"}]})");
}

TEST_F(NodeTest, DatabasesAreConfiguredByRequest) {
  Start();
  const std::string path = "/api/v3/configure/database";
  EXPECT_EQ(Send("POST", path, R"({"db":"foo"})").status, 200);
  EXPECT_EQ(Send("POST", path, R"({"db":"foo"})").status, 409);
  EXPECT_EQ(Send("GET", path + "?format=json").body,
            R"([{"iox::database":"_internal"},{"iox::database":"foo"}])");
  EXPECT_EQ(Send("GET", path + "?format=csv").body, "iox::database\n_internal\nfoo\n");
  EXPECT_EQ(Send("POST", "/api/v3/configure/table",
                 R"({"db":"foo","table":"t","tags":["x"],"fields":[{"name":"y","type":"int64"}]})")
                .status,
            200);
  Restart();
  EXPECT_EQ(Query("SELECT+*+FROM+t"), "[]");
  EXPECT_EQ(Send("DELETE", path + "?db=foo").status, 200);
  EXPECT_EQ(Send("DELETE", path + "?db=foo").status, 404);
  EXPECT_EQ(Send("GET", path).body, R"([{"iox::database":"_internal"}])");
  EXPECT_EQ(Send("DELETE", path + "?db=_internal").status, 500);
  const RawReply unknown = Send("GET", "/api/v3/query_sql?db=foo&q=SELECT+1");
  EXPECT_EQ(unknown.status, 404);
  EXPECT_EQ(unknown.body, R"({"error":"query error: database not found: foo"})");
}

TEST_F(NodeTest, TheMemoryStoreNeedsNoDirectory) {
  options_.object_store = ObjectStoreKind::kMemory;
  options_.tcp_listener_file_path = directory_ + "/listener";
  Start();
  EXPECT_EQ(Send("POST", "/api/v3/write_lp?db=foo", "cpu usage=1 1").status, 204);
  EXPECT_EQ(Query("SELECT+usage+FROM+cpu"), R"([{"usage":1.0}])");
  EXPECT_FALSE(std::filesystem::exists(options_.data_dir));
  std::ifstream file(options_.tcp_listener_file_path);
  std::string address;
  file >> address;
  EXPECT_EQ(address, node_->address());
}

TEST_F(NodeTest, QueriesEndWhenTheirClientLeavesAndWhenTheServerStops) {
  options_.object_store = ObjectStoreKind::kMemory;
  Start();
  std::string lines;
  for (int i = 0; i < 3000; ++i)
    lines += "t v=" + std::to_string(i) + " " + std::to_string(i) + "\n";
  ASSERT_EQ(Send("POST", "/api/v3/write_lp?db=foo&precision=ns", lines).status, 204);
  const std::string endless =
      "GET /api/v3/query_sql?db=foo&q=SELECT+count(*)+FROM+t+a,t+b,t+c,t+d+WHERE+"
      "a.v%2Bb.v%2Bc.v%2Bd.v=-1 HTTP/1.1\r\nHost: h\r\n\r\n";
  const auto wait_for = [this](const std::string& condition) {
    const std::string sql =
        "SELECT+count(*)+AS+n+FROM+system.queries+WHERE+" + condition +
        "+AND+query_text+LIKE+'%25t+d%25'+AND+query_text+NOT+LIKE+'%25system%25'";
    while (Query(sql) != R"([{"n":1}])") {
      ASSERT_FALSE(::testing::Test::HasFailure());
    }
  };
  {
    RawClient client(node_->address());
    client.Send(endless);
    wait_for("running");
  }
  wait_for("cancelled");
  RawClient client(node_->address());
  client.Send(endless);
  wait_for("running");
  EXPECT_TRUE(node_->Stop(1'000'000).ok());
}

TEST_F(NodeTest, StartRefusesWhatCannotWork) {
  Start();
  ServeOptions same_node = options_;
  EXPECT_FALSE(Node::Start(same_node).ok());

  ServeOptions same_port = options_;
  same_port.node_id = "node1";
  same_port.http_bind = node_->address();
  EXPECT_EQ(Node::Start(same_port).status().message(),
            "failed to bind address " + node_->address() + ": Address already in use");

  ServeOptions file_in_the_way = options_;
  file_in_the_way.data_dir = directory_ + "/file";
  std::ofstream(file_in_the_way.data_dir) << "x";
  EXPECT_FALSE(Node::Start(file_in_the_way).ok());
}

TEST(MachineTest, KnowsLoopbackAddresses) {
  EXPECT_TRUE(IsLoopbackAddress("127.0.0.1:8181"));
  EXPECT_TRUE(IsLoopbackAddress("[::1]:8181"));
  EXPECT_FALSE(IsLoopbackAddress("0.0.0.0:8181"));
  EXPECT_FALSE(IsLoopbackAddress("[::]:8181"));
  EXPECT_GT(util::MemoryBytes(), size_t{64} << 20);
  EXPECT_GE(util::CoreCount(), 1);
  EXPECT_FALSE(Revision().empty());
}

}  // namespace
}  // namespace influxdb3::app
