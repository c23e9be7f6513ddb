#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "object_store/http_client.h"
#include "object_store/s3_store.h"

namespace influxdb3::object_store {

/// Signed requests to one bucket, and what its answers mean. Thread-safe.
class S3Bucket {
 public:
  using Pairs = std::vector<std::pair<std::string, std::string>>;

  static util::Result<std::unique_ptr<S3Bucket>> Make(const S3Config& config);

  struct Call {
    std::string method = {};
    std::string key = {};  ///< empty = the bucket itself
    Pairs query = {};
    Pairs headers = {};
    std::string_view body = {};
    size_t answer_bytes_max = size_t{16} << 20;
  };

  /// The answer when its status is 2xx, else the error it stands for.
  util::Result<HttpAnswer> Do(const Call& call);
  std::string Describe() const { return "s3://" + config_.bucket; }
  /// `s3://bucket: 'key'`, the beginning of every message.
  std::string Name(const std::string& key) const;

 private:
  S3Bucket(const S3Config& config, std::unique_ptr<HttpClient> client);
  util::Status Refusal(const Call& call, const HttpAnswer& answer) const;

  const S3Config config_;
  const std::unique_ptr<HttpClient> client_;
  std::string origin_;     // https://host:port
  std::string host_;       // what is signed
  std::string base_path_;  // in front of every key, encoded
};

}  // namespace influxdb3::object_store
