#include "ingest/testing/line_generator.h"

#include <cstdlib>
#include <numeric>

#include <fmt/format.h>

#include "protocol/line_protocol/escape.h"

namespace influxdb3::ingest::testing {
namespace {

using line_protocol::AppendEscapedName;
using line_protocol::AppendQuotedString;
using line_protocol::NameKind;

constexpr std::string_view kOddNames[] = {"a b",  "k=v",  "c,d",    "größe", "\"q\"",
                                          "日本", "b\\x", "x\\\\y", "Ω=1, 2"};
constexpr std::string_view kOddTexts[] = {"two\nlines", "say \"hi\"", "back\\slash", "", "é",
                                          "a,b=c d",    "tab\there",  "# no comment"};

}  // namespace

LineGenerator::LineGenerator(uint64_t seed, GeneratorKnobs knobs)
    : random_(seed), knobs_(knobs), tag_sets_(knobs.table_count) {}

std::string LineGenerator::Name(std::string_view kind, uint32_t index) const {
  if (index % 100 < knobs_.escape_percent && index % 3 == 1) {
    return fmt::format("{}{}{}", kind, kOddNames[index % std::size(kOddNames)], index);
  }
  return fmt::format("{}_{}", kind, index);
}

std::string LineGenerator::TagValue() {
  if (Chance(knobs_.escape_percent)) {
    return std::string(kOddNames[Below(std::size(kOddNames))]);
  }
  return fmt::format("value_{}", Below(20));
}

std::string LineGenerator::FloatValue(std::string* text) {
  std::string written;
  switch (Below(4)) {
    case 0: written = fmt::format("{}", Below(1000)); break;
    case 1: written = fmt::format("-{}.{:03}", Below(100), Below(1000)); break;
    case 2: written = fmt::format("{}e{}", Below(100), static_cast<int>(Below(600)) - 300); break;
    default: written = fmt::format("{}.{}", random_(), random_()); break;
  }
  *text = FloatText(std::strtod(written.c_str(), nullptr));
  return written;
}

std::string LineGenerator::FieldValue(uint32_t field, std::string* text) {
  switch (field % 5) {
    case 0: return FloatValue(text);
    case 1: {
      const auto value = static_cast<int64_t>(random_()) >> Below(64);
      *text = fmt::format("i:{}", value);
      return fmt::format("{}i", value);
    }
    case 2: {
      const uint64_t value = random_() >> Below(64);
      *text = fmt::format("u:{}", value);
      return fmt::format("{}u", value);
    }
    case 3: {
      const std::string value = Chance(knobs_.escape_percent)
                                    ? std::string(kOddTexts[Below(std::size(kOddTexts))])
                                    : fmt::format("text {}", Below(1000));
      *text = "s:" + value;
      std::string written;
      AppendQuotedString(value, &written);
      return written;
    }
    default: {
      static constexpr const char* kTrue[] = {"t", "T", "true", "True", "TRUE"};
      static constexpr const char* kFalse[] = {"f", "F", "false", "False", "FALSE"};
      const bool value = Chance(50);
      *text = value ? "b:1" : "b:0";
      return value ? kTrue[Below(5)] : kFalse[Below(5)];
    }
  }
}

void LineGenerator::Shuffle(std::vector<uint32_t>* order) {
  if (!Chance(knobs_.reorder_percent)) return;
  for (size_t i = order->size(); i > 1; --i) {
    std::swap((*order)[i - 1], (*order)[Below(static_cast<uint32_t>(i))]);
  }
}

void LineGenerator::AppendLine(std::string* body, Rows* rows) {
  const uint32_t table = Below(knobs_.table_count);
  const std::string table_name = Name("table", table);
  auto& tag_sets = tag_sets_[table];
  Row row;
  if (!tag_sets.empty() && Chance(knobs_.repeat_percent)) {
    row.tags = tag_sets[Below(static_cast<uint32_t>(tag_sets.size()))];
  } else {
    for (uint32_t tag = 0; tag < knobs_.tag_count; ++tag) {
      // The first line of a table decides what tags it has.
      if (!tag_sets.empty() && Chance(knobs_.skip_percent)) continue;
      row.tags.emplace(Name("tag", tag), TagValue());
    }
    tag_sets.push_back(row.tags);
  }
  if (Chance(knobs_.noise_percent)) body->append(Chance(50) ? "\n \t\r\n" : "# a=\"note\n");
  AppendEscapedName(NameKind::kMeasurement, table_name, body);
  std::vector<std::pair<std::string, std::string>> tags(row.tags.begin(), row.tags.end());
  std::vector<uint32_t> order(tags.size());
  std::iota(order.begin(), order.end(), 0);
  Shuffle(&order);
  for (const uint32_t i : order) {
    body->push_back(',');
    AppendEscapedName(NameKind::kKey, tags[i].first, body);
    body->push_back('=');
    AppendEscapedName(NameKind::kKey, tags[i].second, body);
  }
  body->append(Chance(knobs_.noise_percent) ? "   " : " ");
  order.resize(knobs_.field_count);
  std::iota(order.begin(), order.end(), 0);
  Shuffle(&order);
  for (const uint32_t field : order) {
    const bool last = field == order.back();
    if (Chance(knobs_.skip_percent) && !(last && row.fields.empty())) continue;
    if (!row.fields.empty()) body->push_back(',');
    AppendEscapedName(NameKind::kKey, Name("field", field), body);
    body->push_back('=');
    body->append(FieldValue(field, &row.fields[Name("field", field)]));
  }
  row.time_ns = static_cast<int64_t>(random_()) >> Below(64);
  body->append(fmt::format(" {}", row.time_ns));
  if (Chance(knobs_.noise_percent)) body->append("  \r");
  body->push_back('\n');
  (*rows)[table_name].push_back(std::move(row));
}

}  // namespace influxdb3::ingest::testing
