#pragma once

#include <cstdint>
#include <random>
#include <string>

#include "ingest/testing/batch_rows.h"

namespace influxdb3::ingest::testing {

/// How unruly the lines of LineGenerator are; 0 never, 100 always.
struct GeneratorKnobs {
  uint32_t reorder_percent = 20;  ///< tags and fields in another order
  uint32_t skip_percent = 20;     ///< a tag or field left out
  uint32_t escape_percent = 20;   ///< names and values that need escapes or are not ASCII
  uint32_t repeat_percent = 30;   ///< the tag set of an earlier line again
  uint32_t noise_percent = 10;    ///< blank lines, comments, carriage returns, many spaces
  uint32_t table_count = 3;
  uint32_t tag_count = 4;
  uint32_t field_count = 8;
};

/// Writes good lines and knows the rows they say. Repeatable from the seed.
class LineGenerator {
 public:
  LineGenerator(uint64_t seed, GeneratorKnobs knobs);

  void AppendLine(std::string* body, Rows* rows);

 private:
  uint32_t Below(uint32_t bound) { return static_cast<uint32_t>(random_() % bound); }
  bool Chance(uint32_t percent) { return Below(100) < percent; }
  std::string Name(std::string_view kind, uint32_t index) const;
  std::string TagValue();
  /// Written form of a value of field `field`, and its text as in Row.
  std::string FieldValue(uint32_t field, std::string* text);
  std::string FloatValue(std::string* text);
  void Shuffle(std::vector<uint32_t>* order);

  std::mt19937_64 random_;
  GeneratorKnobs knobs_;
  std::vector<std::vector<std::map<std::string, std::string>>> tag_sets_;  // by table
};

}  // namespace influxdb3::ingest::testing
