#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

#include "object_store/object_store.h"
#include "util/clock.h"

namespace influxdb3::object_store {

/// A store that can be used only for a while, such as one with passing credentials.
struct ExpiringStore {
  std::shared_ptr<ObjectStore> store;
  std::optional<int64_t> expires_ns;  ///< since 1970; unset = never
};

/// Passes calls to the store that `open` gave last, and opens another one a minute before it
/// expires, at most once per second. While that fails, the old one is used until its end, then
/// calls are Unavailable. An upload stays with the store it began with. `clock` must live longer.
///
/// Errors: those of the first `open`.
util::Result<std::unique_ptr<ObjectStore>> MakeRenewedStore(
    std::function<util::Result<ExpiringStore>()> open,
    const util::Clock* clock = &util::Clock::System());

}  // namespace influxdb3::object_store
