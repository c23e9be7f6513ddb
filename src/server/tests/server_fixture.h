#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "server/http/http_server.h"

namespace influxdb3::server::http {

using util::Status;

/// Lets a test hold a handler and learn what happened to it.
class Latch {
 public:
  void Open() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }
  void Wait() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this]() { return open_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool open_ = false;
};

/// `count` pieces of `size` bytes, then `last`.
class PieceProducer : public BodyProducer {
 public:
  PieceProducer(int count, size_t size, Status last, std::shared_ptr<Latch> cancelled = nullptr)
      : left_(count), size_(size), last_(std::move(last)), cancelled_(std::move(cancelled)) {}

  Status Produce(std::string* out, bool* end) override {
    if (left_-- > 0) {
      out->append(size_, 'x');
      return Status::Ok();
    }
    *end = true;
    return last_;
  }
  void Cancel() override {
    if (cancelled_) cancelled_->Open();
  }

 private:
  int left_;
  const size_t size_;
  const Status last_;
  const std::shared_ptr<Latch> cancelled_;
};

inline Response Streamed(std::string first, std::unique_ptr<BodyProducer> producer) {
  Response response = MakeResponse(200, std::move(first));
  response.producer = std::move(producer);
  return response;
}

/// A server with routes that do what tests need.
class ServerFixture : public ::testing::Test {
 protected:
  void SetUp() override {
    options_.bind = "127.0.0.1:0";
    options_.body_bytes_max = 1000;
    options_.io_threads = 2;
    options_.query_threads = 4;
    options_.cluster_uuid = "the-uuid";
  }

  void TearDown() override { server_.reset(); }

  void Start() {
    Router router;
    router.Add(Method::kPost, "/echo", Pool::kWrite, [](const std::shared_ptr<Exchange>& exchange) {
      const Request& request = exchange->request();
      exchange->Respond(MakeResponse(request.body_too_large ? 413 : 200, request.body));
    });
    router.Add(Method::kGet, "/where", Pool::kInline,
               [](const std::shared_ptr<Exchange>& exchange) {
                 exchange->Respond(MakeResponse(200, exchange->request().query));
               });
    router.Add(Method::kHead, "/where", Pool::kInline,
               [](const std::shared_ptr<Exchange>& exchange) {
                 exchange->Respond(MakeResponse(200, "not sent"));
               });
    router.Add(Method::kGet, "/drop", Pool::kWrite, [](const std::shared_ptr<Exchange>&) {});
    router.Add(Method::kGet, "/throw", Pool::kQuery,
               [](const std::shared_ptr<Exchange>&) { throw std::runtime_error("out of luck"); });
    router.Add(Method::kGet, "/stream", Pool::kQuery,
               [](const std::shared_ptr<Exchange>& exchange) {
                 exchange->Respond(
                     Streamed("first", std::make_unique<PieceProducer>(50, 100'000, Status::Ok())));
               });
    router.Add(
        Method::kGet, "/broken", Pool::kQuery, [](const std::shared_ptr<Exchange>& exchange) {
          exchange->Respond(
              Streamed("first", std::make_unique<PieceProducer>(2, 10, Status::Internal("fault"))));
        });
    router.Add(Method::kGet, "/endless", Pool::kQuery,
               [latch = cancelled_](const std::shared_ptr<Exchange>& exchange) {
                 exchange->Respond(Streamed(
                     "", std::make_unique<PieceProducer>(1 << 30, 100'000, Status::Ok(), latch)));
               });
    router.Add(Method::kGet, "/hang", Pool::kQuery,
               [this](const std::shared_ptr<Exchange>& exchange) {
                 hanging_.Open();
                 exchange->OnDisconnect([this]() { release_.Open(); });
                 release_.Wait();
                 exchange->Respond(MakeResponse(200, "late"));
               });
    if (write_) router.Add(Method::kGet, "/write", Pool::kWrite, write_);
    for (auto& [path, handler] : more_routes_) {
      router.Add(Method::kGet, path, Pool::kQuery, handler);
    }
    util::Result<std::unique_ptr<HttpServer>> server =
        HttpServer::Listen(options_, std::move(router));
    ASSERT_TRUE(server.ok()) << server.status().ToString();
    server_ = std::move(server).value();
    server_->Start();
  }

  ServerOptions options_;
  std::vector<std::pair<std::string, Handler>> more_routes_;
  Handler write_;
  std::shared_ptr<Latch> cancelled_ = std::make_shared<Latch>();
  Latch hanging_;
  Latch release_;
  std::unique_ptr<HttpServer> server_;
};

}  // namespace influxdb3::server::http
