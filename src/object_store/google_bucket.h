#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "object_store/google_account.h"
#include "object_store/google_store.h"
#include "object_store/http_client.h"

namespace influxdb3::object_store {

/// Requests to one bucket with the account's token, and what its answers mean. Thread-safe.
class GoogleBucket {
 public:
  using Pairs = std::vector<std::pair<std::string, std::string>>;

  /// Tests give a client of their own.
  static util::Result<std::unique_ptr<GoogleBucket>> Make(
      const GoogleConfig& config, std::unique_ptr<HttpClient> client = nullptr);

  struct Call {
    std::string method = {};
    std::string key = {};  ///< empty = the bucket's list of objects
    /// An object is made: its name goes into the query, and the address is another one.
    bool is_upload = false;
    Pairs query = {};
    Pairs headers = {};
    std::string_view body = {};
    size_t answer_bytes_max = size_t{16} << 20;
  };

  /// The answer when its status is 2xx, else the error it stands for.
  util::Result<HttpAnswer> Do(const Call& call);
  /// A request to the address of an upload in parts, which needs no token; any answer.
  util::Result<HttpAnswer> SendToSession(const std::string& session, const std::string& key,
                                         const std::string& content_range, std::string_view body,
                                         bool is_delete = false);
  /// Whether the service may be followed to this address.
  bool IsSession(const std::string& url) const;
  /// What an answer to `key` stands for whose status is not 2xx.
  util::Status Refusal(const std::string& key, bool is_object, const HttpAnswer& answer) const;

  std::string Describe() const { return "gs://" + bucket_; }
  /// `gs://bucket: 'key'`, the beginning of every message.
  std::string Name(const std::string& key) const;

 private:
  GoogleBucket(const GoogleConfig& config, const GoogleAccount& account,
               std::unique_ptr<HttpClient> client);

  const std::string bucket_;
  const std::string base_url_;
  const std::unique_ptr<HttpClient> client_;
  std::unique_ptr<GoogleTokens> tokens_;  // null = requests carry none
};

}  // namespace influxdb3::object_store
