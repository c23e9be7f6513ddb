#pragma once

#include <memory>
#include <string>

#include "app/serve_options.h"
#include "util/result.h"

namespace influxdb3::app {

/// A whole server in one object: catalog, log, buffer, query engine and HTTP port, put together in
/// the order they need each other and taken apart in the reverse.
class Node {
 public:
  /// Opens the store, replays the log and opens the port; requests are answered when it returns.
  static util::Result<std::unique_ptr<Node>> Start(const ServeOptions& options);
  /// Stops without grace if Stop() was not called.
  ~Node();

  /// `host:port` as bound.
  const std::string& address() const;

  /// Lets running requests end within `grace_ns`, queries within 5 s of it, then flushes the log.
  /// Idempotent.
  /// DeadlineExceeded when a request could not be made to end: the log is flushed all the same, but
  /// the node must not be destroyed.
  util::Status Stop(int64_t grace_ns);

 private:
  struct Parts;
  explicit Node(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace influxdb3::app
