#include "cli/argument_parser.h"

#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/command_line.h"

namespace influxdb3::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;
using Environment = std::map<std::string, std::string>;

ParseResult Parse(const std::vector<std::string>& arguments, const Environment& environment = {}) {
  static const auto& kRoot = *new CommandSpec(RootSpec());
  ArgumentParser parser(kRoot, "influxdb3 version line",
                        [&](const std::string& name) -> std::optional<std::string> {
                          auto found = environment.find(name);
                          if (found == environment.end()) return std::nullopt;
                          return found->second;
                        });
  return parser.Parse(arguments);
}

std::string Refusal(const std::vector<std::string>& arguments,
                    const Environment& environment = {}) {
  ParseResult result = Parse(arguments, environment);
  EXPECT_EQ(result.outcome, ParseOutcome::kRefused);
  return result.text;
}

ParsedArguments Accepted(const std::vector<std::string>& arguments,
                         const Environment& environment = {}) {
  ParseResult result = Parse(arguments, environment);
  EXPECT_EQ(result.outcome, ParseOutcome::kRun) << result.text;
  return result.arguments;
}

constexpr const char* kHint = "\n\nFor more information, try '--help'.\n";

TEST(ArgumentParserTest, OptionsInEveryForm) {
  for (const std::vector<std::string>& form :
       {std::vector<std::string>{"query", "--database", "d", "q"},
        {"query", "--database=d", "q"},
        {"query", "-d", "d", "q"},
        {"query", "-dd", "q"},
        {"query", "q", "-d", "d"},
        {"q", "q", "-d", "d"},
        {"query", "-d", "d", "--", "q"}}) {
    ParsedArguments arguments = Accepted(form);
    EXPECT_EQ(arguments.Text("--database"), "d");
    EXPECT_THAT(arguments.positionals(), ElementsAre("q"));
  }
}

TEST(ArgumentParserTest, ValuesAreTakenAsTheyAre) {
  EXPECT_THAT(Accepted({"write", "-d", "d", "[a b]"}).positionals(), ElementsAre("[a b]"));
  EXPECT_THAT(Accepted({"write", "-d", "d", "query"}).positionals(), ElementsAre("query"));
  EXPECT_THAT(Accepted({"create", "database", "database"}).positionals(), ElementsAre("database"));
  EXPECT_THAT(Accepted({"write", "-d", "d", "--", "--x", "-d"}).positionals(),
              ElementsAre("--x", "-d"));
  EXPECT_EQ(Accepted({"query", "--database=", "q"}).Text("--database"), "");
  EXPECT_EQ(Accepted({"query", "--database=a=b", "q"}).Text("--database"), "a=b");
  EXPECT_EQ(Accepted({"query", "-d", "d", "--file=--x"}).Text("--file"), "--x");
}

TEST(ArgumentParserTest, AliasesOfTheGuideAndOfOlderVersions) {
  EXPECT_EQ(Accepted({"write", "--bucket=b", "--org=o", "--token=t", "x"}).Text("--database"), "b");
  EXPECT_EQ(Accepted({"w", "--dbname=b", "x"}).Text("--database"), "b");
  EXPECT_EQ(Accepted({"serve", "--host-id", "n"}).Text("--node-id"), "n");
  EXPECT_EQ(Accepted({"serve", "--writer-id", "n"}).Text("--node-id"), "n");
  EXPECT_EQ(Accepted({"serve", "--aws-access-key=k"}).Text("--aws-access-key-id"), "k");
  EXPECT_EQ(Accepted({"serve", "--file-cache-recency=1h"})
                .Text("--parquet-mem-cache-query-path-duration"),
            "1h");
}

TEST(ArgumentParserTest, EnvironmentStandsInForFlags) {
  Environment environment = {{"INFLUXDB3_DATABASE_NAME", "e"},
                             {"INFLUXDB3_HOST_URL", "http://e:1"},
                             {"INFLUXDB3_AUTH_TOKEN", "t"},
                             {"INFLUXDB3_TLS_NO_VERIFY", "true"},
                             {"INFLUXDB3_QUERY_HOST_URL", ""}};
  ParsedArguments arguments = Accepted({"query", "q"}, environment);
  EXPECT_EQ(arguments.Text("--database"), "e");
  EXPECT_EQ(arguments.Text("--host"), "http://e:1");
  EXPECT_EQ(arguments.Text("--token"), "t");
  EXPECT_TRUE(arguments.Flag("--tls-no-verify"));
  EXPECT_FALSE(arguments.Given("--query-host"));
  EXPECT_EQ(Accepted({"query", "-d", "f", "q"}, environment).Text("--database"), "f");
  EXPECT_THAT(Accepted({"create", "database"}, environment).positionals(), ElementsAre("e"));
  EXPECT_THAT(
      Refusal({"query", "q"}, {{"INFLUXDB3_HOST_URL", "x"}, {"INFLUXDB3_DATABASE_NAME", "e"}}),
      StartsWith("error: invalid value 'x' for '--host <HOST_URL>': "));
  EXPECT_THAT(Refusal({"query", "-d", "d", "q"}, {{"INFLUXDB3_TLS_NO_VERIFY", "maybe"}}),
              StartsWith("error: invalid value 'maybe' for '--tls-no-verify': "));
}

TEST(ArgumentParserTest, MissingArguments) {
  EXPECT_EQ(Refusal({"query", "SELECT 1"}),
            "error: the following required arguments were not provided:\n"
            "  --database <DATABASE_NAME>\n\n"
            "Usage: influxdb3 query [OPTIONS] --database <DATABASE_NAME> [QUERY]...\n\n"
            "For more information, try '--help'.\n");
  EXPECT_THAT(Refusal({"create", "table"}),
              StartsWith("error: the following required arguments were not provided:\n"
                         "  --database <DATABASE_NAME>\n  <TABLE_NAME>\n\n"));
}

TEST(ArgumentParserTest, MissingAndEmptyValues) {
  std::string expected = "error: a value is required for '--tags <TAGS>...' but none was supplied" +
                         std::string(kHint);
  EXPECT_EQ(Refusal({"create", "table", "-d", "d", "t", "--tags"}), expected);
  EXPECT_EQ(Refusal({"create", "table", "-d", "d", "--tags", "--fields", "a:int64", "t"}),
            expected);
  EXPECT_EQ(Refusal({"create", "table", "-d", "d", "--tags=", "t"}), expected);
  EXPECT_EQ(Refusal({"query", "--database"}),
            "error: a value is required for '--database <DATABASE_NAME>' but none was supplied" +
                std::string(kHint));
}

TEST(ArgumentParserTest, WrongValues) {
  EXPECT_EQ(Refusal({"write", "-d", "d", "--precision", "fake", "x"}),
            "error: invalid value 'fake' for '--precision <PRECISION>': unrecognized precision "
            "unit: fake" +
                std::string(kHint));
  EXPECT_EQ(Refusal({"query", "-d", "d", "--format", "xml", "q"}),
            "error: invalid value 'xml' for '--format <OUTPUT_FORMAT>'\n"
            "  [possible values: pretty, json, jsonl, csv, parquet]" +
                std::string(kHint));
  EXPECT_THAT(Refusal({"write", "-d", "d", "--max-request-size", "0", "x"}),
              HasSubstr("value must be at least 1"));
  EXPECT_THAT(Refusal({"create", "table", "-d", "d", "--fields", "a", "t"}),
              HasSubstr("invalid FIELD:VALUE. No `:` found in `a`"));
  EXPECT_THAT(Refusal({"create", "table", "-d", "d", "--fields", "a:int64,b:text", "t"}),
              HasSubstr("text is not a valid data type, values are int64, uint64, float64, utf8, "
                        "and bool"));
  EXPECT_THAT(Refusal({"create", "database", "--retention-period", "soon", "d"}),
              HasSubstr("expected number at 0"));
}

TEST(ArgumentParserTest, UnknownThings) {
  EXPECT_EQ(Refusal({"query", "-d", "d", "--x=1", "q"}),
            "error: unexpected argument '--x' found\n\n"
            "Usage: influxdb3 query [OPTIONS] --database <DATABASE_NAME> [QUERY]...\n\n"
            "For more information, try '--help'.\n");
  EXPECT_THAT(Refusal({"nope"}), StartsWith("error: unrecognized subcommand 'nope'\n\nUsage: "));
  EXPECT_THAT(Refusal({"create", "nope"}), StartsWith("error: unrecognized subcommand 'nope'"));
  EXPECT_THAT(Refusal({"create", "database", "a", "b"}),
              StartsWith("error: unexpected argument 'b' found"));
  EXPECT_THAT(Refusal({"--x", "query"}), StartsWith("error: unexpected argument '--x' found"));
  EXPECT_THAT(Refusal({"query", "-d", "d", "-d", "e"}),
              StartsWith("error: the argument '--database <DATABASE_NAME>' cannot be used multiple "
                         "times"));
  EXPECT_THAT(Refusal({"create"}), HasSubstr("Usage: influxdb3 create <COMMAND>"));
}

TEST(ArgumentParserTest, CommandsOfLaterVersionsAreUnknown) {
  for (const std::vector<std::string>& later : {std::vector<std::string>{"enable", "trigger"},
                                                {"disable"},
                                                {"install"},
                                                {"test"},
                                                {"create", "last_cache"},
                                                {"create", "trigger"},
                                                {"create", "token"},
                                                {"show", "tokens"},
                                                {"show", "system"},
                                                {"update", "trigger"},
                                                {"delete", "token"}}) {
    std::string unknown = later[0] == "enable" ? "enable" : later.back();
    EXPECT_THAT(Refusal(later), StartsWith("error: unrecognized subcommand '" + unknown + "'"));
  }
}

TEST(ArgumentParserTest, HelpAndVersionAnywhere) {
  for (const std::vector<std::string>& form : {std::vector<std::string>{"query", "--help"},
                                               {"query", "-h"},
                                               {"help", "query"},
                                               {"query", "-d", "d", "-h"},
                                               {"-h", "query"}}) {
    ParseResult result = Parse(form);
    EXPECT_EQ(result.outcome, ParseOutcome::kPrint);
    EXPECT_THAT(result.text, HasSubstr("Usage: influxdb3 query [OPTIONS]"));
    EXPECT_THAT(result.text, HasSubstr("Examples:\n"));
    EXPECT_THAT(result.text, HasSubstr("[env: INFLUXDB3_DATABASE_NAME]"));
  }
  EXPECT_EQ(Parse({"--version"}).text, "influxdb3 version line\n");
  EXPECT_EQ(Parse({"-V"}).text, "influxdb3 version line\n");
  EXPECT_THAT(Parse({"serve", "--help"}).text, ::testing::Not(HasSubstr("--gen1-duration")));
  EXPECT_THAT(Parse({"serve", "--help-all"}).text, HasSubstr("--gen1-duration <DURATION>"));
  EXPECT_THAT(Parse({"serve", "--help-all"}).text,
              ::testing::Not(HasSubstr("--tcp-listener-file-path")));
}

// Lines that end in a backslash go on in the next one.
std::vector<std::string> JoinContinuedLines(const std::vector<std::string>& lines) {
  std::vector<std::string> joined;
  bool continues = false;
  for (const std::string& line : lines) {
    if (continues) {
      joined.back().pop_back();
      joined.back() += line.substr(line.find_first_not_of(' '));
    } else {
      joined.push_back(line);
    }
    continues = line.ends_with('\\');
  }
  return joined;
}

void ExpectExamplesParse(const CommandSpec& command) {
  for (const std::string& line : JoinContinuedLines(command.examples)) {
    size_t start = line.find("influxdb3 ");
    if (line.starts_with("#") || start == std::string::npos) continue;
    std::vector<std::string> words;
    bool quoted = false;
    std::string word;
    for (char c : line.substr(start + 10) + " ") {
      if (c == '"' || c == '\'') {
        quoted = !quoted;
      } else if (c == ' ' && !quoted) {
        words.push_back(word);
        word.clear();
      } else {
        word += c;
      }
    }
    EXPECT_NE(Parse(words).outcome, ParseOutcome::kRefused) << line;
  }
  for (const CommandSpec& subcommand : command.subcommands) {
    EXPECT_FALSE(subcommand.examples.empty()) << subcommand.name;
    ExpectExamplesParse(subcommand);
  }
}

TEST(ArgumentParserTest, EveryExampleOfTheHelpPagesParses) {
  ExpectExamplesParse(RootSpec());
}

void CollectNames(const CommandSpec& command, std::map<std::string, int>& names) {
  for (const OptionSpec& option : command.options) {
    std::string rest = option.names + ",";
    for (size_t comma; (comma = rest.find(',')) != std::string::npos; rest.erase(0, comma + 1)) {
      ++names[rest.substr(0, comma)];
    }
    EXPECT_TRUE(option.level == HelpLevel::kHidden || !option.help.empty()) << option.names;
  }
}

TEST(ArgumentParserTest, NoCommandHasANameTwice) {
  for (const CommandSpec& command : RootSpec().subcommands) {
    std::map<std::string, int> names;
    CollectNames(command, names);
    for (const auto& [name, count] : names) EXPECT_EQ(count, 1) << command.name << ' ' << name;
  }
}

}  // namespace
}  // namespace influxdb3::cli
