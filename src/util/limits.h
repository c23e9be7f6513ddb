#pragma once

#include <cstddef>
#include <cstdint>

/// Every fixed limit of the server in one place. Limits that users can set have their default here.
namespace influxdb3::util::limits {

inline constexpr size_t kHttpBodyBytesMax = 10485760;  ///< --max-http-request-size
inline constexpr size_t kDatabaseCountMax = 10000;     ///< --num-database-limit
inline constexpr size_t kTableCountMax = 100000;       ///< --num-table-limit
inline constexpr size_t kColumnsPerTableMax = 10000;   ///< --num-total-columns-per-table-limit
inline constexpr size_t kTagColumnsPerTableMax = 4096;
inline constexpr size_t kStringFieldBytesMax = 1 << 20;  ///< one string field value
inline constexpr size_t kNameBytesMax = 65535;           ///< measurement, tag and field keys
inline constexpr size_t kTagValueBytesMax = 65535;
inline constexpr size_t kDatabaseNameBytesMax = 511;   ///< through the v3 API
inline constexpr size_t kV1DatabaseNameBytesMax = 64;  ///< through the v1 and v2 write APIs
inline constexpr size_t kWalQueueBytesMax = size_t{512} << 20;
inline constexpr size_t kWalRecordBytesMax = size_t{1} << 30;
inline constexpr size_t kLineErrorsReportedMax = 1000;  ///< items in a partial write's `data`
inline constexpr size_t kSqlTextBytesMax = size_t{4} << 20;
inline constexpr size_t kQueryLogTextBytesMax = 65536;     ///< of one query in system.queries
inline constexpr size_t kQueryNestedAggregatesMax = 16;    ///< without GROUP BY, in one another
inline constexpr size_t kQuerySetOperandsMax = 2000;       ///< of UNION, INTERSECT and EXCEPT
inline constexpr size_t kQueryConditionTermsMax = 10'000;  ///< of AND and OR

}  // namespace influxdb3::util::limits
