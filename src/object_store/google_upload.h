#pragma once

#include <memory>
#include <string>

#include "object_store/google_bucket.h"
#include "object_store/object_store.h"

namespace influxdb3::object_store {

/// An object sent in parts within one session that can be resumed, or by one Put when it is small.
std::unique_ptr<Upload> MakeGoogleUpload(const std::shared_ptr<GoogleBucket>& bucket,
                                         const std::string& path);

}  // namespace influxdb3::object_store
