#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/command_line.h"
#include "cli/write_progress.h"
#include "client/testing/recording_server.h"

namespace influxdb3::cli {
namespace {

using client::CannedReply;
using client::RecordedRequest;
using client::RecordingServer;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

struct Outcome {
  int exit_code = 0;
  std::string out;
  std::string err;
};

class CommandTest : public ::testing::Test {
 protected:
  Outcome Run(std::vector<std::string> arguments, const std::string& input = "") {
    std::istringstream in(input);
    std::ostringstream out;
    std::ostringstream err;
    CommandContext context{in, out, err};
    context.in_is_terminal = in_is_terminal_;
    context.out_is_terminal = out_is_terminal_;
    context.environment = [this](const std::string& name) -> std::optional<std::string> {
      if (name == "INFLUXDB3_HOST_URL") return server_.url();
      return std::nullopt;
    };
    Outcome outcome;
    outcome.exit_code = RunCommandLine(arguments, "version", context);
    outcome.out = out.str();
    outcome.err = err.str();
    return outcome;
  }
  std::vector<std::string> Bodies() const {
    std::vector<std::string> bodies;
    for (const RecordedRequest& request : server_.requests()) bodies.push_back(request.body);
    return bodies;
  }

  CannedReply reply_{200, ""};
  RecordingServer server_{[this](const RecordedRequest&) { return reply_; }};
  bool in_is_terminal_ = false;
  bool out_is_terminal_ = false;
};

TEST_F(CommandTest, QueryPrintsTheBodyAndALineEnd) {
  reply_ = {200, "++\n++"};
  Outcome outcome = Run({"query", "-d", "d", "SELECT", "1"});
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_EQ(outcome.out, "++\n++\n");
  EXPECT_EQ(outcome.err, "");
  EXPECT_THAT(Bodies(), ElementsAre(R"({"db":"d","q":"SELECT 1","format":"pretty"})"));
}

TEST_F(CommandTest, QueryReadsStandardInputAndFiles) {
  Run({"query", "-d", "d", "--format=csv"}, "SELECT 2\n");
  std::string path = ::testing::TempDir() + "/query_command_test.sql";
  std::ofstream(path) << "SELECT 3";
  Run({"query", "-d", "d", "--language=influxql", "--file", path});
  std::remove(path.c_str());
  EXPECT_THAT(Bodies(), ElementsAre(R"({"db":"d","q":"SELECT 2\n","format":"csv"})",
                                    R"({"db":"d","q":"SELECT 3","format":"pretty"})"));
  EXPECT_EQ(server_.requests()[0].target, "/api/v3/query_sql");
  EXPECT_EQ(server_.requests()[1].target, "/api/v3/query_influxql");
  EXPECT_THAT(Run({"query", "-d", "d", "--file", "/no/such/file"}).err,
              StartsWith("Query command failed: "));
}

TEST_F(CommandTest, QueryWithoutInput) {
  in_is_terminal_ = true;
  Outcome outcome = Run({"query", "-d", "d"});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_EQ(outcome.err,
            "Query command failed: No input from stdin detected, no string was passed in,  and no "
            "file path was given\n");
}

TEST_F(CommandTest, QueryWritesFiles) {
  reply_ = {200, "PAR1"};
  out_is_terminal_ = true;
  EXPECT_EQ(Run({"query", "-d", "d", "--format=parquet", "q"}).err,
            "Query command failed: cannot write parquet to a terminal, use `--output <file>` or "
            "pipe the output\n");
  std::string path = ::testing::TempDir() + "/query_command_test.parquet";
  Outcome outcome = Run({"query", "-d", "d", "--format=parquet", "-o", path, "q"});
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_EQ(outcome.out, "");
  std::stringstream content;
  content << std::ifstream(path).rdbuf();
  EXPECT_EQ(content.str(), "PAR1");
  reply_ = {400, "bad"};
  EXPECT_EQ(Run({"query", "-d", "d", "-o", path, "q"}).exit_code, 1);
  EXPECT_EQ(std::filesystem::file_size(path), 4u);  // a failing query leaves the old file alone
  std::remove(path.c_str());
  reply_ = {200, "x"};
  EXPECT_THAT(Run({"query", "-d", "d", "-o", "/no/such/dir/f", "q"}).err,
              StartsWith("Query command failed: cannot write '/no/such/dir/f'"));
  out_is_terminal_ = false;
  EXPECT_EQ(Run({"query", "-d", "d", "--format=parquet", "q"}).out, "x");
}

TEST_F(CommandTest, ServerErrorsExitWithOne) {
  reply_ = {404, R"({"error":"query error: database not found: foo"})"};
  Outcome outcome = Run({"query", "-d", "foo", "q"});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_EQ(outcome.err,
            "Query command failed: server responded with error [404 Not Found]: "
            "{\"error\":\"query error: database not found: foo\"}\n");
}

TEST_F(CommandTest, WriteSendsTextAndReportsOnStandardError) {
  reply_ = {204, ""};
  Outcome outcome = Run({"write", "-d", "d", "a v=1\nb v=2\n"});
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_EQ(outcome.out, "");
  EXPECT_THAT(outcome.err, HasSubstr(": 1 request ("));
  EXPECT_THAT(outcome.err, HasSubstr(", 2 lines ("));
  EXPECT_THAT(Bodies(), ElementsAre("a v=1\nb v=2\n"));
  EXPECT_EQ(server_.requests()[0].target, "/api/v3/write_lp?db=d&precision=auto");
  EXPECT_EQ(Run({"write", "-d", "d", "-q", "a v=1"}).err, "");
}

TEST_F(CommandTest, WriteOptionsReachTheServer) {
  reply_ = {204, ""};
  Run({"write", "--bucket=d", "--org=o", "--token=t", "--no-sync", "--accept-partial",
       "--precision=ms", "--gzip", "a v=1 1"});
  RecordedRequest request = server_.requests().at(0);
  EXPECT_EQ(request.target,
            "/api/v3/write_lp?db=d&precision=millisecond&accept_partial=true&no_sync=true");
  EXPECT_EQ(request.authorization, "Bearer t");
  EXPECT_EQ(request.content_encoding, "gzip");
}

TEST_F(CommandTest, WriteSplitsLongInput) {
  reply_ = {204, ""};
  Run({"write", "-d", "d", "--max-request-size=12", "--max-concurrent-requests=1"},
      "a v=1\nb v=1\nc v=\"x\ny\"\n");
  EXPECT_THAT(Bodies(), ElementsAre("a v=1\nb v=1\n", "c v=\"x\ny\"\n"));
}

TEST_F(CommandTest, WriteInputErrors) {
  EXPECT_EQ(Run({"write", "-d", "d", "a", "b"}).err,
            "Write command failed: ensure that a single protocol line string is provided as the "
            "final argument, enclosed in quotes\n");
  EXPECT_EQ(Run({"write", "-d", "d", ""}).err,
            "Write command failed: no line protocol string provided\n");
  EXPECT_THAT(Run({"write", "-d", "d", "--file=/no/such/file"}).err,
              HasSubstr("No such file or directory"));
  Outcome empty = Run({"write", "-d", "d"}, "");
  EXPECT_EQ(empty.exit_code, 0);
  EXPECT_EQ(empty.err, "");
  in_is_terminal_ = true;
  EXPECT_EQ(Run({"write", "-d", "d"}).err,
            "Write command failed: No input from stdin detected, no string was passed in, and no "
            "file path was given\n");
  EXPECT_TRUE(server_.requests().empty());
}

TEST_F(CommandTest, CreateAndUpdateReport) {
  EXPECT_EQ(Run({"create", "database", "foo"}).out, "Database \"foo\" created successfully\n");
  EXPECT_EQ(Run({"create", "database", "-r", "1h 30m", "foo"}).exit_code, 0);
  EXPECT_EQ(
      Run({"create", "table", "-d", "foo", "--tags=a,b", "--fields=f:int64,g:utf8", "bar"}).out,
      "Table \"foo\".\"bar\" created successfully\n");
  EXPECT_EQ(Run({"update", "database", "-d", "foo", "-r", "none"}).out,
            "Database \"foo\" updated successfully\n");
  EXPECT_EQ(Run({"update", "database", "-d", "foo"}).err,
            "Update command failed: --retention-period is required for update database\n");
  EXPECT_EQ(Run({"update", "table", "-d", "foo", "-r", "30d", "bar"}).out,
            "Table \"foo\".\"bar\" updated successfully\n");
  EXPECT_EQ(Run({"update", "table", "-d", "foo", "-t", "bar", "-r", "none"}).out,
            "Table \"foo\".\"bar\" updated successfully\n");
  EXPECT_EQ(Run({"update", "table", "-d", "foo", "bar"}).err,
            "Update command failed: --retention-period is required for update table\n");
  EXPECT_EQ(Run({"update", "table", "-d", "foo", "-r", "1d"}).err,
            "Update command failed: a table name is required\n");
  EXPECT_EQ(Run({"update", "table", "-d", "foo", "-r", "1d", "-t", "bar", "bar"}).err,
            "Update command failed: the table is named twice\n");
  EXPECT_EQ(Run({"create", "table", "-d", "foo", "--tags=a", "-r", "1d", "bar"}).exit_code, 0);
  EXPECT_THAT(Bodies(),
              ElementsAre(R"({"db":"foo"})", R"({"db":"foo","retention_period":"1h 30m"})",
                          R"({"db":"foo","table":"bar","tags":["a","b"],"fields":[)"
                          R"({"name":"f","type":"int64"},{"name":"g","type":"utf8"}]})",
                          R"({"db":"foo","retention_period":null})",
                          R"({"db":"foo","table":"bar","retention_period":"30d"})",
                          R"({"db":"foo","table":"bar","retention_period":null})",
                          R"({"db":"foo","table":"bar","tags":["a"],"fields":[],)"
                          R"("retention_period":"1d"})"));
  reply_ = {409, "attempted to create a resource that already exists"};
  EXPECT_EQ(Run({"create", "database", "foo"}).err,
            "Create command failed: server responded with error [409 Conflict]: attempted to "
            "create a resource that already exists\n");
}

TEST_F(CommandTest, DeleteAsksFirst) {
  for (const char* yes : {"yes\n", "y\n", " YES \n", "Y"}) {
    Outcome outcome = Run({"delete", "database", "foo"}, yes);
    EXPECT_EQ(outcome.exit_code, 0) << yes;
    EXPECT_EQ(outcome.out, "Database \"foo\" deleted successfully\n");
    EXPECT_EQ(outcome.err,
              "Are you sure you want to delete \"foo\"? Enter 'yes' or 'y' to confirm\n");
  }
  size_t sent = server_.requests().size();
  for (const char* no : {"no\n", "", "\n", "yess\n"}) {
    Outcome outcome = Run({"delete", "table", "-d", "foo", "cpu"}, no);
    EXPECT_EQ(outcome.exit_code, 1) << no;
    EXPECT_EQ(outcome.err,
              "Are you sure you want to delete \"foo\".\"cpu\"? Enter 'yes' or 'y' to confirm\n"
              "Delete command failed: Cannot proceed without confirmation\n");
  }
  EXPECT_EQ(server_.requests().size(), sent);
}

TEST_F(CommandTest, DeleteWithoutAsking) {
  Outcome outcome = Run({"delete", "table", "-d", "foo", "-y", "--hard-delete=now", "cpu"});
  EXPECT_EQ(outcome.out, "Table \"foo\".\"cpu\" deleted successfully\n");
  EXPECT_EQ(outcome.err, "");
  EXPECT_EQ(server_.requests().at(0).target,
            "/api/v3/configure/table?db=foo&table=cpu&hard_delete_at=now");
}

TEST_F(CommandTest, ShowDatabases) {
  reply_ = {200, "[]"};
  EXPECT_EQ(Run({"show", "databases", "--format=json", "--show-deleted"}).out, "[]\n");
  EXPECT_EQ(server_.requests().at(0).target,
            "/api/v3/configure/database?format=json&show_deleted=true");
}

TEST_F(CommandTest, ShowRetentionAsksTheSystemTable) {
  EXPECT_EQ(Run({"show", "retention", "-d", "it's"}).exit_code, 0);
  EXPECT_EQ(server_.requests().at(0).target, "/api/v3/query_sql");
  EXPECT_THAT(Bodies().at(0), HasSubstr(R"("db":"_internal")"));
  EXPECT_THAT(Bodies().at(0), HasSubstr("AND database_name = 'it''s' ORDER BY"));
}

TEST_F(CommandTest, UnknownAddressIsAUsageError) {
  Outcome outcome = Run({"show", "databases", "--host=nowhere"});
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_THAT(outcome.err, StartsWith("error: invalid value 'nowhere' for '--host <HOST_URL>': "));
}

TEST(WriteProgressTest, Format) {
  client::WriteProgress progress;
  progress.requests = 1;
  progress.lines = 6;
  progress.bytes = 512;
  EXPECT_EQ(FormatProgress(progress, 1'230'000'000),
            "  1s 230ms: 1 request (0.81 requests/sec), 6 lines (5 lines/s), 512B (416B/s)");
  progress.requests = 2;
  progress.bytes = 3 << 20;
  EXPECT_EQ(FormatProgress(progress, 2'000'000'000),
            "  2s: 2 requests (1.00 requests/sec), 6 lines (3 lines/s), 3.0MiB (1.5MiB/s)");
}

}  // namespace
}  // namespace influxdb3::cli
