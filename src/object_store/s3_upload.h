#pragma once

#include <memory>
#include <string>

#include "object_store/object_store.h"
#include "object_store/s3_bucket.h"

namespace influxdb3::object_store {

/// An object sent in parts (multipart), or by one Put when it is small. TooLarge after 10,000
/// parts.
std::unique_ptr<Upload> MakeS3Upload(const std::shared_ptr<S3Bucket>& bucket,
                                     const std::string& path);

}  // namespace influxdb3::object_store
