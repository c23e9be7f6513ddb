#include "server/flight/flight_server.h"

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <utility>

#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>

#include "server/flight/call_headers.h"
#include "server/flight/flight_service.h"
#include "util/clock.h"
#include "util/log.h"

namespace influxdb3::server::flight {

namespace fl = arrow::flight;
using util::Result;
using util::Status;

namespace {

constexpr const char* kSocketName = "flight.sock";
/// How long cancelled queries may take to end.
constexpr auto kCancelWait = std::chrono::seconds(3);

/// A folder of our own that only this user can enter.
Result<std::string> MakePrivateFolder() {
  std::error_code failed;
  const std::filesystem::path parent = std::filesystem::temp_directory_path(failed);
  if (failed) return Status::Io("no directory for temporary files: " + failed.message());
  std::string folder = (parent / "influxdb3-XXXXXX").string();
  if (mkdtemp(folder.data()) == nullptr) {
    return Status::Io("cannot create a directory in " + parent.string() + ": " +
                      std::strerror(errno));
  }
  return folder;
}

std::chrono::system_clock::time_point After(int64_t time_ns) {
  return std::chrono::system_clock::time_point(
      std::chrono::nanoseconds(util::Clock::System().NowNs() + time_ns));
}

}  // namespace

/// Counts the functions that run or wait on the query threads.
class RunningTasks {
 public:
  void Begin() {
    const std::lock_guard lock(mutex_);
    ++count_;
  }
  void End() {
    const std::lock_guard lock(mutex_);
    if (--count_ == 0) none_.notify_all();
  }
  bool WaitForNone(std::chrono::nanoseconds time) {
    std::unique_lock lock(mutex_);
    return none_.wait_for(lock, time, [this] { return count_ == 0; });
  }

 private:
  std::mutex mutex_;  ///< guards count_
  std::condition_variable none_;
  size_t count_ = 0;
};

struct FlightServer::Impl {
  Impl(const FlightOptions& options, query::QueryEngine* queries)
      : pool(static_cast<size_t>(options.query_threads)),
        service(options, queries, [this](std::function<void()> task) {
          tasks.Begin();
          boost::asio::post(pool, [this, run = std::move(task)]() mutable {
            run();
            // What the function holds goes before it counts as ended.
            run = nullptr;
            tasks.End();
          });
        }) {}

  Status Listen();
  bool Stop(int64_t grace_ns);

  RunningTasks tasks;
  boost::asio::thread_pool pool;
  FlightService service;
  std::string folder;
  std::string socket_path;
  bool listening = false;
  bool stopped = false;
  bool stuck = false;
};

Status FlightServer::Impl::Listen() {
  ASSIGN_OR_RETURN(folder, MakePrivateFolder());
  socket_path = folder + "/" + kSocketName;
  const auto location = fl::Location::Parse("grpc+unix://" + socket_path);
  if (!location.ok()) return Status::InvalidArgument(location.status().message());
  fl::FlightServerOptions server_options(*location);
  server_options.auth_handler = MakeHandshake();
  const arrow::Status begun = service.Init(server_options);
  if (!begun.ok()) {
    return Status::Io("cannot serve Flight on " + socket_path + ": " + begun.message());
  }
  listening = true;
  return Status::Ok();
}

bool FlightServer::Impl::Stop(int64_t grace_ns) {
  if (stopped) return !stuck;
  stopped = true;
  if (listening) {
    const auto deadline = After(grace_ns);
    const arrow::Status ended = service.Shutdown(&deadline);
    if (!ended.ok()) util::LogWarn("stopping Flight: {}", ended.message());
  }
  stuck = !tasks.WaitForNone(kCancelWait);
  std::error_code ignored;
  if (!folder.empty()) std::filesystem::remove_all(folder, ignored);
  if (stuck) return false;
  pool.join();
  return true;
}

Result<std::unique_ptr<FlightServer>> FlightServer::Start(const FlightOptions& options,
                                                          query::QueryEngine* queries) {
  auto impl = std::make_unique<Impl>(options, queries);
  const Status listening = impl->Listen();
  std::unique_ptr<FlightServer> server(new FlightServer(std::move(impl)));
  if (!listening.ok()) return listening;
  return server;
}

FlightServer::FlightServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

FlightServer::~FlightServer() {
  if (!impl_->Stop(0)) static_cast<void>(impl_.release());
}

const std::string& FlightServer::socket_path() const {
  return impl_->socket_path;
}

bool FlightServer::Stop(int64_t grace_ns) {
  return impl_->Stop(grace_ns);
}

}  // namespace influxdb3::server::flight
