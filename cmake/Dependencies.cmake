# Third-party libraries. DuckDB and Arrow are taken from the system when it has them, else from what
# `./dev setup` unpacked into .deps/. Every target here is SYSTEM for its users.
set(THREADS_PREFER_PTHREAD_FLAG ON)
find_package(Threads REQUIRED)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(CLI11 REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(ZLIB REQUIRED)
find_package(CURL REQUIRED)
find_package(Boost 1.81 REQUIRED)
find_package(GTest REQUIRED)
find_package(benchmark REQUIRED)
find_package(simdjson REQUIRED)
find_package(prometheus-cpp REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(ZSTD REQUIRED IMPORTED_TARGET libzstd)
pkg_check_modules(LZ4 REQUIRED IMPORTED_TARGET liblz4)
pkg_check_modules(XXHASH REQUIRED IMPORTED_TARGET libxxhash)
pkg_check_modules(NGHTTP2 REQUIRED IMPORTED_TARGET libnghttp2)
pkg_check_modules(DEFLATE REQUIRED IMPORTED_TARGET libdeflate)

set(INFLUXDB3_DEPS_DIR "${CMAKE_SOURCE_DIR}/.deps" CACHE PATH "Where ./dev setup unpacked libraries")

# influxdb3_unpacked_library(NAME FILE INCLUDE_DIR [DEPS...]): an imported shared library from .deps.
function(influxdb3_unpacked_library name file include_dir)
  if(NOT EXISTS "${file}")
    message(FATAL_ERROR "${file} is missing: run ./dev setup first")
  endif()
  add_library(${name} SHARED IMPORTED GLOBAL)
  set_target_properties(${name} PROPERTIES
    IMPORTED_LOCATION "${file}"
    INTERFACE_INCLUDE_DIRECTORIES "${include_dir}"
    INTERFACE_SYSTEM_INCLUDE_DIRECTORIES "${include_dir}")
  if(ARGN)
    set_property(TARGET ${name} PROPERTY INTERFACE_LINK_LIBRARIES "${ARGN}")
  endif()
endfunction()

find_package(DuckDB QUIET)
if(TARGET duckdb)
  add_library(influxdb3::duckdb ALIAS duckdb)
else()
  influxdb3_unpacked_library(influxdb3_duckdb "${INFLUXDB3_DEPS_DIR}/duckdb/lib/libduckdb.so"
                             "${INFLUXDB3_DEPS_DIR}/duckdb/include")
  add_library(influxdb3::duckdb ALIAS influxdb3_duckdb)
endif()

find_package(Arrow 26 QUIET)
find_package(Parquet 26 QUIET)
find_package(ArrowFlight 26 QUIET)
if(TARGET Arrow::arrow_shared AND TARGET Parquet::parquet_shared
   AND TARGET ArrowFlight::arrow_flight_shared)
  add_library(influxdb3::arrow ALIAS Arrow::arrow_shared)
  add_library(influxdb3::parquet ALIAS Parquet::parquet_shared)
  add_library(influxdb3::arrow_flight ALIAS ArrowFlight::arrow_flight_shared)
else()
  influxdb3_unpacked_library(influxdb3_arrow "${INFLUXDB3_DEPS_DIR}/arrow/lib/libarrow.so"
                             "${INFLUXDB3_DEPS_DIR}/arrow/include")
  influxdb3_unpacked_library(influxdb3_parquet "${INFLUXDB3_DEPS_DIR}/arrow/lib/libparquet.so"
                             "${INFLUXDB3_DEPS_DIR}/arrow/include" influxdb3_arrow)
  add_library(influxdb3::arrow ALIAS influxdb3_arrow)
  influxdb3_unpacked_library(influxdb3_arrow_flight
                             "${INFLUXDB3_DEPS_DIR}/arrow/lib/libarrow_flight.so"
                             "${INFLUXDB3_DEPS_DIR}/arrow/include" influxdb3_arrow)
  add_library(influxdb3::parquet ALIAS influxdb3_parquet)
  add_library(influxdb3::arrow_flight ALIAS influxdb3_arrow_flight)
endif()
