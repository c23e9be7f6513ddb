#include "query/duckdb/dialect/settings.h"

#include <algorithm>
#include <string_view>
#include <thread>

namespace influxdb3::query::sql {
namespace {

struct KnownSetting {
  std::string_view name;  ///< without `datafusion.`
  const char* value;      ///< null when it has none
};

/// Stands for the number of processor cores.
constexpr char kCores[] = "<cores>";

/// Sorted by name.
// clang-format off
constexpr KnownSetting kSettings[] = {
    {"catalog.create_default_catalog_and_schema", "true"},
    {"catalog.default_catalog", "public"},
    {"catalog.default_schema", "iox"},
    {"catalog.format", nullptr},
    {"catalog.has_header", "true"},
    {"catalog.information_schema", "true"},
    {"catalog.location", nullptr},
    {"catalog.newlines_in_values", "false"},
    {"execution.batch_size", "8192"},
    {"execution.coalesce_batches", "true"},
    {"execution.collect_statistics", "true"},
    {"execution.enable_recursive_ctes", "true"},
    {"execution.enforce_batch_size_in_joins", "false"},
    {"execution.keep_partition_by_columns", "false"},
    {"execution.listing_table_factory_infer_partitions", "true"},
    {"execution.listing_table_ignore_subdirectory", "true"},
    {"execution.max_buffered_batches_per_output_file", "2"},
    {"execution.max_spill_file_size_bytes", "134217728"},
    {"execution.meta_fetch_concurrency", "32"},
    {"execution.minimum_parallel_output_files", "4"},
    {"execution.objectstore_writer_buffer_size", "10485760"},
    {"execution.parquet.allow_single_file_parallelism", "true"},
    {"execution.parquet.binary_as_string", "false"},
    {"execution.parquet.bloom_filter_fpp", nullptr},
    {"execution.parquet.bloom_filter_ndv", nullptr},
    {"execution.parquet.bloom_filter_on_read", "true"},
    {"execution.parquet.bloom_filter_on_write", "false"},
    {"execution.parquet.coerce_int96", nullptr},
    {"execution.parquet.column_index_truncate_length", "64"},
    {"execution.parquet.compression", "zstd(3)"},
    {"execution.parquet.created_by", "datafusion version 51.0.0"},
    {"execution.parquet.data_page_row_count_limit", "20000"},
    {"execution.parquet.data_pagesize_limit", "1048576"},
    {"execution.parquet.dictionary_enabled", "true"},
    {"execution.parquet.dictionary_page_size_limit", "1048576"},
    {"execution.parquet.enable_page_index", "true"},
    {"execution.parquet.encoding", nullptr},
    {"execution.parquet.max_predicate_cache_size", nullptr},
    {"execution.parquet.max_row_group_size", "1048576"},
    {"execution.parquet.maximum_buffered_record_batches_per_stream", "2"},
    {"execution.parquet.maximum_parallel_row_group_writers", "1"},
    {"execution.parquet.metadata_size_hint", "524288"},
    {"execution.parquet.pruning", "true"},
    {"execution.parquet.pushdown_filters", "true"},
    {"execution.parquet.reorder_filters", "true"},
    {"execution.parquet.schema_force_view_types", "false"},
    {"execution.parquet.skip_arrow_metadata", "false"},
    {"execution.parquet.skip_metadata", "true"},
    {"execution.parquet.statistics_enabled", "page"},
    {"execution.parquet.statistics_truncate_length", "64"},
    {"execution.parquet.write_batch_size", "1024"},
    {"execution.parquet.writer_version", "1.0"},
    {"execution.planning_concurrency", kCores},
    {"execution.skip_partial_aggregation_probe_ratio_threshold", "0.8"},
    {"execution.skip_partial_aggregation_probe_rows_threshold", "100000"},
    {"execution.skip_physical_aggregate_schema_check", "false"},
    {"execution.soft_max_rows_per_output_file", "50000000"},
    {"execution.sort_in_place_threshold_bytes", "1048576"},
    {"execution.sort_spill_reservation_bytes", "10485760"},
    {"execution.spill_compression", "uncompressed"},
    {"execution.split_file_groups_by_statistics", "false"},
    {"execution.target_partitions", kCores},
    {"execution.time_zone", nullptr},
    {"execution.use_row_number_estimates_to_optimize_partitioning", "true"},
    {"explain.analyze_level", "dev"},
    {"explain.format", "indent"},
    {"explain.logical_plan_only", "false"},
    {"explain.physical_plan_only", "false"},
    {"explain.show_schema", "false"},
    {"explain.show_sizes", "true"},
    {"explain.show_statistics", "false"},
    {"explain.tree_maximum_render_width", "240"},
    {"format.date_format", "%Y-%m-%d"},
    {"format.datetime_format", "%Y-%m-%dT%H:%M:%S%.f"},
    {"format.duration_format", "pretty"},
    {"format.null", ""},
    {"format.safe", "true"},
    {"format.time_format", "%H:%M:%S%.f"},
    {"format.timestamp_format", "%Y-%m-%dT%H:%M:%S%.f"},
    {"format.timestamp_tz_format", nullptr},
    {"format.types_info", "false"},
    {"optimizer.allow_symmetric_joins_without_pruning", "true"},
    {"optimizer.default_filter_selectivity", "20"},
    {"optimizer.enable_distinct_aggregation_soft_limit", "true"},
    {"optimizer.enable_dynamic_filter_pushdown", "true"},
    {"optimizer.enable_join_dynamic_filter_pushdown", "true"},
    {"optimizer.enable_piecewise_merge_join", "false"},
    {"optimizer.enable_round_robin_repartition", "true"},
    {"optimizer.enable_topk_aggregation", "true"},
    {"optimizer.enable_topk_dynamic_filter_pushdown", "true"},
    {"optimizer.enable_window_limits", "true"},
    {"optimizer.expand_views_at_output", "false"},
    {"optimizer.filter_null_join_keys", "false"},
    {"optimizer.hash_join_single_partition_threshold", "1048576"},
    {"optimizer.hash_join_single_partition_threshold_rows", "131072"},
    {"optimizer.max_passes", "3"},
    {"optimizer.prefer_existing_sort", "true"},
    {"optimizer.prefer_existing_union", "true"},
    {"optimizer.prefer_hash_join", "true"},
    {"optimizer.repartition_aggregations", "true"},
    {"optimizer.repartition_file_min_size", "10485760"},
    {"optimizer.repartition_file_scans", "true"},
    {"optimizer.repartition_joins", "true"},
    {"optimizer.repartition_sorts", "true"},
    {"optimizer.repartition_windows", "true"},
    {"optimizer.skip_failed_rules", "false"},
    {"optimizer.top_down_join_key_reordering", "true"},
    {"sql_parser.collect_spans", "false"},
    {"sql_parser.default_null_ordering", "nulls_max"},
    {"sql_parser.dialect", "generic"},
    {"sql_parser.enable_ident_normalization", "true"},
    {"sql_parser.enable_options_value_normalization", "false"},
    {"sql_parser.map_string_types_to_utf8view", "false"},
    {"sql_parser.parse_float_as_decimal", "false"},
    {"sql_parser.recursion_limit", "50"},
    {"sql_parser.support_varchar_with_length", "true"},
};
// clang-format on

}  // namespace

std::vector<Setting> Settings() {
  std::vector<Setting> settings;
  for (const KnownSetting& known : kSettings) {
    Setting setting;
    setting.name = "datafusion." + std::string(known.name);
    if (known.value == kCores) {
      setting.value = std::to_string(std::max(1u, std::thread::hardware_concurrency()));
    } else if (known.value != nullptr) {
      setting.value = known.value;
    }
    settings.push_back(std::move(setting));
  }
  return settings;
}

bool IsSetting(const std::string& name) {
  const std::vector<Setting> settings = Settings();
  return std::any_of(settings.begin(), settings.end(),
                     [&](const Setting& setting) { return setting.name == name; });
}

}  // namespace influxdb3::query::sql
