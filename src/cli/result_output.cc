#include "cli/result_output.h"

#include <cerrno>
#include <cstring>

#include <fmt/format.h>

namespace influxdb3::cli {

util::Result<ResultOutput> ResultOutput::Open(const std::string& path, const std::string& format,
                                              CommandContext& context) {
  bool parquet = format == "parquet";
  if (parquet && path.empty() && context.out_is_terminal) {
    return util::Status::InvalidArgument(
        "cannot write parquet to a terminal, use `--output <file>` or pipe the output");
  }
  return ResultOutput(path, /*line_end=*/path.empty() && !parquet, context);
}

util::Status ResultOutput::EnsureFile() {
  if (file_.is_open()) return util::Status::Ok();
  file_.open(path_, std::ios::binary | std::ios::trunc);
  if (!file_) {
    return util::Status::Io(fmt::format("cannot write '{}': {}", path_, std::strerror(errno)));
  }
  return util::Status::Ok();
}

client::BodySink ResultOutput::Sink() {
  return [this](std::string_view piece) {
    if (path_.empty()) {
      context_->out.write(piece.data(), static_cast<std::streamsize>(piece.size()));
      if (!context_->out) failure_ = util::Status::Io("cannot write to standard output");
      return failure_.ok();
    }
    failure_ = EnsureFile();
    if (!failure_.ok()) return false;
    file_.write(piece.data(), static_cast<std::streamsize>(piece.size()));
    if (!file_) {
      failure_ =
          util::Status::Io(fmt::format("cannot write '{}': {}", path_, std::strerror(errno)));
    }
    return failure_.ok();
  };
}

util::Status ResultOutput::Finish(const util::Status& transfer) {
  if (!failure_.ok()) return failure_;
  if (!transfer.ok()) return transfer;
  if (path_.empty()) {
    if (line_end_) context_->out << '\n';
    context_->out.flush();
    if (!context_->out) return util::Status::Io("cannot write to standard output");
    return util::Status::Ok();
  }
  RETURN_IF_ERROR(EnsureFile());
  file_.close();
  if (!file_) {
    return util::Status::Io(fmt::format("cannot write '{}': {}", path_, std::strerror(errno)));
  }
  return util::Status::Ok();
}

}  // namespace influxdb3::cli
