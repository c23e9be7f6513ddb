#include "server/flight/flight_server.h"

#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <string>
#include <vector>

#include <arrow/api.h>
#include <arrow/flight/client.h>
#include <gtest/gtest.h>

#include "query/query_engine.h"

namespace influxdb3::server::flight {
namespace {

namespace fl = arrow::flight;

std::shared_ptr<arrow::Schema> OneColumn() {
  return arrow::schema({arrow::field(
      "v", arrow::int64(), true,
      arrow::key_value_metadata({"iox::column::type"}, {"iox::column_type::field::integer"}))});
}

std::shared_ptr<arrow::RecordBatch> Numbers(int64_t first, int64_t count) {
  arrow::Int64Builder builder;
  for (int64_t i = 0; i < count; ++i) EXPECT_TRUE(builder.Append(first + i).ok());
  return arrow::RecordBatch::Make(OneColumn(), count, {builder.Finish().ValueOrDie()});
}

/// Makes Next() of a stream wait until it is opened or the query is cancelled.
class Gate {
 public:
  void Open() { Set(&open_); }
  void Cancel() { Set(&cancelled_); }
  /// False when it was cancelled.
  bool Pass() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return open_ || cancelled_; });
    return !cancelled_;
  }
  bool WaitForCancel() {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(60), [this] { return cancelled_; });
  }

 private:
  void Set(bool* flag) {
    const std::lock_guard lock(mutex_);
    *flag = true;
    changed_.notify_all();
  }
  std::mutex mutex_;
  std::condition_variable changed_;
  bool open_ = false;
  bool cancelled_ = false;
};

/// What a statement of the fake engine does: `rows` (three batches of one row), `broken` (an error
/// behind the first), `wide` (one batch of 100,000 rows), `gated` (one row behind the gate),
/// `endless`.
class Rows : public query::ResultStream {
 public:
  Rows(std::string kind, std::shared_ptr<Gate> gate)
      : kind_(std::move(kind)), gate_(std::move(gate)), schema_(OneColumn()) {}
  const std::shared_ptr<arrow::Schema>& schema() const override { return schema_; }
  util::Result<std::shared_ptr<arrow::RecordBatch>> Next() override {
    const int64_t number = next_++;
    if (kind_ == "gated" && !gate_->Pass()) {
      return util::Status(util::StatusCode::kCancelled, "the query was cancelled");
    }
    if (kind_ == "broken" && number == 1) return util::Status::Internal("the query broke");
    const int64_t count = kind_ == "endless" ? INT64_MAX : kind_ == "rows" ? 3 : 1;
    if (kind_ != "broken" && number >= count) return std::shared_ptr<arrow::RecordBatch>();
    return Numbers(number, kind_ == "wide" ? 100'000 : 1);
  }
  void Cancel() override { gate_->Cancel(); }

 private:
  const std::string kind_;
  const std::shared_ptr<Gate> gate_;
  const std::shared_ptr<arrow::Schema> schema_;
  int64_t next_ = 0;
};

class Engine : public query::QueryEngine {
 public:
  util::Result<std::unique_ptr<query::ResultStream>> ExecuteSql(
      const query::QueryRequest& request) override {
    if (request.database != "db") {
      return util::Status::NotFound("database not found: " + request.database);
    }
    if (request.on_start) request.on_start([gate = gate] { gate->Cancel(); });
    return std::unique_ptr<query::ResultStream>(new Rows(request.sql, gate));
  }
  util::Result<query::QueryDescription> DescribeSql(const query::QueryRequest&) override {
    return query::QueryDescription{OneColumn(), arrow::schema(arrow::FieldVector())};
  }

  std::shared_ptr<Gate> gate = std::make_shared<Gate>();
};

class FlightServerTest : public ::testing::Test {
 protected:
  void SetUp() override { Open(FlightOptions()); }
  void Open(const FlightOptions& options) {
    auto server = FlightServer::Start(options, &engine_);
    ASSERT_TRUE(server.ok()) << server.status().ToString();
    server_ = std::move(server).value();
    const auto location = fl::Location::Parse("grpc+unix://" + server_->socket_path()).ValueOrDie();
    client_ = fl::FlightClient::Connect(location).ValueOrDie();
  }
  void TearDown() override {
    if (client_ == nullptr) return;
    EXPECT_TRUE(client_->Close().ok());
  }
  static fl::Ticket TicketFor(const std::string& sql) {
    return fl::Ticket{R"({"database":"db","sql_query":")" + sql + "\"}"};
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
  const auto table = Get(R"({"database":"db","sql_query":"rows","query_type":"sql"})");
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

TEST_F(FlightServerTest, CutsBatchesToMessages) {
  FlightOptions options;
  options.message_bytes_max = 100'000;
  Open(options);
  auto reader = client_->DoGet(TicketFor("wide")).ValueOrDie();
  int64_t rows = 0;
  while (true) {
    const auto chunk = reader->Next().ValueOrDie();
    if (chunk.data == nullptr) break;
    EXPECT_LE(chunk.data->num_rows() * 8, options.message_bytes_max);
    // What comes over the wire need not be aligned, so the library reads it.
    EXPECT_EQ((*chunk.data->column(0)->GetScalar(0))->ToString(), std::to_string(rows));
    rows += chunk.data->num_rows();
  }
  EXPECT_EQ(rows, 100'000);
}

TEST_F(FlightServerTest, SendsEmptyBatchesWhileTheQueryComputes) {
  FlightOptions options;
  options.keep_alive_ns = 1'000'000;
  Open(options);
  auto reader = client_->DoGet(TicketFor("gated")).ValueOrDie();
  for (int i = 0; i < 3; ++i) EXPECT_EQ(reader->Next()->data->num_rows(), 0);
  engine_.gate->Open();
  int64_t rows = 0;
  while (true) {
    const auto chunk = reader->Next().ValueOrDie();
    if (chunk.data == nullptr) break;
    rows += chunk.data->num_rows();
  }
  EXPECT_EQ(rows, 1);
}

TEST_F(FlightServerTest, CancelsTheQueryOfAClientThatLeaves) {
  auto reader = client_->DoGet(TicketFor("gated")).ValueOrDie();
  reader->Cancel();
  EXPECT_TRUE(engine_.gate->WaitForCancel());
}

TEST_F(FlightServerTest, CancelsTheQueryAtTheDeadline) {
  fl::FlightCallOptions options;
  options.timeout = fl::TimeoutDuration(1.0);
  auto reader = client_->DoGet(options, TicketFor("gated")).ValueOrDie();
  EXPECT_FALSE(reader->Next().ok());
  EXPECT_TRUE(engine_.gate->WaitForCancel());
}

TEST_F(FlightServerTest, StopCancelsWhatRuns) {
  auto reader = client_->DoGet(TicketFor("gated")).ValueOrDie();
  EXPECT_TRUE(server_->Stop(0));
  EXPECT_TRUE(engine_.gate->WaitForCancel());
  EXPECT_FALSE(reader->Next().ok());
}

TEST_F(FlightServerTest, CallsHaveALimit) {
  FlightOptions options;
  options.calls_max = 1;
  Open(options);
  auto first = client_->DoGet(TicketFor("endless")).ValueOrDie();
  ASSERT_TRUE(first->Next().ok());
  const arrow::Status refused = Get(TicketFor("rows").ticket).status();
  EXPECT_NE(refused.message().find("too many queries are running"), std::string::npos)
      << refused.ToString();
}

TEST_F(FlightServerTest, WaitsForAClientWithoutHoldingAThread) {
  FlightOptions options;
  options.query_threads = 1;
  Open(options);
  auto slow = client_->DoGet(TicketFor("endless")).ValueOrDie();
  ASSERT_TRUE(slow->Next().ok());
  EXPECT_TRUE(Get(TicketFor("rows").ticket).ok());
}

}  // namespace
}  // namespace influxdb3::server::flight
