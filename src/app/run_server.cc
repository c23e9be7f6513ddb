#include <cstdio>
#include <cstdlib>
#include <exception>

#include "app/machine.h"
#include "app/node.h"
#include "app/serve_options.h"
#include "app/signals.h"
#include "app/version.h"
#include "util/clock.h"
#include "util/fault_point.h"
#include "util/log.h"

namespace influxdb3::app {
namespace {

int FailServe(const util::Status& status) {
  std::fprintf(stderr, "Serve command failed: %s\n", status.message().c_str());
  return 1;
}

void LogReady(const ServeOptions& options, const std::string& address, int64_t begun_ns) {
  const int64_t startup_ms = (util::Clock::System().SteadyNs() - begun_ns) / 1'000'000;
  util::LogInfo("startup time: {}ms address={}", startup_ms, address);
  if (!IsLoopbackAddress(address)) {
    util::LogWarn(
        "listening on {} without authentication: everyone who reaches this address can read and "
        "write; use --http-bind 127.0.0.1:8181 to accept local clients only",
        options.http_bind);
  }
}

int Serve(const ServeOptions& options) {
  const int64_t begun_ns = util::Clock::System().SteadyNs();
  util::LogInfo("server starting node_id={} version={} revision={}", options.node_id, kVersion,
                Revision());
  TuneAllocator();
  RaiseOpenFileLimit();
  util::Result<std::unique_ptr<Node>> started = Node::Start(options);
  if (!started.ok()) return FailServe(started.status());
  std::unique_ptr<Node> node = std::move(started).value();
  LogReady(options, node->address(), begun_ns);

  const int signal_number = WaitForStopSignal();
  // Without a signal the reason was logged where it was found.
  const bool failed = signal_number == 0;
  if (failed) {
    util::LogError("stopping, as this server cannot go on");
  } else {
    util::LogInfo("received signal {}, stopping", signal_number);
  }
  const util::Status stopped = node->Stop(options.shutdown_timeout_ns);
  if (stopped.code() == util::StatusCode::kDeadlineExceeded) {
    util::LogWarn("{}; leaving it behind", stopped.message());
    // What the request still uses must stay as it is until the process is gone.
    static_cast<void>(node.release());
    std::fflush(nullptr);
    std::_Exit(failed ? 1 : 0);
  }
  if (!stopped.ok()) {
    util::LogError("the log could not be flushed: {}", stopped.ToString());
    return FailServe(stopped);
  }
  util::LogInfo("stopped");
  return failed ? 1 : 0;
}

}  // namespace

int RunServer(const ServeOptions& options) {
  util::InitLogging(options.log);
  util::InstallFaultPointFromEnvironment();
  const util::Status signals = InstallStopSignals();
  if (!signals.ok()) return FailServe(signals);
  try {
    return Serve(options);
  } catch (const std::exception& error) {
    return FailServe(util::Status::Internal(error.what()));
  }
}

}  // namespace influxdb3::app
