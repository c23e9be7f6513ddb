#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "client/http_client.h"
#include "util/result.h"

namespace influxdb3::client {

struct WriteParameters {
  std::string database;
  std::string precision;        ///< a word of /api/v3/write_lp
  bool accept_partial = false;  ///< false sends no parameter: the server's default applies
  bool no_sync = false;
  bool gzip = false;
};

struct WriteProgress {
  uint64_t requests = 0;
  uint64_t lines = 0;
  uint64_t bytes = 0;  ///< before compression
};

/// Sends request bodies to /api/v3/write_lp over several connections. After the first failure no
/// further body is sent; those under way are finished.
class BulkWriter {
 public:
  BulkWriter(ConnectionOptions connection, WriteParameters parameters, size_t connection_count);
  ~BulkWriter();
  BulkWriter(const BulkWriter&) = delete;
  BulkWriter& operator=(const BulkWriter&) = delete;

  /// Queues a body; blocks while as many bodies wait as there are connections. False after a
  /// failure.
  bool Submit(std::string body, uint64_t line_count);
  /// Waits for everything queued and returns the first failure.
  util::Status Finish();

  WriteProgress progress() const;

 private:
  struct Body {
    std::string text;
    uint64_t line_count = 0;
  };
  void RunConnection();
  util::Status SendOne(HttpClient& client, const Body& body);
  void RecordFailure(util::Status status);

  const ConnectionOptions connection_;
  const WriteParameters parameters_;
  const size_t connection_count_;

  mutable std::mutex mutex_;  // guards everything below but the threads
  std::condition_variable changed_;
  std::deque<Body> queue_;
  bool finishing_ = false;
  size_t idle_count_ = 0;
  util::Status first_failure_;
  WriteProgress progress_;

  std::vector<std::thread> threads_;
};

}  // namespace influxdb3::client
