// Hash functions DuckDB lacks: digest(x, method), sha224, sha384, sha512.
#include <string>
#include <string_view>

#include <fmt/format.h>
#include <openssl/evp.h>

#include "duckdb/common/vector_operations/binary_executor.hpp"

#include "query/duckdb/dialect/blake3.h"
#include "query/duckdb/dialect/function_support.h"

namespace influxdb3::query::sql {
namespace {

using duckdb::LogicalType;
using duckdb::string_t;
using duckdb::Vector;
using util::Status;

struct Method {
  std::string_view name;
  const EVP_MD* (*algorithm)();
};

constexpr Method kMethods[] = {{"md5", EVP_md5},           {"sha224", EVP_sha224},
                               {"sha256", EVP_sha256},     {"sha384", EVP_sha384},
                               {"sha512", EVP_sha512},     {"blake2s", EVP_blake2s256},
                               {"blake2b", EVP_blake2b512}};

const EVP_MD* FindMethod(std::string_view name) {
  for (const Method& method : kMethods) {
    if (method.name == name) return method.algorithm();
  }
  ThrowFromFunction(Status::InvalidArgument(fmt::format(
      "Error during planning: There is no built-in digest algorithm named '{}', "
      "currently supported algorithms are: md5, sha224, sha256, sha384, sha512, blake2s, "
      "blake2b, blake3",
      name)));
}

void RunDigest(duckdb::DataChunk& arguments, duckdb::ExpressionState&, Vector& result) {
  duckdb::BinaryExecutor::Execute<string_t, string_t, string_t>(
      arguments.data[0], arguments.data[1], result, arguments.size(),
      [&](const string_t& bytes, const string_t& name) {
        const std::string_view method_name(name.GetData(), name.GetSize());
        if (method_name == "blake3") {
          const auto digest = Blake3({bytes.GetData(), bytes.GetSize()});
          return duckdb::StringVector::AddStringOrBlob(
              result, reinterpret_cast<const char*>(digest.data()), digest.size());
        }
        unsigned char hash[EVP_MAX_MD_SIZE];
        unsigned int size = 0;
        const EVP_MD* method = FindMethod(method_name);
        if (EVP_Digest(bytes.GetData(), bytes.GetSize(), hash, &size, method, nullptr) != 1) {
          ThrowFromFunction(Status::Internal("Execution error: cannot compute the digest"));
        }
        return duckdb::StringVector::AddStringOrBlob(result, reinterpret_cast<const char*>(hash),
                                                     size);
      });
}

}  // namespace

void RegisterDigests(duckdb::ExtensionLoader& loader) {
  loader.RegisterFunction(duckdb::ScalarFunction(
      "iox_digest", {LogicalType::BLOB, LogicalType::VARCHAR}, LogicalType::BLOB, RunDigest));
}

}  // namespace influxdb3::query::sql
