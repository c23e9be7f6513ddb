#include "server/http/handlers/handlers.h"

#include <zlib.h>

#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "server/tests/fake_services.h"
#include "server/tests/raw_client.h"

namespace influxdb3::server::http {
namespace {

using ingest::Precision;
using util::Status;

constexpr size_t kBodyBytesMax = 100'000;
const std::string kJsonHeader = "Content-Type: application/json\r\n";

std::string Gzip(const std::string& text) {
  z_stream stream{};
  deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
  std::string out(deflateBound(&stream, text.size()) + 64, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

struct Case {
  std::string request_line;  ///< method and target
  std::string body;
  std::string headers;
  int status;
  std::string reply;
};

class HandlersTest : public ::testing::Test {
 protected:
  void SetUp() override {
    services_.writes = &writes_;
    services_.queries = &queries_;
    services_.metrics = &metrics_;
    services_.clock = &clock_;
    services_.body_bytes_max = kBodyBytesMax;
    services_.hard_delete_default_ns = 500;
    services_.product_name = "InfluxDB 3 Core";
    services_.version = "3.10.0";
    services_.revision = "abc";
    services_.process_uuid = "the-process";
    ServerOptions options;
    options.bind = "127.0.0.1:0";
    options.body_bytes_max = kBodyBytesMax;
    options.cluster_uuid = "the-cluster";
    options.linger_timeout_ns = 1'000'000;
    util::Result<std::unique_ptr<HttpServer>> server =
        HttpServer::Listen(options, MakeRouter(services_));
    ASSERT_TRUE(server.ok()) << server.status().ToString();
    server_ = std::move(server).value();
    server_->Start();
  }

  RawReply Send(const std::string& request_line, const std::string& body = "",
                const std::string& headers = "") {
    const size_t space = request_line.find(' ');
    RawClient client(server_->address());
    return client.Request(request_line.substr(0, space), request_line.substr(space + 1), body,
                          headers);
  }

  void Check(const std::vector<Case>& cases) {
    for (const Case& example : cases) {
      const RawReply reply = Send(example.request_line, example.body, example.headers);
      EXPECT_EQ(reply.status, example.status) << example.request_line << " " << example.body;
      EXPECT_EQ(reply.body, example.reply) << example.request_line << " " << example.body;
    }
  }

  void RejectLine(bool partial) {
    writes_.outcome = ingest::WriteOutcome();
    if (!partial) writes_.outcome.status = Status::InvalidArgument("rejected");
    writes_.outcome.line_errors = {{2, "home,room=\"S\" temp=hi", "No fields were provided"}};
    writes_.outcome.lines_accepted = partial ? 1 : 0;
    writes_.outcome.lines_rejected = 1;
  }

  FakeWriteBackend writes_;
  FakeQueryEngine queries_;
  ServerMetrics metrics_;
  util::FakeClock clock_{1000};
  ServerServices services_;
  std::unique_ptr<HttpServer> server_;
};

TEST_F(HandlersTest, WriteLpPassesItsParametersOn) {
  const RawReply reply =
      Send("POST /api/v3/write_lp?db=my-db&precision=ms&accept_partial=false&no_sync=true&x=y",
           "cpu usage=1");
  EXPECT_EQ(reply.status, 204);
  EXPECT_EQ(reply.body, "");
  EXPECT_EQ(writes_.last_write.database, "my-db");
  EXPECT_EQ(writes_.last_write.precision, Precision::kMillisecond);
  EXPECT_FALSE(writes_.last_write.accept_partial);
  EXPECT_TRUE(writes_.last_write.no_sync);
  EXPECT_EQ(writes_.last_write.body, "cpu usage=1");

  Send("POST /api/v3/write_lp?db=d", "cpu usage=1");
  EXPECT_EQ(writes_.last_write.precision, Precision::kAuto);
  EXPECT_TRUE(writes_.last_write.accept_partial);
  EXPECT_FALSE(writes_.last_write.no_sync);
}

TEST_F(HandlersTest, WriteLpRefusesBadRequests) {
  const std::string bad_name =
      R"({"error":"db name with invalid retention policy, if providing a retention policy name, )"
      R"(must be of form '<db_name>/<rp_name>'"})";
  Check({
      {"POST /api/v3/write_lp", "x", "", 400, "missing query parameter 'db'"},
      {"POST /api/v3/write_lp?precision=ns", "x", "", 400, "serde error: missing field `db`"},
      {"POST /api/v3/write_lp?db=a&db=b", "x", "", 400, "serde error: duplicate field `db`"},
      {"POST /api/v3/write_lp?db=a&accept_partial=1", "x", "", 400,
       "serde error: provided string was not `true` or `false`"},
      {"POST /api/v3/write_lp?db=this/is/bad", "x", "", 400, bad_name},
      {"POST /api/v3/write_lp?db=%3Fbad", "x", "", 400,
       R"({"error":"db name did not start with a number or letter"})"},
      {"POST /api/v3/write_lp?db=a", std::string(kBodyBytesMax + 1, 'x'), "", 413,
       "max request size (100000 bytes) exceeded"},
      {"POST /api/v3/write_lp?db=a", "x\xFFy", "", 400,
       "body content is not valid utf8: invalid utf-8 sequence of 1 bytes from index 1"},
      {"POST /api/v3/write_lp?db=a", "xy\xC3", "", 400,
       "body content is not valid utf8: incomplete utf-8 byte sequence from index 2"},
      {"GET /api/v3/write_lp?db=a", "", "", 404, "Not found"},
  });
  const RawReply variant = Send("POST /api/v3/write_lp?db=a&precision=fake", "x");
  EXPECT_EQ(variant.status, 400);
  EXPECT_EQ(variant.body.rfind("serde error: unknown variant `fake`, expected one of `auto`", 0),
            0U);
  EXPECT_EQ(writes_.write_count, 0);
}

TEST_F(HandlersTest, WriteLpReportsBadLinesAsTheGuideShows) {
  const std::string line = R"({"original_line":"home,room=\"S\" temp=hi","line_number":2,)"
                           R"("error_message":"No fields were provided"})";
  const std::string partial =
      R"({"error":"partial write of line protocol occurred","data":[)" + line + "]}";
  RejectLine(true);
  Check({{"POST /api/v3/write_lp?db=a", "x", "", 400, partial}});
  writes_.outcome.limit_exceeded = true;
  Check({{"POST /api/v3/write_lp?db=a", "x", "", 422, partial}});
  RejectLine(false);
  Check({{"POST /api/v3/write_lp?db=a&accept_partial=false", "x", "", 400,
          R"({"error":"parsing failed for write_lp endpoint","data":)" + line + "}"}});
  writes_.outcome.limit_exceeded = true;
  EXPECT_EQ(Send("POST /api/v3/write_lp?db=a&accept_partial=false", "x").status, 400);

  RejectLine(true);
  writes_.outcome.line_errors.resize(100, writes_.outcome.line_errors[0]);
  const RawReply many = Send("POST /api/v3/write_lp?db=a", "x");
  EXPECT_TRUE(many.intact);
  EXPECT_EQ(many.body.size(), partial.size() + 99 * (line.size() + 1));
}

TEST_F(HandlersTest, FailedWritesHaveTheirStatus) {
  const std::string target = "POST /api/v3/write_lp?db=a";
  writes_.outcome.status = Status::InvalidArgument("incoming write was empty");
  Check({{target, "#", "", 400, "incoming write was empty"}});
  writes_.outcome.status =
      Status::LimitExceeded("Adding a new database would exceed limit of 5 databases");
  Check({{target, "x", "", 422,
          R"({"error":"Adding a new database would exceed limit of 5 databases"})"}});
  writes_.outcome.status = Status::InvalidArgument(
      "cannot write to soft-deleted database 'X' - it is marked for deletion");
  Check({{target, "x", "", 400,
          R"({"error":"cannot write to soft-deleted database 'X' - it is marked for deletion"})"}});
  writes_.outcome.status = Status::Io("error from wal: disk full");
  Check({{target, "x", "", 500, "write buffer error: error from wal: disk full"}});
  writes_.outcome.line_errors = {{2, "x", "No fields were provided"}};
  Check({{target, "x", "", 500, "write buffer error: error from wal: disk full"}});
  writes_.outcome.status = Status::Unavailable("error from wal: queue full");
  Check({{target, "x", "", 503, "write buffer error: error from wal: queue full"}});
  EXPECT_EQ(Send(target, "x").headers.at("retry-after"), "1");
}

TEST_F(HandlersTest, CompressedBodies) {
  const std::string gzip = "Content-Encoding: gzip\r\n";
  const std::string target = "POST /api/v3/write_lp?db=a";
  EXPECT_EQ(Send(target, Gzip("cpu a=1\n") + Gzip("cpu b=2\n"), gzip).status, 204);
  EXPECT_EQ(writes_.last_write.body, "cpu a=1\ncpu b=2\n");
  EXPECT_EQ(Send(target, Gzip(std::string(kBodyBytesMax, 'x')), gzip).status, 204);
  EXPECT_EQ(writes_.last_write.body.size(), kBodyBytesMax);
  EXPECT_EQ(Send(target, "plain", "Content-Encoding: identity\r\n").status, 204);
  Check({
      {target, Gzip(std::string(kBodyBytesMax + 1, 'x')), gzip, 413,
       "max request size (100000 bytes) exceeded"},
      {target, Gzip(std::string(50'000'000, '\0')), gzip, 413,
       "max request size (100000 bytes) exceeded"},
      {target, "x", "Content-Encoding: br\r\n", 400, "unacceptable content-encoding: br"},
      {target, Gzip("cpu a=1").substr(0, 15), gzip, 400,
       "error decoding gzip stream: unexpected end of file"},
  });
  const RawReply broken = Send(target, "not gzip at all", gzip);
  EXPECT_EQ(broken.status, 400);
  EXPECT_EQ(broken.body.rfind("error decoding gzip stream: ", 0), 0U);
}

TEST_F(HandlersTest, V2Write) {
  EXPECT_EQ(
      Send("POST /api/v2/write?bucket=b/rp&org=o&precision=s&accept_partial=true", "x").status,
      204);
  EXPECT_EQ(writes_.last_write.database, "b/rp");
  EXPECT_EQ(writes_.last_write.precision, Precision::kSecond);
  EXPECT_FALSE(writes_.last_write.accept_partial);
  Send("POST /api/v2/write?bucket=b", "x");
  EXPECT_EQ(writes_.last_write.precision, Precision::kNanosecond);

  const std::string long_name(65, 'n');
  Check({
      {"POST /api/v2/write", "x", "", 400,
       R"({"code":"invalid","message":"no org/bucket destination provided"})"},
      {"POST /api/v2/write?org=o", "x", "", 400,
       R"({"code":"invalid","message":"missing bucket value"})"},
      {"POST /api/v2/write?bucket=" + long_name, "x", "", 400,
       R"({"code":"invalid","message":"namespace name )" + long_name +
           R"( length must be between 1 and 64 characters"})"},
      {"POST /api/v2/write?bucket=b", std::string(kBodyBytesMax + 1, 'x'), "", 413,
       R"({"code":"request too large","message":"max request size (100000 bytes) exceeded"})"},
  });
  RejectLine(false);
  Check({{"POST /api/v2/write?bucket=b", "x", "", 400,
          R"({"code":"invalid","message":"write buffer error: line protocol parse failed: )"
          R"(No fields were provided"})"}});
  writes_.outcome = ingest::WriteOutcome();
  writes_.outcome.status = Status::InvalidArgument("incoming write was empty");
  Check({{"POST /api/v2/write?bucket=b", "#", "", 400,
          R"({"code":"invalid","message":"write buffer error: incoming write was empty"})"}});
  writes_.outcome.status = Status::LimitExceeded("too many");
  Check({{"POST /api/v2/write?bucket=b", "x", "", 400,
          R"({"code":"invalid","message":"write buffer error: too many"})"}});
}

TEST_F(HandlersTest, V1Write) {
  const std::vector<std::pair<std::string, Precision>> words{
      {"n", Precision::kNanosecond},   {"ns", Precision::kNanosecond},
      {"u", Precision::kMicrosecond},  {"%C2%B5", Precision::kMicrosecond},
      {"us", Precision::kMicrosecond}, {"ms", Precision::kMillisecond},
      {"s", Precision::kSecond},       {"m", Precision::kMinute},
      {"h", Precision::kHour}};
  for (const auto& [word, precision] : words) {
    EXPECT_EQ(Send("POST /write?db=d&precision=" + word, "x").status, 204) << word;
    EXPECT_EQ(writes_.last_write.precision, precision) << word;
  }
  const std::vector<std::pair<std::string, std::string>> targets{{"db=d", "d"},
                                                                 {"db=d&rp=", "d"},
                                                                 {"db=d&rp=autogen", "d"},
                                                                 {"db=d&rp=default", "d"},
                                                                 {"db=d&rp=Weekly", "d/weekly"}};
  for (const auto& [query, database] : targets) {
    EXPECT_EQ(Send("POST /write?" + query + "&u=me&consistency=all", "x").status, 204);
    EXPECT_EQ(writes_.last_write.database, database);
    EXPECT_FALSE(writes_.last_write.accept_partial);
  }
  Check({
      {"POST /write", "x", "", 400, R"({"error":"no db destination provided"})"},
      {"POST /write?rp=x", "x", "", 400,
       R"({"error":"failed to deserialize db/rp/precision in request: missing field `db`"})"},
      {"POST /write?db=", "x", "", 400,
       R"({"error":"namespace name  length must be between 1 and 64 characters"})"},
  });
  RejectLine(false);
  EXPECT_EQ(
      Send("POST /write?db=d", "x")
          .body.rfind(R"({"error":"line protocol parsing error","data":{"original_line":)", 0),
      0U);
}

TEST_F(HandlersTest, QuerySqlReadsItsParameters) {
  Send("GET /api/v3/query_sql?db=a&q=select+1%3B&params=%7B%22n%22%3A1%7D");
  EXPECT_EQ(queries_.last.database, "a");
  EXPECT_EQ(queries_.last.sql, "select 1;");
  EXPECT_EQ(std::get<uint64_t>(queries_.last.parameters.at("n")), 1U);

  const std::string json =
      R"({"db":"b","q":"select 2","params":{"a":null,"b":true,"c":-5,"d":1.5,"e":"t",)"
      R"("f":18446744073709551615,"$g":"h"}})";
  for (const char* type : {"application/json", "application/x-www-form-urlencoded", "text/odd"}) {
    queries_.last = query::QueryRequest();
    Send("POST /api/v3/query_sql", json, "Content-Type: " + std::string(type) + "\r\n");
    EXPECT_EQ(queries_.last.sql, "select 2");
    const auto& parameters = queries_.last.parameters;
    ASSERT_EQ(parameters.size(), 7U);
    EXPECT_TRUE(std::holds_alternative<std::monostate>(parameters.at("a")));
    EXPECT_TRUE(std::get<bool>(parameters.at("b")));
    EXPECT_EQ(std::get<int64_t>(parameters.at("c")), -5);
    EXPECT_EQ(std::get<double>(parameters.at("d")), 1.5);
    EXPECT_EQ(std::get<std::string>(parameters.at("e")), "t");
    EXPECT_EQ(std::get<uint64_t>(parameters.at("f")), 18446744073709551615ULL);
    EXPECT_EQ(std::get<std::string>(parameters.at("g")), "h");
  }
  Send("POST /api/v3/query_sql", "db=c&q=select%203",
       "Content-Type: application/x-www-form-urlencoded\r\n");
  EXPECT_EQ(queries_.last.sql, "select 3");
}

TEST_F(HandlersTest, QuerySqlRefusesBadRequests) {
  const std::string formats =
      "expected one of `parquet`, `csv`, `pretty`, `json`, `json_lines`, `jsonl`";
  const std::string get = "GET /api/v3/query_sql";
  const std::string post = "POST /api/v3/query_sql";
  Check({
      {get, "", "", 400, "missing query parameters 'db' and 'q'"},
      {get + "?q=x", "", "", 400, "serde error: missing field `db`"},
      {get + "?db=x", "", "", 400, "serde error: missing field `q`"},
      {get + "?db=a&q=b&format=xml", "", "", 400, "serde error: unknown variant `xml`, " + formats},
      {post, R"({"db":"a"})", "", 400, "serde json error: missing field `q` at line 1 column 10"},
      {post, "{\n \"q\": 1, \"db\":\"a\"}", "", 400,
       "serde json error: invalid type: integer `1`, expected a string at line 2 column 7"},
      {post, R"({"db":"a","q":"b","format":"xml"})", "", 400,
       "serde json error: unknown variant `xml`, " + formats + " at line 1 column 32"},
      {post, " ", "", 400, "serde json error: EOF while parsing a value at line 1 column 0"},
      {get + "?db=a&q=b", "", "Accept: image/png\r\n", 400, "invalid mime type (image/png)"},
      {get + "?db=a&q=b&format=csv", "", "Accept: image/png\r\n", 400,
       "invalid mime type (image/png)"},
      {"PUT /api/v3/query_sql", "x", "", 404, "Not found"},
      {"POST /api/v3/query_influxql", "x", "", 404, "Not found"},
      {"GET /query?q=x", "", "", 404, "Not found"},
  });
  Check({
      {post, R"({"db": })", "", 400, "serde json error: expected value at line 1 column 8"},
      {post, R"({"db" 1})", "", 400, "serde json error: expected `:` at line 1 column 7"},
      {post, R"({"db":"a" 1})", "", 400,
       "serde json error: expected `,` or `}` at line 1 column 11"},
      {post, R"({1})", "", 400, "serde json error: key must be a string at line 1 column 2"},
      {post, R"({} x)", "", 400, "serde json error: trailing characters at line 1 column 4"},
      {post, R"({"db":"a",})", "", 400, "serde json error: trailing comma at line 1 column 11"},
      {post, R"({"params":{"x":1e400},"db":"a"})", "", 400,
       "serde json error: number out of range at line 1 column 20"},
      {post, R"({"db":"a")", "", 400,
       "serde json error: EOF while parsing an object at line 1 column 9"},
      {post, R"({"db":["a")", "", 400,
       "serde json error: EOF while parsing a list at line 1 column 10"},
  });
}

TEST_F(HandlersTest, QueryErrorsHaveTheirStatus) {
  const std::string target = "GET /api/v3/query_sql?db=a&q=b";
  const std::vector<std::pair<Status, std::pair<int, std::string>>> errors{
      {Status::NotFound("database not found: foo"),
       {404, R"({"error":"query error: database not found: foo"})"}},
      {Status::InvalidArgument("Error during planning: table 'public.iox.mem' not found"),
       {400, "Error during planning: table 'public.iox.mem' not found"}},
      {Status::Unsupported("This feature is not implemented: x"),
       {405, "This feature is not implemented: x"}},
      {Status(util::StatusCode::kResourceExhausted, "Resources exhausted: x"),
       {500, "Resources exhausted: x"}},
      {Status(util::StatusCode::kDeadlineExceeded, "too slow"), {500, "too slow"}},
      {Status::Internal("x"), {500, "x"}}};
  for (const auto& [status, expected] : errors) {
    queries_.status = status;
    Check({{target, "", "", expected.first, expected.second}});
  }
}

TEST_F(HandlersTest, ConfigureDatabase) {
  const std::string path = "/api/v3/configure/database";
  EXPECT_EQ(Send("POST " + path, R"({"db":"a"})", kJsonHeader).status, 200);
  EXPECT_EQ(writes_.last_change, "create database a none");
  Send("POST " + path, R"({"db":"a","retention_period":"1h 30m"})", kJsonHeader);
  EXPECT_EQ(writes_.last_change, "create database a 5400000000000");
  Send("PUT " + path, R"({"db":"a","retention_period":"30d"})",
       "Content-Type: application/vnd.x+json; charset=utf-8\r\n");
  EXPECT_EQ(writes_.last_change, "set retention a 2592000000000000");
  Send("PUT " + path, R"({"db":"a","retention_period":null})", kJsonHeader);
  EXPECT_EQ(writes_.last_change, "set retention a none");
  EXPECT_EQ(Send("POST " + path + "/retention_period?db=a&duration=1s", "").status, 204);
  EXPECT_EQ(writes_.last_change, "set retention a 1000000000");
  EXPECT_EQ(Send("DELETE " + path + "/retention_period?db=a").status, 204);
  EXPECT_EQ(writes_.last_change, "set retention a none");

  const std::vector<std::pair<std::string, std::string>> deletions{
      {"", "1500"},
      {"&hard_delete_at=default", "1500"},
      {"&hard_delete_at=never", "none"},
      {"&hard_delete_at=now", "1000"},
      {"&hard_delete_at=1970-01-01T00:00:00Z", "1000"},
      {"&hard_delete_at=1970-01-01T02:00:05%2B02:00", "5000000000"}};
  for (const auto& [query, expected] : deletions) {
    EXPECT_EQ(Send("DELETE " + path + "?db=a" + query).status, 200);
    EXPECT_EQ(writes_.last_change, "delete database a " + expected) << query;
  }
}

TEST_F(HandlersTest, ConfigureDatabaseRefusals) {
  const std::string path = "/api/v3/configure/database";
  Check({
      {"POST " + path, R"({"db":"a"})", "", 415,
       "unacceptable content-type, expected: application/json"},
      {"POST " + path, R"({"dc":"a"})", kJsonHeader, 400,
       "serde json error: missing field `db` at line 1 column 10"},
      {"POST " + path, R"({"db":""})", kJsonHeader, 400, R"({"error":"db name cannot be empty"})"},
      {"POST " + path, R"({"db":"a","retention_period":"soon"})", kJsonHeader, 400,
       "serde json error: invalid value: string \"soon\", expected a duration at line 1 column 35"},
      {"POST " + path + "/retention_period?db=a", "", "", 400,
       "serde error: missing field `duration`"},
      {"POST " + path + "/retention_period?db=a&duration=x", "", "", 400,
       "Cannot parse the given human time: expected number at 0"},
      {"DELETE " + path, "", "", 400, "serde error: missing field `db`"},
      {"DELETE " + path + "?db=a&hard_delete_at=xx", "", "", 400,
       "Cannot parse the timestamp: premature end of input"},
      {"DELETE " + path + "?db=a&data_only=true", "", "", 400, "data_only is not supported"},
  });
  writes_.status = Status::AlreadyExists("attempted to create a resource that already exists");
  Check({{"POST " + path, R"({"db":"a"})", kJsonHeader, 409,
          "attempted to create a resource that already exists"}});
  writes_.status = Status::NotFound("the requested resource was not found: nope");
  Check(
      {{"DELETE " + path + "?db=nope", "", "", 404, "the requested resource was not found: nope"}});
  writes_.status = Status::LimitExceeded("too many");
  Check({{"POST " + path, R"({"db":"a"})", kJsonHeader, 422, R"({"error":"too many"})"}});
}

TEST_F(HandlersTest, ShowDatabasesGoesThroughTheQueryEngine) {
  Send("GET /api/v3/configure/database?format=csv");
  EXPECT_EQ(queries_.last.database, "_internal");
  EXPECT_EQ(queries_.last.sql,
            "SELECT * FROM (VALUES ('_internal'), ('o''clock')) AS databases(\"iox::database\")");
  Send("GET /api/v3/configure/database?show_deleted=true");
  EXPECT_EQ(queries_.last.sql,
            "SELECT * FROM (VALUES ('_internal', false), ('o''clock', false), ('gone', true)) AS "
            "databases(\"iox::database\", deleted)");
}

TEST_F(HandlersTest, ConfigureTable) {
  const std::string path = "/api/v3/configure/table";
  EXPECT_EQ(Send("POST " + path,
                 R"({"db":"d","table":"t","tags":["x","y"],"fields":[{"name":"a","type":"utf8"},)"
                 R"({"name":"b","type":"float64"},{"name":"c","type":"int64"},)"
                 R"({"name":"d","type":"uint64"},{"name":"e","type":"bool"}]})",
                 kJsonHeader)
                .status,
            200);
  EXPECT_EQ(writes_.last_change, "create table d.t x y a:4 b:3 c:1 d:2 e:5");
  EXPECT_EQ(
      Send("POST " + path,
           R"({"db":"d","table":"t","tags":[],"fields":[],"retention_period":"1h"})", kJsonHeader)
          .status,
      200);
  EXPECT_EQ(writes_.last_change, "create table d.t for 3600000000000");
  EXPECT_EQ(Send("DELETE " + path + "?db=d&table=t&hard_delete_at=now").status, 200);
  EXPECT_EQ(writes_.last_change, "delete table d.t 1000");
  Check({
      {"POST " + path, "{}", "", 415, "unacceptable content-type, expected: application/json"},
      {"POST " + path, R"({"db":"d","table":"t","tags":[]})", kJsonHeader, 400,
       "serde json error: missing field `fields` at line 1 column 32"},
      {"DELETE " + path + "?db=d", "", "", 400, "serde error: missing field `table`"},
  });
  const RawReply type =
      Send("POST " + path, R"({"db":"d","table":"t","tags":[],"fields":[{"name":"a","type":"x"}]})",
           kJsonHeader);
  EXPECT_EQ(type.body.rfind("serde json error: unknown variant `x`, expected one of `utf8`", 0),
            0U);
}

TEST_F(HandlersTest, TableRetention) {
  const std::string path = "/api/v3/configure/table";
  const std::string table = R"({"db":"d","table":"t","retention_period":)";
  EXPECT_EQ(Send("PUT " + path, table + R"("30d"})", kJsonHeader).status, 200);
  EXPECT_EQ(writes_.last_change, "set retention d.t 2592000000000000");
  for (const char* none : {"null}", R"("none"})"}) {
    writes_.last_change.clear();
    EXPECT_EQ(Send("PUT " + path, table + none, kJsonHeader).status, 200);
    EXPECT_EQ(writes_.last_change, "set retention d.t none");
  }
  Check({
      {"PUT " + path, "{}", "", 415, "unacceptable content-type, expected: application/json"},
      {"PUT " + path, R"({"table":"t","retention_period":null})", kJsonHeader, 400,
       "serde json error: missing field `db` at line 1 column 37"},
      {"PUT " + path, R"({"db":"d","retention_period":null})", kJsonHeader, 400,
       "serde json error: missing field `table` at line 1 column 34"},
      {"PUT " + path, R"({"db":"d","table":"t"})", kJsonHeader, 400,
       "serde json error: missing field `retention_period` at line 1 column 22"},
      {"PUT " + path, table + R"("soon"})", kJsonHeader, 400,
       "serde json error: invalid value: string \"soon\", expected a duration at line 1 column 47"},
  });
  writes_.status = Status::NotFound("the requested resource was not found: t");
  Check({{"PUT " + path, table + "null}", kJsonHeader, 404,
          "the requested resource was not found: t"}});
}

TEST_F(HandlersTest, DeleteRows) {
  const std::string path = "/api/v3/delete";
  EXPECT_EQ(Send("POST " + path,
                 R"({"db":"d","table":"t","start":"1970-01-01T00:00:01Z","stop":"2000000000"})",
                 kJsonHeader)
                .status,
            200);
  EXPECT_EQ(writes_.last_change, "delete rows d.t 1000000000..2000000000");
  EXPECT_EQ(Send("POST " + path,
                 R"({"db":"d","table":"t","start":-5,"stop":7,"predicate":"a='b' and c=''"})",
                 kJsonHeader)
                .status,
            200);
  EXPECT_EQ(writes_.last_change, "delete rows d.t -5..7 a=b c=");
  EXPECT_EQ(Send("POST /api/v2/delete?org=o&bucket=b",
                 R"({"start":"1970-01-01T00:00:00Z","stop":"1970-01-01T00:00:01Z",)"
                 R"("predicate":"_measurement=\"t\" AND host=\"x\""})",
                 kJsonHeader)
                .status,
            204);
  EXPECT_EQ(writes_.last_change, "delete rows b.t 0..1000000000 host=x");
  EXPECT_EQ(Send("POST " + path + "?db=d&table=t&start=1970-01-01T00:00:00Z&stop=7&predicate=" +
                     "a%3D'b'%20AND%20c%3D'd'",
                 "")
                .status,
            200);
  EXPECT_EQ(writes_.last_change, "delete rows d.t 0..7 a=b c=d");
  const std::string huge = R"({"db":"d","table":"t","start":9223372036854775808,"stop":7})";
  EXPECT_EQ(Send("POST " + path, huge, kJsonHeader).status, 400);
  Check({
      {"POST " + path, "{}", "", 415, "unacceptable content-type, expected: application/json"},
      {"POST " + path, R"({"db":"d","table":"t","stop":1})", kJsonHeader, 400,
       "serde json error: missing field `start` at line 1 column 31"},
      {"POST " + path, R"({"db":"d","table":"t","start":1,"stop":"soon"})", kJsonHeader, 400,
       "serde json error: Cannot parse stop: input contains invalid characters"},
      {"POST " + path + "?predicate=a='b'", R"({"db":"d","table":"t","start":1,"stop":2})",
       kJsonHeader, 400, "parameters are expected in the query string or in the body, not in both"},
      {"POST " + path + "?db=d&table=t&start=1", "", "", 400, "serde error: missing field `stop`"},
      {"POST " + path + "?db=d&table=t&start=1&stop=soon", "", "", 400,
       "serde error: Cannot parse stop: input contains invalid characters"},
      {"POST " + path + "?db=d&table=t&start=1&start=2&stop=3", "", "", 400,
       "serde error: duplicate field `start`"},
      {"POST /api/v2/delete?bucket=b", R"({"start":1,"stop":2})", kJsonHeader, 400,
       R"({"code":"invalid","message":"the predicate must name a table: _measurement=\"name\""})"},
      {"POST /api/v2/delete", R"({"start":1,"stop":2})", kJsonHeader, 400,
       R"({"code":"invalid","message":"missing bucket value"})"},
  });
}

TEST_F(HandlersTest, HealthAndMetricsAnswerBesideStalledClients) {
  const std::string half_body =
      "POST /api/v3/write_lp?db=d HTTP/1.1\r\nHost: h\r\nContent-Length: 1000\r\n\r\ncpu";
  const std::string half_chunk =
      "POST /api/v3/query_sql HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n{";
  std::vector<std::unique_ptr<RawClient>> stalled;
  for (int i = 0; i < 50; ++i) {
    for (const std::string& part : {std::string(), std::string("GET /he"), half_body, half_chunk}) {
      stalled.push_back(std::make_unique<RawClient>(server_->address()));
      ASSERT_TRUE(stalled.back()->Send(part));
    }
  }
  EXPECT_EQ(Send("GET /health").body, "OK");
  EXPECT_EQ(Send("GET /metrics").status, 200);
}

TEST_F(HandlersTest, HealthPingAndMetrics) {
  for (const char* path : {"/health", "/api/v1/health"}) {
    const RawReply reply = Send("GET " + std::string(path));
    EXPECT_EQ(reply.body, "OK");
    EXPECT_EQ(reply.headers.at("content-type"), "text/plain; charset=utf-8");
    EXPECT_EQ(reply.headers.at("cluster-uuid"), "the-cluster");
    EXPECT_EQ(Send("HEAD " + std::string(path)).status, 200);
  }
  for (const char* method : {"GET", "POST"}) {
    const RawReply ping = Send(std::string(method) + " /ping");
    EXPECT_EQ(ping.status, 200);
    EXPECT_EQ(ping.body, R"({"product_name":"InfluxDB 3 Core","version":"3.10.0","revision":"abc",)"
                         R"("process_id":"the-process"})");
    EXPECT_EQ(ping.headers.at("x-influxdb-version"), "3.10.0");
    EXPECT_EQ(ping.headers.at("x-influxdb-build"), "Core");
    EXPECT_EQ(ping.headers.at("request-id").size(), 36U);
    EXPECT_EQ(ping.headers.at("request-id"), ping.headers.at("x-request-id"));
  }
  EXPECT_EQ(Send("HEAD /ping").status, 204);

  writes_.outcome.lines_accepted = 3;
  writes_.outcome.lines_rejected = 1;
  Send("POST /api/v3/write_lp?db=counted", "12345");
  const RawReply metrics = Send("GET /metrics");
  EXPECT_EQ(metrics.headers.at("content-type"), "text/plain; version=0.0.4; charset=utf-8");
  EXPECT_NE(metrics.body.find("influxdb3_write_lines_total{db=\"counted\"} 3\n"), std::string::npos)
      << metrics.body;
  EXPECT_NE(metrics.body.find("influxdb3_write_lines_rejected_total{db=\"counted\"} 1\n"),
            std::string::npos);
  EXPECT_NE(metrics.body.find("influxdb3_write_bytes_total{db=\"counted\"} 5\n"),
            std::string::npos);
  EXPECT_TRUE(metrics.body.ends_with("# EOF\n"));
}

TEST_F(HandlersTest, AuthorizationMustBeWellFormed) {
  const std::string text =
      R"({"error": "Authorization header was malformed, the request was not in the form of )"
      R"('Authorization: <auth-scheme> <token>', supported auth-schemes are Bearer, Token and )"
      R"(Basic"})";
  for (const char* good : {"Bearer t", "bearer t", "Token apiv3_x", "Basic dTp0", "Basic OnQ="}) {
    EXPECT_EQ(Send("GET /health", "", "Authorization: " + std::string(good) + "\r\n").status, 200)
        << good;
  }
  for (const char* bad : {"Bearer ", "Bearer", "Any t", "Bearer fake token", "Basic !!",
                          "Basic dQ==", "Basic dTp0OnQ="}) {
    Check({{"GET /health", "", "Authorization: " + std::string(bad) + "\r\n", 400, text},
           {"GET /nope", "", "Authorization: " + std::string(bad) + "\r\n", 400, text}});
  }
  EXPECT_EQ(Send("POST /write?db=a&p=token", "x", "Authorization: Any t\r\n").status, 204);
  EXPECT_EQ(Send("OPTIONS /health", "", "Authorization: Any t\r\n").status, 204);
}

}  // namespace
}  // namespace influxdb3::server::http
