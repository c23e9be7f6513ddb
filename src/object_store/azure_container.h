#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "object_store/azure_store.h"
#include "object_store/http_client.h"

namespace influxdb3::object_store {

/// Signed requests to one container, and what its answers mean. Thread-safe.
class AzureContainer {
 public:
  using Pairs = std::vector<std::pair<std::string, std::string>>;

  static util::Result<std::unique_ptr<AzureContainer>> Make(const AzureConfig& config);

  struct Call {
    std::string method = {};
    std::string key = {};  ///< empty = the container itself
    Pairs query = {};      ///< names in lower case
    Pairs headers = {};    ///< names in lower case
    std::string_view body = {};
    size_t answer_bytes_max = size_t{16} << 20;
  };

  /// The answer when its status is 2xx, else the error it stands for.
  util::Result<HttpAnswer> Do(const Call& call);
  std::string Describe() const { return "azure://" + config_.container; }
  /// `azure://container: 'key'`, the beginning of every message.
  std::string Name(const std::string& key) const;

 private:
  AzureContainer(const AzureConfig& config, std::string key, std::unique_ptr<HttpClient> client);
  util::Status Refusal(const Call& call, const HttpAnswer& answer) const;

  const AzureConfig config_;
  const std::string key_;  // decoded
  const std::unique_ptr<HttpClient> client_;
  std::string origin_;     // https://host:port
  std::string base_path_;  // /[account/]container
};

}  // namespace influxdb3::object_store
