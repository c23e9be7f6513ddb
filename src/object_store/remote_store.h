#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "object_store/http_client.h"
#include "object_store/object_store.h"

namespace influxdb3::object_store {

/// Some of the objects below a prefix.
struct ListedPage {
  std::vector<ObjectMeta> objects;
  std::string next;  ///< how to ask for the page behind this one; empty = there is none
};

/// What differs between services: one bucket, and how requests to it look. Keys were checked.
/// Errors as ObjectStore's, Io when the bucket does not exist. Thread-safe.
class RemoteService {
 public:
  virtual ~RemoteService() = default;

  virtual util::Status Put(const std::string& key, std::string_view bytes, PutMode mode) = 0;
  /// `range` is the value of the header of this name, or empty. InvalidArgument when it lies behind
  /// the object's end.
  virtual util::Result<HttpAnswer> Read(const std::string& key, const std::string& range,
                                        size_t answer_bytes_max) = 0;
  virtual util::Result<ObjectMeta> Head(const std::string& key) = 0;
  /// `next` is empty, or what the page before said.
  virtual util::Result<ListedPage> List(const std::string& prefix, const std::string& next) = 0;
  virtual util::Status Delete(const std::string& key) = 0;
  virtual std::unique_ptr<Upload> StartUpload(const std::string& key) = 0;
  /// `s3://bucket`.
  virtual std::string Describe() const = 0;
};

/// The store of a service's bucket: checks paths, joins pages, cuts ranges at the object's end.
std::unique_ptr<ObjectStore> MakeRemoteStore(std::shared_ptr<RemoteService> service);

}  // namespace influxdb3::object_store
