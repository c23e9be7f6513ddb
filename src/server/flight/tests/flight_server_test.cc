#include "server/flight/flight_server.h"

#include <filesystem>
#include <string>
#include <vector>

#include <arrow/api.h>
#include <arrow/flight/client.h>
#include <gtest/gtest.h>

#include "query/query_engine.h"
#include "server/flight/ticket.h"

namespace influxdb3::server::flight {
namespace {

namespace fl = arrow::flight;

std::shared_ptr<arrow::Schema> OneColumn() {
  return arrow::schema({arrow::field(
      "v", arrow::int64(), true,
      arrow::key_value_metadata({"iox::column::type"}, {"iox::column_type::field::integer"}))});
}

/// Three batches of one row, or an error behind the first.
class Rows : public query::ResultStream {
 public:
  explicit Rows(bool fails) : schema_(OneColumn()), fails_(fails) {}
  const std::shared_ptr<arrow::Schema>& schema() const override { return schema_; }
  util::Result<std::shared_ptr<arrow::RecordBatch>> Next() override {
    if (fails_ && next_ == 1) return util::Status::Internal("the query broke");
    if (next_ == 3) return std::shared_ptr<arrow::RecordBatch>();
    arrow::Int64Builder builder;
    EXPECT_TRUE(builder.Append(next_++).ok());
    return arrow::RecordBatch::Make(schema_, 1, {builder.Finish().ValueOrDie()});
  }
  void Cancel() override {}

 private:
  const std::shared_ptr<arrow::Schema> schema_;
  const bool fails_;
  int64_t next_ = 0;
};

class Engine : public query::QueryEngine {
 public:
  util::Result<std::unique_ptr<query::ResultStream>> ExecuteSql(
      const query::QueryRequest& request) override {
    if (request.database != "db") {
      return util::Status::NotFound("database not found: " + request.database);
    }
    return std::unique_ptr<query::ResultStream>(new Rows(request.sql == "broken"));
  }
};

class FlightServerTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto server = FlightServer::Start(FlightOptions(), &engine_);
    ASSERT_TRUE(server.ok()) << server.status().ToString();
    server_ = std::move(server).value();
    const auto location = fl::Location::Parse("grpc+unix://" + server_->socket_path()).ValueOrDie();
    client_ = fl::FlightClient::Connect(location).ValueOrDie();
  }
  void TearDown() override {
    if (client_ == nullptr) return;
    EXPECT_TRUE(client_->Close().ok());
  }
  arrow::Result<std::shared_ptr<arrow::Table>> Get(const std::string& ticket) {
    ARROW_ASSIGN_OR_RAISE(auto reader, client_->DoGet(fl::Ticket{ticket}));
    return reader->ToTable();
  }

  Engine engine_;
  std::unique_ptr<FlightServer> server_;
  std::unique_ptr<fl::FlightClient> client_;
};

TEST_F(FlightServerTest, OnlyItsUserReachesTheSocket) {
  const std::filesystem::path folder = std::filesystem::path(server_->socket_path()).parent_path();
  EXPECT_EQ(std::filesystem::status(folder).permissions(), std::filesystem::perms::owner_all);
  EXPECT_TRUE(server_->Stop(0));
  EXPECT_FALSE(std::filesystem::exists(folder));
}

TEST_F(FlightServerTest, SendsEveryBatchAndTheFieldMetadata) {
  const auto table = Get(R"({"database":"db","sql_query":"q","query_type":"sql"})");
  ASSERT_TRUE(table.ok()) << table.status().ToString();
  EXPECT_EQ((*table)->num_rows(), 3);
  EXPECT_TRUE((*table)->schema()->Equals(*OneColumn(), true));
}

TEST_F(FlightServerTest, MapsErrors) {
  EXPECT_TRUE(Get(R"({"database":"none","sql_query":"q"})").status().IsKeyError());
  const arrow::Status garbage = Get("garbage").status();
  EXPECT_TRUE(garbage.IsInvalid());
  EXPECT_NE(garbage.message().find("Invalid ticket. Error: Invalid ticket"), std::string::npos);
}

TEST_F(FlightServerTest, ReportsAnErrorBehindTheFirstBatch) {
  const arrow::Status status = Get(R"({"database":"db","sql_query":"broken"})").status();
  EXPECT_FALSE(status.ok());
  EXPECT_NE(status.message().find("the query broke"), std::string::npos) << status.ToString();
}

TEST(TicketTest, TakesEverySpelling) {
  for (const char* name : {"database", "namespace_name", "bucket", "bucket-name"}) {
    const auto request = ParseTicket(std::string("{\"") + name + R"(":"d","query":"q"})");
    ASSERT_TRUE(request.ok()) << name;
    EXPECT_EQ(request->request.database, "d");
  }
}

TEST(TicketTest, KeepsTheTypesOfParameters) {
  const auto request = ParseTicket(
      R"({"database":"d","sql_query":"q","params":{"i":-1,"u":18446744073709551615,"f":1.0,
          "b":false,"s":"","n":null}})");
  ASSERT_TRUE(request.ok());
  EXPECT_EQ(request->request.parameters.at("i"), query::ParameterValue(int64_t{-1}));
  EXPECT_EQ(request->request.parameters.at("u"), query::ParameterValue(UINT64_MAX));
  EXPECT_EQ(request->request.parameters.at("f"), query::ParameterValue(1.0));
  EXPECT_EQ(request->request.parameters.at("b"), query::ParameterValue(false));
  EXPECT_EQ(request->request.parameters.at("s"), query::ParameterValue(std::string()));
  EXPECT_EQ(request->request.parameters.at("n"), query::ParameterValue());
}

TEST(TicketTest, RefusesWhatIsNoTicket) {
  for (const char* ticket : {"", "[]", "{}", R"({"database":"d"})", R"({"sql_query":"q"})",
                             R"({"database":"d","sql_query":"q","params":{"a":[1]}})"}) {
    EXPECT_EQ(ParseTicket(ticket).status().code(), util::StatusCode::kInvalidArgument) << ticket;
  }
}

}  // namespace
}  // namespace influxdb3::server::flight
