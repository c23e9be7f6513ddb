// The reference's type texts, token by token.
#include "query/duckdb/dialect/arrow_type_parser.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "query/duckdb/dialect/arrow_type_text.h"
#include "query/duckdb/dialect/sql_error.h"

namespace influxdb3::query::sql {
namespace {

using duckdb::LogicalType;
using duckdb::LogicalTypeId;

constexpr std::pair<std::string_view, LogicalTypeId> kPlainTypes[] = {
    {"Null", LogicalTypeId::SQLNULL},       {"Boolean", LogicalTypeId::BOOLEAN},
    {"Int8", LogicalTypeId::TINYINT},       {"Int16", LogicalTypeId::SMALLINT},
    {"Int32", LogicalTypeId::INTEGER},      {"Int64", LogicalTypeId::BIGINT},
    {"UInt8", LogicalTypeId::UTINYINT},     {"UInt16", LogicalTypeId::USMALLINT},
    {"UInt32", LogicalTypeId::UINTEGER},    {"UInt64", LogicalTypeId::UBIGINT},
    {"Float16", LogicalTypeId::FLOAT},      {"Float32", LogicalTypeId::FLOAT},
    {"Float64", LogicalTypeId::DOUBLE},     {"Utf8", LogicalTypeId::VARCHAR},
    {"LargeUtf8", LogicalTypeId::VARCHAR},  {"Utf8View", LogicalTypeId::VARCHAR},
    {"Binary", LogicalTypeId::BLOB},        {"LargeBinary", LogicalTypeId::BLOB},
    {"BinaryView", LogicalTypeId::BLOB},    {"Date32", LogicalTypeId::DATE},
    {"Date64", LogicalTypeId::TIMESTAMP_MS}};

struct Unit {
  std::string_view word;
  const char* text;
  int64_t nanos;
  LogicalTypeId timestamp;
};
constexpr Unit kUnits[] = {{"Second", "s", 1'000'000'000, LogicalTypeId::TIMESTAMP_SEC},
                           {"s", "s", 1'000'000'000, LogicalTypeId::TIMESTAMP_SEC},
                           {"Millisecond", "ms", 1'000'000, LogicalTypeId::TIMESTAMP_MS},
                           {"ms", "ms", 1'000'000, LogicalTypeId::TIMESTAMP_MS},
                           {"Microsecond", "µs", 1'000, LogicalTypeId::TIMESTAMP},
                           {"us", "µs", 1'000, LogicalTypeId::TIMESTAMP},
                           {"µs", "µs", 1'000, LogicalTypeId::TIMESTAMP},
                           {"Nanosecond", "ns", 1, LogicalTypeId::TIMESTAMP_NS},
                           {"ns", "ns", 1, LogicalTypeId::TIMESTAMP_NS}};

constexpr std::string_view kWords[] = {"Timestamp",
                                       "Time32",
                                       "Time64",
                                       "Duration",
                                       "Interval",
                                       "Decimal32",
                                       "Decimal64",
                                       "Decimal128",
                                       "Decimal256",
                                       "Dictionary",
                                       "List",
                                       "LargeList",
                                       "FixedSizeList",
                                       "FixedSizeBinary",
                                       "Struct",
                                       "Map",
                                       "Union",
                                       "RunEndEncoded",
                                       "ListView",
                                       "LargeListView",
                                       "YearMonth",
                                       "DayTime",
                                       "MonthDayNano",
                                       "Some",
                                       "None",
                                       "nullable",
                                       "non-null",
                                       "field",
                                       "x"};

struct Token {
  enum class Kind { kWord, kSymbol, kInteger, kQuoted } kind = Kind::kSymbol;
  std::string text;

  std::string Shown() const {
    if (kind == Kind::kInteger) return fmt::format("Integer({})", text);
    if (kind == Kind::kQuoted) return fmt::format("DoubleQuotedString({})", text);
    return text;
  }
};

class Parser {
 public:
  explicit Parser(const std::string& text) : text_(text) {}

  ParsedArrowType Parse() {
    ParsedArrowType type = ParseType(Next());
    SkipBlanks();
    if (at_ < text_.size()) {
      Fail(fmt::format("checking trailing content after parsing '{}'", type.text));
    }
    return type;
  }

 private:
  [[noreturn]] void Fail(const std::string& reason) const {
    throw SqlError(util::Status::Internal(fmt::format(
        "Execution error: Unsupported type '{}'. Must be a supported arrow type name such as "
        "'Int32' or 'Timestamp(ns)'. Error {}",
        text_, reason)));
  }

  void SkipBlanks() {
    while (at_ < text_.size() && text_[at_] == ' ') ++at_;
  }

  Token Next() {
    SkipBlanks();
    if (at_ >= text_.size()) Fail("finding next token");
    constexpr std::string_view kSymbols = "(),:";
    if (kSymbols.find(text_[at_]) != std::string_view::npos) {
      return {Token::Kind::kSymbol, std::string(1, text_[at_++])};
    }
    if (text_[at_] == '"') {
      const size_t end = text_.find('"', at_ + 1);
      if (end == std::string::npos) Fail("parsing a string without an end");
      const std::string quoted = text_.substr(at_ + 1, end - at_ - 1);
      at_ = end + 1;
      return {Token::Kind::kQuoted, quoted};
    }
    const size_t end = std::min(text_.find_first_of(" (),:\"", at_), text_.size());
    std::string word = text_.substr(at_, end - at_);
    at_ = end;
    const bool digits = std::all_of(word.begin() + (word[0] == '-' && word.size() > 1 ? 1 : 0),
                                    word.end(), [](char c) { return c >= '0' && c <= '9'; });
    if (digits) return {Token::Kind::kInteger, word};
    if (!IsKnown(word)) Fail("unknown token: " + word);
    return {Token::Kind::kWord, word};
  }

  static bool IsKnown(std::string_view word) {
    const auto is_word = [&](const auto& entry) { return entry.first == word; };
    return std::find(std::begin(kWords), std::end(kWords), word) != std::end(kWords) ||
           std::find_if(std::begin(kPlainTypes), std::end(kPlainTypes), is_word) !=
               std::end(kPlainTypes) ||
           FindUnit(word) != nullptr;
  }

  static const Unit* FindUnit(std::string_view word) {
    for (const Unit& unit : kUnits) {
      if (unit.word == word) return &unit;
    }
    return nullptr;
  }

  void Expect(const char* symbol) {
    const Token token = Next();
    if (token.kind == Token::Kind::kSymbol && token.text == symbol) return;
    Fail(fmt::format("Expected '{}', got '{}'", symbol, token.Shown()));
  }

  int64_t Number(const char* kind, const std::string& name) {
    const Token token = Next();
    int64_t number = 0;
    const char* const end = token.text.data() + token.text.size();
    if (token.kind != Token::Kind::kInteger ||
        std::from_chars(token.text.data(), end, number).ptr != end) {
      Fail(fmt::format("finding {} for {}, got '{}'", kind, name, token.Shown()));
    }
    return number;
  }

  const Unit& TimeUnit(const std::string& name) {
    const Token token = Next();
    const Unit* unit = token.kind == Token::Kind::kWord ? FindUnit(token.text) : nullptr;
    if (unit == nullptr) Fail(fmt::format("finding TimeUnit for {}, got {}", name, token.Shown()));
    return *unit;
  }

  ParsedArrowType ParseType(Token token) {
    if (token.kind == Token::Kind::kWord) {
      for (const auto& [name, id] : kPlainTypes) {
        if (name == token.text) return {LogicalType(id), token.text};
      }
      const std::string& name = token.text;
      if (name == "Timestamp") return ParseTimestamp();
      if (name == "Time32" || name == "Time64" || name == "Duration") return ParseUnitType(name);
      if (name == "Interval") return ParseInterval();
      if (name.rfind("Decimal", 0) == 0) return ParseDecimal(name);
      if (name == "Dictionary") return ParseDictionary();
      if (name == "FixedSizeList") return ParseFixedSizeList();
      if (name.size() >= 4 && name.find("List") != std::string::npos) return ParseList(name);
      if (std::find(std::begin(kComposites), std::end(kComposites), name) !=
          std::end(kComposites)) {
        Next();
        ThrowUnsupported(fmt::format("Unsupported CAST to {}", text_));
      }
    }
    Fail(fmt::format("finding next type, got unexpected '{}'", token.Shown()));
  }

  ParsedArrowType ParseTimestamp() {
    Expect("(");
    const Unit& unit = TimeUnit("Timestamp");
    Token token = Next();
    std::string zone;
    if (token.text == ",") {
      token = Next();
      const bool some = token.kind == Token::Kind::kWord && token.text == "Some";
      if (some) {
        Expect("(");
        token = Next();
      }
      if (token.kind == Token::Kind::kQuoted) {
        zone = token.text;
      } else if (some || token.text != "None") {
        const bool closes = token.kind == Token::Kind::kSymbol && token.text == ")";
        Fail(fmt::format("Expected None, Some, or a timezone string, got {}",
                         closes ? "RParen" : token.Shown()));
      }
      if (some) Expect(")");
      Expect(")");
    } else if (token.text != ")") {
      Fail(fmt::format("Expected ')', got '{}'", token.Shown()));
    }
    if (zone.empty()) return {LogicalType(unit.timestamp), fmt::format("Timestamp({})", unit.text)};
    // Only nanoseconds have zones in the engine.
    return {unit.nanos == 1 ? ZonedTimestampType(zone) : LogicalType(unit.timestamp),
            fmt::format("Timestamp({}, \"{}\")", unit.text, zone)};
  }

  ParsedArrowType ParseUnitType(const std::string& name) {
    Expect("(");
    const Unit& unit = TimeUnit(name);
    Expect(")");
    return {name == "Duration" ? DurationType(unit.nanos) : LogicalType(LogicalTypeId::TIME_NS),
            fmt::format("{}({})", name, unit.text)};
  }

  ParsedArrowType ParseInterval() {
    Expect("(");
    const Token token = Next();
    if (token.text != "YearMonth" && token.text != "DayTime" && token.text != "MonthDayNano") {
      Fail(fmt::format("finding IntervalUnit for Interval, got {}", token.Shown()));
    }
    Expect(")");
    return {LogicalType::INTERVAL, fmt::format("Interval({})", token.text)};
  }

  ParsedArrowType ParseDecimal(const std::string& name) {
    Expect("(");
    const int64_t width = Number("u8", name);
    Expect(",");
    const int64_t scale = Number("i8", name);
    Expect(")");
    const int64_t width_max = name == "Decimal32"    ? 9
                              : name == "Decimal64"  ? 18
                              : name == "Decimal128" ? 38
                                                     : 76;
    if (width < 1 || width > width_max || scale < 0 || scale > std::min<int64_t>(width, 38)) {
      throw SqlError(util::Status::Internal(fmt::format(
          "Optimizer rule 'simplify_expressions' failed\ncaused by\nArrow error: Invalid argument "
          "error: {}",
          width > width_max
              ? fmt::format("Max precision of a {} is {}, but got {}", name, width_max, width)
              : fmt::format("scale {} is greater than precision {}", scale, width))));
    }
    return {LogicalType::DECIMAL(static_cast<uint8_t>(std::min<int64_t>(width, 38)),
                                 static_cast<uint8_t>(scale)),
            fmt::format("{}({}, {})", name, width, scale)};
  }

  ParsedArrowType ParseDictionary() {
    Expect("(");
    const ParsedArrowType key = ParseType(Next());
    Expect(",");
    const ParsedArrowType value = ParseType(Next());
    Expect(")");
    return {value.type, fmt::format("Dictionary({}, {})", key.text, value.text)};
  }

  ParsedArrowType ParseElement() {
    Token token = Next();
    while (token.text == "nullable" || token.text == "non-null") token = Next();
    return ParseType(std::move(token));
  }

  ParsedArrowType ParseList(const std::string& name) {
    Expect("(");
    const ParsedArrowType element = ParseElement();
    Expect(")");
    return {LogicalType::LIST(element.type), fmt::format("{}({})", name, element.text)};
  }

  ParsedArrowType ParseFixedSizeList() {
    Expect("(");
    const int64_t size = Number("i64", "FixedSizeList");
    const Token token = Next();
    if (token.text != "x" && token.text != ",") {
      Fail(fmt::format("Expected ',', got '{}'", token.Shown()));
    }
    const ParsedArrowType element = ParseElement();
    Expect(")");
    return {LogicalType::LIST(element.type),
            fmt::format("FixedSizeList({} x {})", size, element.text)};
  }

  static constexpr std::string_view kComposites[] = {"FixedSizeBinary", "Struct", "Map", "Union",
                                                     "RunEndEncoded"};

  const std::string& text_;
  size_t at_ = 0;
};

}  // namespace

ParsedArrowType ParseArrowType(const std::string& text) {
  return Parser(text).Parse();
}

}  // namespace influxdb3::query::sql
