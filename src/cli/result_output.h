#pragma once

#include <fstream>
#include <string>
#include <string_view>

#include "cli/command.h"
#include "client/http_client.h"
#include "util/result.h"

namespace influxdb3::cli {

/// Where the body of a result goes: a file, or standard output with a line end behind it.
class ResultOutput {
 public:
  /// `path` empty means standard output, which refuses parquet when it is a terminal. The file is
  /// made only when the first bytes arrive, so a failing query leaves an old file alone.
  static util::Result<ResultOutput> Open(const std::string& path, const std::string& format,
                                         CommandContext& context);

  client::BodySink Sink();
  /// `transfer` is how the transfer ended; returns the first failure of transfer and output.
  util::Status Finish(const util::Status& transfer);

 private:
  ResultOutput(std::string path, bool line_end, CommandContext& context)
      : path_(std::move(path)), line_end_(line_end), context_(&context) {}
  util::Status EnsureFile();

  std::string path_;
  bool line_end_;
  CommandContext* context_;
  std::ofstream file_;
  util::Status failure_;
};

}  // namespace influxdb3::cli
