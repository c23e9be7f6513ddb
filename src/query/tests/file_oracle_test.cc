// Random rows in buffer and files, random deletions; queries against a simple model.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <functional>
#include <optional>
#include <random>
#include <set>
#include <tuple>

#include "query/testing/files_fixture.h"

namespace influxdb3::query {
namespace {

using testing::FileRow;
using testing::FilesTest;

using Text = std::optional<std::string>;
using Texts = std::vector<std::string>;

constexpr int64_t kMinute = 60'000'000'000;

struct Key {
  int64_t time = 0;
  Text host;
  Text zone;
  auto operator<=>(const Key&) const = default;
};

struct Values {
  Text f;
  Text i;
  Text s;
};

std::string Show(const Text& text) {
  return text ? *text : "NULL";
}

std::string ShowTime(int64_t ns) {
  const int64_t seconds = ns / 1'000'000'000;
  return fmt::format("1970-01-01 {:02}:{:02}:{:02}.{:09}", seconds / 3600, seconds / 60 % 60,
                     seconds % 60, ns % 1'000'000'000);
}

std::string Sql(int64_t ns) {
  return fmt::format("'{}'", ShowTime(ns));
}

struct Deletion {
  uint64_t seq = 0;
  model::TimeRange range;
  std::optional<std::string> host;  ///< empty text for NULL
};

class FileOracleTest : public FilesTest, public ::testing::WithParamInterface<int> {
 protected:
  using Run = std::map<Key, Values>;

  FileOracleTest() : random_(static_cast<uint32_t>(GetParam())) {
    // A third of the tests read page by page whatever is asked, a third never.
    QueryOptions options;
    options.selective_share_max = std::array{0.25, 1.0, 0.0}[static_cast<size_t>(GetParam()) % 3];
    OpenOverFiles(options);
    Declare("t,host=a,zone=z f=1,i=1i,s=\"x\" 1\n");
  }

  int64_t Pick(int64_t count) {
    return static_cast<int64_t>(random_() % static_cast<uint64_t>(count));
  }

  Key RandomKey(const model::TimeRange& range) {
    Key key;
    // Few different times, so that keys meet.
    key.time = range.min_ns + Pick((range.max_ns - range.min_ns) / kMinute + 1) * kMinute;
    if (Pick(8) != 0) key.host = std::string(1, static_cast<char>('a' + Pick(4)));
    if (Pick(3) == 0) key.zone = std::string(1, static_cast<char>('x' + Pick(2)));
    return key;
  }

  Values RandomValues() {
    Values values;
    if (Pick(3) != 0) values.f = fmt::format("{}.5", Pick(50));
    if (Pick(3) != 0) values.i = std::to_string(Pick(100) - 50);
    if (Pick(4) == 0 || (!values.f && !values.i)) values.s = fmt::format("text number {}", Pick(9));
    return values;
  }

  /// One to four hours somewhere in the day, or a long range.
  model::TimeRange RandomRange() {
    const int64_t begin = Pick(20) * 60 * kMinute;
    const int64_t length = Pick(5) == 0 ? 12 : 1 + Pick(3);
    return {begin, std::min(begin + length * 60 * kMinute, 23 * 60 * kMinute)};
  }

  void AddFile() {
    const uint64_t seq = next_seq_++;
    const model::TimeRange range = RandomRange();
    Run run;
    // Some files have the same series.
    const bool same_series = Pick(3) == 0;
    for (int64_t i = 1 + Pick(60); i > 0; --i) {
      Key key = RandomKey(range);
      if (same_series) {
        key.host = "a";
        key.zone.reset();
      }
      run[key] = RandomValues();
    }
    std::vector<FileRow> rows;
    for (const auto& [key, values] : run) {
      FileRow row;
      row.time_ns = key.time;
      const auto set = [&](const char* name, const Text& text) {
        if (text) row.values[name] = *text;
      };
      set("host", key.host);
      set("zone", key.zone);
      set("f", values.f);
      set("i", values.i);
      set("s", values.s);
      rows.push_back(std::move(row));
    }
    FileSpec spec;
    spec.order = seq;
    spec.max_wal_seq = seq;
    spec.row_group_rows_max = 16;
    spec.page_rows_max = static_cast<uint32_t>(1 + Pick(6));
    WriteFile("t", rows, spec);
    files_of_model_.emplace_back(seq, std::move(run));
  }

  void AddDeletion() {
    Deletion deletion;
    deletion.seq = next_seq_++;
    deletion.range = Pick(4) == 0 ? model::TimeRange::All() : RandomRange();
    std::vector<std::pair<std::string, std::string>> tags;
    if (Pick(4) != 0 || deletion.range == model::TimeRange::All()) {
      deletion.host = Pick(4) == 0 ? "" : std::string(1, static_cast<char>('a' + Pick(4)));
      tags.emplace_back("host", *deletion.host);
    }
    Delete("t", deletion.seq, deletion.range, tags);
    deletions_.push_back(deletion);
  }

  void AddBuffered() {
    const model::TimeRange range = RandomRange();
    std::string lines;
    for (int64_t i = 1 + Pick(40); i > 0; --i) {
      const Key key = RandomKey(range);
      const Values values = RandomValues();
      std::string fields;
      if (values.f) fields += ",f=" + *values.f;
      if (values.i) fields += ",i=" + *values.i + "i";
      if (values.s) fields += ",s=\"" + *values.s + "\"";
      lines += fmt::format("t{}{} {} {}\n", key.host ? ",host=" + *key.host : "",
                           key.zone ? ",zone=" + *key.zone : "", fields.substr(1), key.time);
      Overlay({{key, values}}, &buffered_);
    }
    Write(lines);
  }

  static void Overlay(const Run& newer, Run* rows) {
    for (const auto& [key, values] : newer) {
      Values& merged = (*rows)[key];
      if (values.f) merged.f = values.f;
      if (values.i) merged.i = values.i;
      if (values.s) merged.s = values.s;
    }
  }

  bool IsDeleted(uint64_t seq, const Key& key) const {
    return std::any_of(deletions_.begin(), deletions_.end(), [&](const Deletion& deletion) {
      return seq < deletion.seq && deletion.range.Contains({key.time, key.time}) &&
             (!deletion.host || *deletion.host == key.host.value_or(""));
    });
  }

  Run Model() const {
    Run rows;
    for (const auto& [seq, run] : files_of_model_) {
      Run left = run;
      std::erase_if(left, [&, s = seq](const auto& row) { return IsDeleted(s, row.first); });
      Overlay(left, &rows);
    }
    Overlay(buffered_, &rows);
    return rows;
  }

  using Filter = std::function<bool(const Key&, const Values&)>;
  void Compare(const std::string& where, const Filter& passes) {
    Texts whole;
    Texts hosts;
    std::map<Text, std::pair<int64_t, int64_t>> sums;
    std::map<Text, int64_t> newest;
    std::set<int64_t> times;
    int64_t count = 0;
    for (const auto& [key, values] : Model()) {
      if (!passes(key, values)) continue;
      ++count;
      whole.push_back(Show(values.f) + "|" + Show(key.host) + "|" + Show(values.i) + "|" +
                      Show(values.s) + "|" + ShowTime(key.time) + "|" + Show(key.zone));
      auto& [rows, sum] = sums[key.host];
      ++rows;
      if (values.i) sum += std::stoll(*values.i);
      newest[key.host] = std::max(newest[key.host], key.time);
      times.insert(key.time);
    }
    Texts groups;
    Texts newest_times;
    for (const auto& [host, sum] : sums) {
      groups.push_back(fmt::format("{}|{}|{}", Show(host), sum.first, sum.second));
      newest_times.push_back(Show(host) + "|" + ShowTime(newest[host]));
    }
    const std::string from = " FROM t " + where;
    std::sort(whole.begin(), whole.end());
    Texts answer = Rows("SELECT *" + from);
    std::sort(answer.begin(), answer.end());
    EXPECT_EQ(answer, whole) << where;
    EXPECT_EQ(Row("SELECT count(*)" + from), std::to_string(count)) << where;
    EXPECT_EQ(Rows("SELECT host, count(*), coalesce(sum(i), 0)" + from +
                   " GROUP BY host ORDER BY host NULLS FIRST"),
              groups)
        << where;
    EXPECT_EQ(Rows("SELECT host, max(time)" + from + " GROUP BY host ORDER BY host NULLS FIRST"),
              newest_times)
        << where;
    EXPECT_EQ(Row("SELECT count(DISTINCT time)" + from), std::to_string(times.size())) << where;
    CompareFirst(from, times);
  }

  void CompareFirst(const std::string& from, const std::set<int64_t>& times) {
    if (times.empty()) return;
    Texts last;
    for (auto time = times.rbegin(); time != times.rend() && last.size() < 7; ++time) {
      last.push_back(ShowTime(*time));
    }
    EXPECT_EQ(Rows("SELECT DISTINCT time" + from + " ORDER BY time DESC LIMIT 7"), last);
    EXPECT_EQ(Rows("SELECT time" + from + " ORDER BY time DESC LIMIT 1"),
              Texts{ShowTime(*times.rbegin())});
    EXPECT_EQ(Rows("SELECT time" + from + " ORDER BY time LIMIT 1"),
              Texts{ShowTime(*times.begin())});
  }

  void CompareLatestRows() {
    std::map<std::pair<Text, Text>, std::pair<int64_t, Values>> latest;
    for (const auto& [key, values] : Model()) latest[{key.host, key.zone}] = {key.time, values};
    Texts expected;
    for (const auto& [series, row] : latest) {
      expected.push_back(Show(series.first) + "|" + Show(series.second) + "|" +
                         ShowTime(row.first) + "|" + Show(row.second.f) + "|" + Show(row.second.i));
    }
    std::map<Text, int64_t> latest_of_host;
    for (const auto& [series, row] : latest) {
      int64_t& time = latest_of_host[series.first];
      time = std::max(time, row.first);
    }
    Texts hosts;
    for (const auto& [host, time] : latest_of_host)
      hosts.push_back(Show(host) + "|" + ShowTime(time));
    EXPECT_EQ(
        Rows("SELECT host, time FROM (SELECT *, row_number() OVER (PARTITION BY host ORDER BY "
             "time DESC) AS n FROM t) WHERE n = 1 ORDER BY host NULLS FIRST"),
        hosts);
    EXPECT_EQ(Rows("SELECT host, zone, time, f, i FROM (SELECT *, row_number() OVER (PARTITION BY "
                   "host, zone ORDER BY time DESC) AS n FROM t) WHERE n = 1 ORDER BY host NULLS "
                   "FIRST, zone NULLS FIRST"),
              expected);
  }

  std::mt19937 random_;
  uint64_t next_seq_ = 1;
  std::vector<std::pair<uint64_t, Run>> files_of_model_;
  std::vector<Deletion> deletions_;
  Run buffered_;
};

TEST_P(FileOracleTest, AnswersAreTheModels) {
  const int64_t steps = 2 + Pick(12);
  for (int64_t step = 0; step < steps; ++step) {
    const int64_t what = Pick(10);
    if (what < 6) {
      AddFile();
    } else if (what < 8) {
      AddBuffered();
    } else {
      AddDeletion();
    }
  }
  Compare("", [](const Key&, const Values&) { return true; });
  CompareLatestRows();
  const model::TimeRange range = RandomRange();
  Compare(fmt::format("WHERE time >= {} AND time < {}", Sql(range.min_ns), Sql(range.max_ns)),
          [&](const Key& key, const Values&) {
            return key.time >= range.min_ns && key.time < range.max_ns;
          });
  Compare("WHERE host = 'b'", [](const Key& key, const Values&) { return key.host == "b"; });
  Compare("WHERE zone IS NULL AND host IN ('a', 'c')", [](const Key& key, const Values&) {
    return !key.zone && (key.host == "a" || key.host == "c");
  });
  Compare("WHERE i > 10",
          [](const Key&, const Values& values) { return values.i && std::stoll(*values.i) > 10; });
  Compare("WHERE f IS NULL OR s = 'text number 3'", [](const Key&, const Values& values) {
    return !values.f || values.s == "text number 3";
  });
  Compare(fmt::format("WHERE time <= {} AND i < 0 AND host = 'a'", Sql(range.max_ns)),
          [&](const Key& key, const Values& values) {
            return key.time <= range.max_ns && key.host == "a" && values.i &&
                   std::stoll(*values.i) < 0;
          });
}

INSTANTIATE_TEST_SUITE_P(Seeds, FileOracleTest, ::testing::Range(0, 48));

}  // namespace
}  // namespace influxdb3::query
