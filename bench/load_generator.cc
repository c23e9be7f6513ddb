// Loads a server on this machine and prints what it measured as JSON lines; run.py drives it.
//
//   load_generator lines --rows 1000                         prints line protocol
//   load_generator write --port 8181 --rows 1000000 ...      writes over HTTP
//   load_generator query --port 8181 --database bench        runs queries from standard input

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <iostream>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "http_connection.h"
#include "tsbs_lines.h"

namespace influxdb3::bench {
namespace {

using SteadyClock = std::chrono::steady_clock;

// How long a writer comes back that the server refuses for the moment.
constexpr double kRefusedMsMax = 120'000;

double MillisecondsSince(SteadyClock::time_point start) {
  return std::chrono::duration<double, std::milli>(SteadyClock::now() - start).count();
}

struct WriteOptions {
  uint16_t port = 0;
  std::string database = "bench";
  uint64_t rows = 1'000'000;
  uint64_t rows_per_request = 5000;
  uint32_t hosts = 100;
  int64_t start_seconds = 1'451'606'400;  // 2016-01-01T00:00:00Z, as the suite has it
  int writers = 8;
  bool no_sync = false;
};

struct WriteResult {
  std::vector<double> ack_ms;
  uint64_t rows = 0;
  uint64_t bytes = 0;
  uint64_t failures = 0;
  uint64_t refusals = 0;  ///< 503, tried again
  std::string first_failure;
};

// One writer: takes the next part of the stream until nothing is left.
WriteResult WriteParts(const WriteOptions& options, const TsbsLines& lines,
                       std::atomic<uint64_t>* next_row) {
  WriteResult result;
  HttpConnection connection(options.port);
  const std::string path =
      fmt::format("/api/v3/write_lp?db={}&precision=nanosecond&accept_partial=false&no_sync={}",
                  options.database, options.no_sync);
  std::string body;
  for (;;) {
    const uint64_t first = next_row->fetch_add(options.rows_per_request);
    if (first >= options.rows) return result;
    const uint64_t count = std::min(options.rows_per_request, options.rows - first);
    body.clear();
    lines.Append(first, count, &body);
    const auto start = SteadyClock::now();
    HttpReply reply = connection.Post(path, "text/plain; charset=utf-8", body);
    // The server has no memory for more rows; it says with Retry-After when to come back.
    while (reply.status == 503 && MillisecondsSince(start) < kRefusedMsMax) {
      ++result.refusals;
      std::this_thread::sleep_for(std::chrono::seconds(1));
      reply = connection.Post(path, "text/plain; charset=utf-8", body);
    }
    result.ack_ms.push_back(MillisecondsSince(start));
    if (reply.status == 204) {
      result.rows += count;
      result.bytes += body.size();
      continue;
    }
    if (result.failures++ == 0) {
      result.first_failure = fmt::format("{} {}", reply.status, reply.body.substr(0, 300));
    }
    // A server that cannot be reached will not come back while this runs.
    if (reply.status == 0) return result;
  }
}

double Percentile(const std::vector<double>& sorted, double fraction) {
  if (sorted.empty()) return 0;
  const auto index = static_cast<size_t>(fraction * static_cast<double>(sorted.size()));
  return sorted[std::min(index, sorted.size() - 1)];
}

int RunWrite(const WriteOptions& options) {
  const TsbsLines lines(options.hosts, options.start_seconds * 1'000'000'000);
  std::atomic<uint64_t> next_row{0};
  std::mutex total_mutex;  // guards total
  WriteResult total;
  const auto start = SteadyClock::now();
  std::vector<std::thread> writers;
  for (int i = 0; i < options.writers; ++i) {
    writers.emplace_back([&] {
      const WriteResult result = WriteParts(options, lines, &next_row);
      std::lock_guard lock(total_mutex);
      total.ack_ms.insert(total.ack_ms.end(), result.ack_ms.begin(), result.ack_ms.end());
      total.rows += result.rows;
      total.bytes += result.bytes;
      total.failures += result.failures;
      total.refusals += result.refusals;
      if (total.first_failure.empty()) total.first_failure = result.first_failure;
    });
  }
  for (std::thread& writer : writers) writer.join();
  const double seconds = MillisecondsSince(start) / 1000;
  std::sort(total.ack_ms.begin(), total.ack_ms.end());
  fmt::print(
      "{{\"rows\": {}, \"bytes\": {}, \"seconds\": {:.6f}, \"rows_per_second\": {:.0f}, "
      "\"requests\": {}, \"failures\": {}, \"refusals\": {}, \"ack_median_ms\": {:.3f}, "
      "\"ack_p99_ms\": {:.3f}, "
      "\"ack_max_ms\": {:.3f}}}\n",
      total.rows, total.bytes, seconds, static_cast<double>(total.rows) / seconds,
      total.ack_ms.size(), total.failures, total.refusals, Percentile(total.ack_ms, 0.5),
      Percentile(total.ack_ms, 0.99), Percentile(total.ack_ms, 1));
  if (total.failures > 0) fmt::print(stderr, "first failed write: {}\n", total.first_failure);
  return total.failures > 0 ? 1 : 0;
}

std::string JsonString(std::string_view text) {
  std::string json = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      json += '\\';
      json += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      json += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    } else {
      json += c;
    }
  }
  return json + "\"";
}

// Lines `name<TAB>SQL` on standard input, one result line each, in order, over one connection.
int RunQueries(uint16_t port, const std::string& database, const std::string& format) {
  HttpConnection connection(port);
  std::string line;
  while (std::getline(std::cin, line)) {
    const size_t tab = line.find('\t');
    if (tab == std::string::npos) continue;
    const std::string request =
        fmt::format("{{\"db\": {}, \"q\": {}, \"format\": {}}}", JsonString(database),
                    JsonString(std::string_view(line).substr(tab + 1)), JsonString(format));
    const auto start = SteadyClock::now();
    const HttpReply reply = connection.Post("/api/v3/query_sql", "application/json", request);
    const double ms = MillisecondsSince(start);
    const bool ok = reply.status == 200;
    fmt::print("{{\"name\": {}, \"status\": {}, \"ms\": {:.3f}, \"bytes\": {}, \"error\": {}}}\n",
               JsonString(line.substr(0, tab)), reply.status, ms, reply.body.size(),
               JsonString(ok ? "" : reply.body.substr(0, 300)));
    if (reply.status == 0) return 1;
  }
  return 0;
}

int PrintLines(const WriteOptions& options) {
  const TsbsLines lines(options.hosts, options.start_seconds * 1'000'000'000);
  std::string body;
  for (uint64_t row = 0; row < options.rows; row += options.rows_per_request) {
    body.clear();
    lines.Append(row, std::min(options.rows_per_request, options.rows - row), &body);
    std::fwrite(body.data(), 1, body.size(), stdout);
  }
  return 0;
}

int Run(int argc, char** argv) {
  CLI::App app("Load generator for influxdb3");
  app.require_subcommand(1);
  WriteOptions options;
  std::string format = "json";

  CLI::App* lines = app.add_subcommand("lines", "Print line protocol");
  CLI::App* write = app.add_subcommand("write", "Write over HTTP");
  CLI::App* query = app.add_subcommand("query", "Run queries from standard input");
  for (CLI::App* command : {lines, write}) {
    command->add_option("--rows", options.rows);
    command->add_option("--rows-per-request", options.rows_per_request)->check(CLI::PositiveNumber);
    command->add_option("--hosts", options.hosts)->check(CLI::PositiveNumber);
    command->add_option("--start-seconds", options.start_seconds);
  }
  for (CLI::App* command : {write, query}) {
    command->add_option("--port", options.port)->required();
    command->add_option("--database", options.database);
  }
  write->add_option("--writers", options.writers)->check(CLI::PositiveNumber);
  write->add_flag("--no-sync", options.no_sync);
  query->add_option("--format", format);
  CLI11_PARSE(app, argc, argv);

  if (lines->parsed()) return PrintLines(options);
  if (write->parsed()) return RunWrite(options);
  return RunQueries(options.port, options.database, format);
}

}  // namespace
}  // namespace influxdb3::bench

int main(int argc, char** argv) {
  return influxdb3::bench::Run(argc, argv);
}
