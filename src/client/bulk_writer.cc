#include "client/bulk_writer.h"

#include <algorithm>
#include <utility>

namespace influxdb3::client {

BulkWriter::BulkWriter(ConnectionOptions connection, WriteParameters parameters,
                       size_t connection_count)
    : connection_(std::move(connection)),
      parameters_(std::move(parameters)),
      connection_count_(std::max<size_t>(connection_count, 1)) {}

BulkWriter::~BulkWriter() {
  // A writer that is abandoned sends nothing more; Finish reports, so its result can be dropped.
  RecordFailure(util::Status(util::StatusCode::kCancelled, "stopped"));
  (void)Finish();
}

bool BulkWriter::Submit(std::string body, uint64_t line_count) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return !first_failure_.ok() || queue_.size() < connection_count_; });
  if (!first_failure_.ok()) return false;
  queue_.push_back(Body{std::move(body), line_count});
  // Connections are opened as they are needed: most writes are one request.
  if (queue_.size() > idle_count_ && threads_.size() < connection_count_) {
    threads_.emplace_back([this] { RunConnection(); });
  }
  changed_.notify_all();
  return true;
}

util::Status BulkWriter::Finish() {
  {
    std::lock_guard lock(mutex_);
    finishing_ = true;
    changed_.notify_all();
  }
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
  std::lock_guard lock(mutex_);
  return first_failure_;
}

WriteProgress BulkWriter::progress() const {
  std::lock_guard lock(mutex_);
  return progress_;
}

void BulkWriter::RecordFailure(util::Status status) {
  std::lock_guard lock(mutex_);
  if (first_failure_.ok()) first_failure_ = std::move(status);
  changed_.notify_all();
}

util::Status BulkWriter::SendOne(HttpClient& client, const Body& body) {
  HttpRequest request;
  request.method = "POST";
  request.path = "/api/v3/write_lp";
  request.parameters = {{"db", parameters_.database}, {"precision", parameters_.precision}};
  if (parameters_.accept_partial) request.parameters.emplace_back("accept_partial", "true");
  if (parameters_.no_sync) request.parameters.emplace_back("no_sync", "true");
  request.body = body.text;
  request.gzip = parameters_.gzip;
  return client.Send(request).status();
}

void BulkWriter::RunConnection() {
  util::Result<std::unique_ptr<HttpClient>> client = HttpClient::Open(connection_);
  if (!client.ok()) {
    RecordFailure(client.status());
    return;
  }
  while (true) {
    Body body;
    {
      std::unique_lock lock(mutex_);
      ++idle_count_;
      changed_.wait(lock, [this] { return !first_failure_.ok() || finishing_ || !queue_.empty(); });
      --idle_count_;
      if (!first_failure_.ok() || queue_.empty()) return;
      body = std::move(queue_.front());
      queue_.pop_front();
      changed_.notify_all();
    }
    util::Status status = SendOne(**client, body);
    if (!status.ok()) {
      RecordFailure(std::move(status));
      return;
    }
    std::lock_guard lock(mutex_);
    progress_.requests += 1;
    progress_.lines += body.line_count;
    progress_.bytes += body.text.size();
    changed_.notify_all();
  }
}

}  // namespace influxdb3::client
