// Protobuf messages, tickets, commands, handles and patterns.
#include <string>

#include <gtest/gtest.h>

#include "server/flight/flight_sql_command.h"
#include "server/flight/metadata_tables.h"
#include "server/flight/prepared_statement.h"
#include "server/flight/ticket.h"
#include "server/flight/wire_format.h"

namespace influxdb3::server::flight {
namespace {

using std::string_literals::operator""s;
using util::StatusCode;

constexpr const char* kSqlUrl = "type.googleapis.com/arrow.flight.protocol.sql.";

TEST(WireFormatTest, ReadsWhatItWrites) {
  const std::string message = WireWriter()
                                  .Varint(1, 0)
                                  .Varint(2, UINT64_MAX)
                                  .Double(3, -0.5)
                                  .Bytes(15, "text")
                                  .Bytes(16, "")
                                  .Take();
  WireReader reader(message);
  WireField field;
  ASSERT_TRUE(*reader.Next(&field));
  EXPECT_EQ(field.number, 1U);
  EXPECT_EQ(field.value, 0U);
  ASSERT_TRUE(*reader.Next(&field));
  EXPECT_EQ(field.value, UINT64_MAX);
  ASSERT_TRUE(*reader.Next(&field));
  EXPECT_EQ(field.value, 0xBFE0000000000000U);
  ASSERT_TRUE(*reader.Next(&field));
  EXPECT_EQ(field.number, 15U);
  EXPECT_EQ(field.bytes, "text");
  ASSERT_TRUE(*reader.Next(&field));
  EXPECT_EQ(field.number, 16U);
  EXPECT_TRUE(field.is_bytes);
  EXPECT_FALSE(*reader.Next(&field));
}

TEST(WireFormatTest, RefusesWhatIsMalformed) {
  for (const std::string& message : {
           "\x08"s,                                              // no value
           "\x08\x80"s,                                          // a value that does not end
           "\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02"s,      // more than 64 bits
           "\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"s,  // ten bytes at most
           "\x00\x00"s,                                          // field 0
           "\x0b"s,                                              // a group
           "\x0e"s,                                              // no wire type
           "\x09\x00\x00\x00"s,                                  // 8 bytes wanted
           "\x0d\x00\x00\x00"s,                                  // 4 bytes wanted
           "\x0a\x05text"s,                                      // longer than the message
           "\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"s,
           "\x80\x80\x80\x80\x80\x01\x00"s,  // a field number over 29 bits
       }) {
    WireReader reader(message);
    WireField field;
    EXPECT_EQ(reader.Next(&field).status().code(), StatusCode::kInvalidArgument);
  }
}

TEST(TicketTest, TakesEverySpelling) {
  for (const char* name : {"database", "namespace_name", "bucket", "bucket-name"}) {
    const auto ticket = ParseTicket(std::string("{\"") + name + R"(":"d","query":"q"})");
    ASSERT_TRUE(ticket.ok()) << name;
    EXPECT_EQ(ticket->request.database, "d");
    EXPECT_EQ(ticket->request.sql, "q");
  }
}

TEST(TicketTest, KeepsTheTypesOfParameters) {
  const auto ticket = ParseTicket(
      R"({"database":"d","sql_query":"q","params":{"i":-1,"u":18446744073709551615,"f":1.0,
          "b":false,"s":"","$n":null}})");
  ASSERT_TRUE(ticket.ok());
  const auto& parameters = ticket->request.parameters;
  EXPECT_EQ(parameters.at("i"), query::ParameterValue(int64_t{-1}));
  EXPECT_EQ(parameters.at("u"), query::ParameterValue(UINT64_MAX));
  EXPECT_EQ(parameters.at("f"), query::ParameterValue(1.0));
  EXPECT_EQ(parameters.at("b"), query::ParameterValue(false));
  EXPECT_EQ(parameters.at("s"), query::ParameterValue(std::string()));
  EXPECT_EQ(parameters.at("n"), query::ParameterValue());
}

TEST(TicketTest, RefusesWhatIsNoTicket) {
  const std::string deep = R"({"database":"d","sql_query":"q","x":)" + std::string(100'000, '[');
  for (const std::string& ticket :
       {""s, "[]"s, "{}"s, R"({"database":"d"})"s, R"({"sql_query":"q"})"s, deep,
        R"({"database":"d","sql_query":"q","params":{"a":[1]}})"s,
        R"({"database":"d","sql_query":"q","query_type":"flux"})"s}) {
    EXPECT_EQ(ParseTicket(ticket).status().code(), StatusCode::kInvalidArgument);
  }
}

TEST(TicketTest, CommandTicketsComeBack) {
  const auto ticket = ParseTicket(MakeCommandTicket("db", "command"));
  ASSERT_TRUE(ticket.ok()) << ticket.status().ToString();
  EXPECT_EQ(ticket->request.database, "db");
  EXPECT_EQ(ticket->flight_sql_command, "command");
}

TEST(TicketTest, InfluxQlIsUnsupported) {
  EXPECT_EQ(
      ParseTicket(R"({"database":"d","sql_query":"q","query_type":"influxql"})").status().code(),
      StatusCode::kUnsupported);
  const std::string read_info = WireWriter().Bytes(1, "d").Bytes(2, "q").Varint(3, 2).Take();
  EXPECT_EQ(ParseTicket(read_info).status().code(), StatusCode::kUnsupported);
}

TEST(CommandTest, ReadsItsFields) {
  const std::string tables = WireWriter()
                                 .Bytes(1, "public")
                                 .Bytes(2, "i%")
                                 .Bytes(3, "")
                                 .Bytes(4, "VIEW")
                                 .Bytes(4, "TABLE")
                                 .Varint(5, 1)
                                 .Bytes(99, "unknown")
                                 .Take();
  const auto command = ParseCommand(MakeAny(std::string(kSqlUrl) + "CommandGetTables", tables));
  ASSERT_TRUE(command.ok()) << command.status().ToString();
  EXPECT_EQ(command->kind, CommandKind::kGetTables);
  EXPECT_EQ(command->catalog, "public");
  EXPECT_EQ(command->schema_pattern, "i%");
  EXPECT_EQ(command->table_pattern, "");
  EXPECT_EQ(command->table_types, (std::vector<std::string>{"VIEW", "TABLE"}));
  EXPECT_TRUE(command->include_schema);
}

TEST(CommandTest, NumbersMayBePacked) {
  for (const std::string& infos : {WireWriter().Varint(1, 0).Varint(1, 504).Take(),
                                   WireWriter().Bytes(1, "\x00\xf8\x03"s).Take()}) {
    const auto command = ParseCommand(MakeAny(std::string(kSqlUrl) + "CommandGetSqlInfo", infos));
    ASSERT_TRUE(command.ok());
    EXPECT_EQ(command->infos, (std::vector<uint32_t>{0, 504}));
  }
}

TEST(CommandTest, ListsHaveALimit) {
  const std::string url = std::string(kSqlUrl) + "CommandGetSqlInfo";
  EXPECT_TRUE(
      ParseCommand(MakeAny(url, WireWriter().Bytes(1, std::string(10'000, 1)).Take())).ok());
  EXPECT_FALSE(
      ParseCommand(MakeAny(url, WireWriter().Bytes(1, std::string(10'001, 1)).Take())).ok());
}

TEST(CommandTest, NamesWhatItDoesNotKnow) {
  EXPECT_EQ(ParseCommand(MakeAny("x.y/Unknown", "")).status().message(),
            "Error while planning Flight SQL : Unsupported FlightSQL message type: x.y/Unknown");
}

TEST(PreparedStatementTest, HandlesComeBack) {
  PreparedStatement statement;
  statement.query = "SELECT $a";
  statement.id = "id";
  statement.rows = {{{"a", int64_t{-1}}, {"b", std::string("x")}},
                    {{"a", query::ParameterValue()}, {"b", 0.5}},
                    {{"a", true}, {"b", UINT64_MAX}}};
  const auto back = PreparedStatement::FromHandle(statement.ToHandle());
  ASSERT_TRUE(back.ok()) << back.status().ToString();
  EXPECT_EQ(back->query, statement.query);
  EXPECT_EQ(back->id, statement.id);
  EXPECT_EQ(back->rows, statement.rows);
  EXPECT_FALSE(PreparedStatement::FromHandle(MakeAny("x.y/Unknown", "")).ok());
}

TEST(BoundValuesTest, KeepsTheNewestWithinItsLimits) {
  const std::vector<ParameterRow> rows = {{{"a", int64_t{1}}}};
  BoundValues by_count(2, 1000);
  for (const char* id : {"1", "2", "3"}) by_count.Put(id, rows, 1);
  EXPECT_TRUE(by_count.Get("1").empty());
  EXPECT_EQ(by_count.Get("2"), rows);
  by_count.Remove("2");
  EXPECT_TRUE(by_count.Get("2").empty());
  EXPECT_EQ(by_count.Get("3"), rows);

  BoundValues by_size(100, 10);
  by_size.Put("1", rows, 6);
  by_size.Put("2", rows, 4);
  EXPECT_EQ(by_size.Get("1"), rows);
  by_size.Put("3", rows, 1);
  EXPECT_TRUE(by_size.Get("1").empty());
  by_size.Put("4", rows, 11);
  EXPECT_TRUE(by_size.Get("4").empty());
  EXPECT_EQ(by_size.Get("2"), rows);
}

TEST(PatternTest, MatchesAsLikeDoes) {
  EXPECT_TRUE(MatchesPattern("cpu", "cpu"));
  EXPECT_TRUE(MatchesPattern("cpu", "c%"));
  EXPECT_TRUE(MatchesPattern("cpu", "%u"));
  EXPECT_TRUE(MatchesPattern("cpu", "c_u"));
  EXPECT_TRUE(MatchesPattern("", "%"));
  EXPECT_TRUE(MatchesPattern("ababac", "%abac"));
  EXPECT_TRUE(MatchesPattern("a%b", "a\\%b"));
  EXPECT_TRUE(MatchesPattern("a_b", "a\\_b"));
  EXPECT_FALSE(MatchesPattern("axb", "a\\%b"));
  EXPECT_FALSE(MatchesPattern("cpu", "c_"));
  EXPECT_FALSE(MatchesPattern("cpu", ""));
  EXPECT_FALSE(MatchesPattern("", "_"));
  EXPECT_FALSE(MatchesPattern("cpu", "CPU"));
  EXPECT_FALSE(MatchesPattern(std::string(1000, 'a'), "%a%a%a%a%a%a%b"));
}

}  // namespace
}  // namespace influxdb3::server::flight
