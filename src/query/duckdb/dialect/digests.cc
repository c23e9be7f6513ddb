// Hash functions DuckDB lacks: digest(x, method), sha224, sha384, sha512.
#include <string>
#include <string_view>

#include <fmt/format.h>
#include <openssl/evp.h>

#include "duckdb/common/vector_operations/binary_executor.hpp"
#include "duckdb/common/vector_operations/unary_executor.hpp"

#include "query/duckdb/dialect/blake3.h"
#include "query/duckdb/dialect/function_support.h"
#include "query/duckdb/dialect/text_vector.h"

namespace influxdb3::query::sql {
namespace {

using duckdb::LogicalType;
using duckdb::string_t;
using duckdb::Vector;
using util::Status;

constexpr std::string_view kPrefix = "iox_";

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

string_t Digest(std::string_view bytes, std::string_view method_name, Vector& result) {
  if (method_name == "blake3") {
    const auto digest = Blake3(bytes);
    return duckdb::StringVector::AddStringOrBlob(
        result, reinterpret_cast<const char*>(digest.data()), digest.size());
  }
  unsigned char hash[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  const EVP_MD* method = FindMethod(method_name);
  if (EVP_Digest(bytes.data(), bytes.size(), hash, &size, method, nullptr) != 1) {
    ThrowFromFunction(Status::Internal("Execution error: cannot compute the digest"));
  }
  return duckdb::StringVector::AddStringOrBlob(result, reinterpret_cast<const char*>(hash), size);
}

void RunDigest(duckdb::DataChunk& arguments, duckdb::ExpressionState&, Vector& result) {
  duckdb::BinaryExecutor::Execute<string_t, string_t, string_t>(
      arguments.data[0], arguments.data[1], result, arguments.size(),
      [&](const string_t& bytes, const string_t& name) {
        return Digest(View(bytes), View(name), result);
      });
}

/// sha224 and its kin: the engine's name of the function ends in the method.
void RunNamedDigest(duckdb::DataChunk& arguments, duckdb::ExpressionState& state, Vector& result) {
  const auto& call = state.expr.Cast<duckdb::BoundFunctionExpression>();
  const std::string_view name = std::string_view(call.function.name).substr(kPrefix.size());
  duckdb::UnaryExecutor::Execute<string_t, string_t>(
      arguments.data[0], result, arguments.size(),
      [&](const string_t& bytes) { return Digest(View(bytes), name, result); });
}

}  // namespace

void RegisterDigests(duckdb::ExtensionLoader& loader) {
  const LogicalType binary = LogicalType::BLOB;
  const LogicalType text = LogicalType::VARCHAR;
  duckdb::ScalarFunctionSet digest("iox_digest");
  digest.AddFunction(duckdb::ScalarFunction({text, text}, binary, RunDigest));
  digest.AddFunction(duckdb::ScalarFunction({binary, text}, binary, RunDigest));
  loader.RegisterFunction(digest);
  for (const char* method : {"sha224", "sha256", "sha384", "sha512"}) {
    duckdb::ScalarFunctionSet set(std::string(kPrefix) + method);
    set.AddFunction(duckdb::ScalarFunction({text}, binary, RunNamedDigest));
    set.AddFunction(duckdb::ScalarFunction({binary}, binary, RunNamedDigest));
    loader.RegisterFunction(set);
  }
}

}  // namespace influxdb3::query::sql
