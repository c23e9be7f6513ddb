#pragma once

#include <memory>
#include <string>

#include "object_store/azure_container.h"
#include "object_store/object_store.h"

namespace influxdb3::object_store {

/// A blob sent in blocks that one list puts together, or by one Put when it is small. TooLarge
/// after 50,000 blocks.
std::unique_ptr<Upload> MakeAzureUpload(const std::shared_ptr<AzureContainer>& container,
                                        const std::string& path);

}  // namespace influxdb3::object_store
