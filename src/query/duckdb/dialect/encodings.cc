// encode and decode: bytes as hexadecimal or base64 text.
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "duckdb/common/vector_operations/binary_executor.hpp"
#include "duckdb/common/vector_operations/unary_executor.hpp"
#include "duckdb/function/cast/default_casts.hpp"

#include "query/duckdb/dialect/function_support.h"
#include "query/duckdb/dialect/signatures.h"
#include "query/duckdb/dialect/text_vector.h"

namespace influxdb3::query::sql {
namespace {

using duckdb::DataChunk;
using duckdb::ExpressionState;
using duckdb::LogicalType;
using duckdb::ScalarFunction;
using duckdb::ScalarFunctionSet;
using duckdb::string_t;
using duckdb::StringVector;
using duckdb::Vector;
using util::Status;

constexpr std::string_view kHexDigits = "0123456789abcdef";
constexpr std::string_view kBase64Symbols =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

enum class Method { kHex, kBase64 };

Method MethodNamed(std::string_view name) {
  if (name == "hex") return Method::kHex;
  if (name == "base64") return Method::kBase64;
  ThrowFromFunction(Status::InvalidArgument(
      fmt::format("Error during planning: There is no built-in encoding named '{}', currently "
                  "supported encodings are: base64, hex",
                  name)));
}

std::string ToHex(std::string_view bytes) {
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const char c : bytes) {
    text += kHexDigits[static_cast<unsigned char>(c) >> 4];
    text += kHexDigits[static_cast<unsigned char>(c) & 15];
  }
  return text;
}

/// Without padding, as the reference writes it.
std::string ToBase64(std::string_view bytes) {
  std::string text;
  text.reserve(bytes.size() * 4 / 3 + 3);
  uint32_t bits = 0;
  int count = 0;
  for (const char c : bytes) {
    bits = bits << 8 | static_cast<unsigned char>(c);
    for (count += 8; count >= 6; count -= 6) text += kBase64Symbols[bits >> (count - 6) & 63];
  }
  if (count > 0) text += kBase64Symbols[bits << (6 - count) & 63];
  return text;
}

/// An error is why the text cannot be decoded; otherwise none and `*bytes` are filled.
std::string FromHex(std::string_view text, std::string* bytes) {
  if (text.size() % 2 != 0) return "Odd number of digits";
  const auto digit = [](char c) -> int {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
  };
  for (size_t i = 0; i < text.size(); ++i) {
    const int value = digit(text[i]);
    if (value < 0) return fmt::format("Invalid character '{}' at position {}", text[i], i);
    if (i % 2 == 0) {
      bytes->push_back(static_cast<char>(value << 4));
    } else {
      bytes->back() = static_cast<char>(bytes->back() | value);
    }
  }
  return {};
}

std::string FromBase64(std::string_view text, std::string* bytes) {
  static constexpr auto kValues = [] {
    std::array<int8_t, 256> values{};
    values.fill(-1);
    for (size_t i = 0; i < kBase64Symbols.size(); ++i) {
      values[static_cast<unsigned char>(kBase64Symbols[i])] = static_cast<int8_t>(i);
    }
    return values;
  }();
  std::string_view symbols = text;
  while (!symbols.empty() && symbols.back() == '=' && text.size() - symbols.size() < 2) {
    symbols.remove_suffix(1);
  }
  uint32_t bits = 0;
  int count = 0;
  for (size_t i = 0; i < symbols.size(); ++i) {
    const auto symbol = static_cast<unsigned char>(symbols[i]);
    if (kValues[symbol] < 0) return fmt::format("Invalid symbol {}, offset {}.", symbol, i);
    bits = bits << 6 | static_cast<uint32_t>(kValues[symbol]);
    count += 6;
    if (count < 8) continue;
    count -= 8;
    bytes->push_back(static_cast<char>(bits >> count & 255));
  }
  if (count == 6) return fmt::format("Invalid input length: {}", symbols.size());
  if ((bits & ((1U << count) - 1)) != 0) {
    return fmt::format("Invalid last symbol {}, offset {}.",
                       static_cast<unsigned char>(symbols.back()), symbols.size() - 1);
  }
  return {};
}

void RunEncode(DataChunk& arguments, ExpressionState&, Vector& result) {
  duckdb::BinaryExecutor::Execute<string_t, string_t, string_t>(
      arguments.data[0], arguments.data[1], result, arguments.size(),
      [&](string_t bytes, string_t name) {
        const bool hex = MethodNamed(View(name)) == Method::kHex;
        return StringVector::AddString(result, hex ? ToHex(View(bytes)) : ToBase64(View(bytes)));
      });
}

void RunDecode(DataChunk& arguments, ExpressionState&, Vector& result) {
  const bool constant = arguments.data[0].GetVectorType() == duckdb::VectorType::CONSTANT_VECTOR;
  duckdb::BinaryExecutor::Execute<string_t, string_t, string_t>(
      arguments.data[0], arguments.data[1], result, arguments.size(),
      [&](string_t text, string_t name) {
        const bool hex = MethodNamed(View(name)) == Method::kHex;
        std::string bytes;
        const std::string error =
            hex ? FromHex(View(text), &bytes) : FromBase64(View(text), &bytes);
        if (!error.empty()) {
          const char* method = hex ? "hex" : "base64";
          const std::string reason =
              constant ? fmt::format("Failed to decode value using {}: {}", method, error)
                       : fmt::format("Failed to decode from {}: {}{}", method,
                                     hex ? "" : "DecodeError: ", error);
          ThrowFromFunction(Status::Internal("Internal error: " + reason + kBugReport));
        }
        return StringVector::AddStringOrBlob(result, bytes);
      });
}

bool TextToBinary(Vector& source, Vector& result, duckdb::idx_t, duckdb::CastParameters&) {
  result.Reinterpret(source);
  return true;
}

bool BinaryToText(Vector& source, Vector& result, duckdb::idx_t count,
                  duckdb::CastParameters& parameters) {
  bool all_cast = true;
  duckdb::UnaryExecutor::ExecuteWithNulls<string_t, string_t>(
      source, result, count, [&](string_t bytes, duckdb::ValidityMask& mask, duckdb::idx_t row) {
        if (duckdb::Value::StringIsValid(bytes.GetData(), bytes.GetSize())) {
          return StringVector::AddString(result, bytes);
        }
        if (parameters.error_message == nullptr) {
          ThrowFromFunction(
              Status::Internal("Arrow error: Invalid argument error: Encountered non UTF-8 data"));
        }
        mask.SetInvalid(row);
        all_cast = false;
        return string_t();
      });
  return all_cast;
}

}  // namespace

void RegisterEncodings(duckdb::ExtensionLoader& loader) {
  // DuckDB would escape bytes in the text.
  constexpr int64_t kExplicitOnly = -1;
  loader.RegisterCastFunction(LogicalType::VARCHAR, LogicalType::BLOB,
                              duckdb::BoundCastInfo(TextToBinary), kExplicitOnly);
  loader.RegisterCastFunction(LogicalType::BLOB, LogicalType::VARCHAR,
                              duckdb::BoundCastInfo(BinaryToText), kExplicitOnly);
  const LogicalType text = LogicalType::VARCHAR;
  const LogicalType binary = LogicalType::BLOB;
  ScalarFunctionSet encode("iox_encode");
  ScalarFunctionSet decode("iox_decode");
  for (const LogicalType& type : {text, binary}) {
    encode.AddFunction(ScalarFunction({type, text}, text, RunEncode));
    decode.AddFunction(ScalarFunction({type, text}, binary, RunDecode));
  }
  loader.RegisterFunction(encode);
  loader.RegisterFunction(decode);
}

}  // namespace influxdb3::query::sql
