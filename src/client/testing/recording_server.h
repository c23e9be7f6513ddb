#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace influxdb3::client {

struct RecordedRequest {
  std::string method;
  std::string target;
  std::string authorization;
  std::string content_type;
  std::string content_encoding;
  std::string body;
};

struct CannedReply {
  int status = 200;
  std::string body;
};

/// A server on a free port of the loopback that answers every request from `answer` and remembers
/// it. One thread per connection; `answer` may run concurrently.
class RecordingServer {
 public:
  using Answer = std::function<CannedReply(const RecordedRequest&)>;
  explicit RecordingServer(Answer answer);
  ~RecordingServer();

  std::string url() const;
  std::vector<RecordedRequest> requests() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace influxdb3::client
