// Which arguments the scalar functions take: the table.
#include <algorithm>
#include <iterator>

#include "query/duckdb/dialect/signatures.h"

namespace influxdb3::query::sql {

const char* const kBugReport =
    ".\nThis issue was likely caused by a bug in DataFusion's code. Please help us to resolve this "
    "by filing a bug report in our issue tracker: https://github.com/apache/datafusion/issues";

namespace {

using Kind = SignatureKind;

constexpr const char* kReal = "1:Float64/Float32";
constexpr const char* kRealPair = "Float32,Float32;Float64,Float64";
constexpr const char* kTextAndNumber = "Utf8View,Int64;Utf8,Int64;LargeUtf8,Int64";
constexpr const char* kTextLength = "1:Utf8/LargeUtf8/Utf8View";
constexpr const char* kOr =
    "2:Boolean/UInt8/UInt16/UInt32/UInt64/Int8/Int16/Int32/Int64/Float32/Float64/Utf8View/Utf8/"
    "LargeUtf8";
constexpr const char* kPadding =
    "Utf8View,Int64;Utf8View,Int64,Utf8View;Utf8View,Int64,Utf8;Utf8View,Int64,LargeUtf8;"
    "Utf8,Int64;Utf8,Int64,Utf8View;Utf8,Int64,Utf8;Utf8,Int64,LargeUtf8;"
    "LargeUtf8,Int64;LargeUtf8,Int64,Utf8View;LargeUtf8,Int64,Utf8;LargeUtf8,Int64,LargeUtf8";
constexpr const char* kOverlay =
    "Utf8View,Utf8View,Int64,Int64;Utf8,Utf8,Int64,Int64;LargeUtf8,LargeUtf8,Int64,Int64;"
    "Utf8View,Utf8View,Int64;Utf8,Utf8,Int64;LargeUtf8,LargeUtf8,Int64";
constexpr const char* kSplitPart =
    "Utf8View,Utf8View,Int64;Utf8View,Utf8,Int64;Utf8View,LargeUtf8,Int64;Utf8,Utf8View,Int64;"
    "Utf8,Utf8,Int64;LargeUtf8,Utf8View,Int64;LargeUtf8,Utf8,Int64;Utf8,LargeUtf8,Int64;"
    "LargeUtf8,LargeUtf8,Int64";
constexpr const char* kTextPairAndNumber =
    "Utf8View,Utf8View,Int64;Utf8,Utf8,Int64;LargeUtf8,LargeUtf8,Int64";

// clang-format off
constexpr Signature kSignatures[] = {
    {"abs", "abs", Kind::kNumeric, ""},
    {"acos", "acos", Kind::kUniform, kReal},
    {"acosh", "acosh", Kind::kUniform, kReal},
    {"arrow_cast", "arrow_cast", Kind::kAny, "2"},
    {"arrow_typeof", "arrow_typeof", Kind::kAny, "1"},
    {"ascii", "ascii", Kind::kClasses, "s"},
    {"asin", "asin", Kind::kUniform, kReal},
    {"asinh", "asinh", Kind::kUniform, kReal},
    {"atan", "atan", Kind::kUniform, kReal},
    {"atan2", "atan2", Kind::kExact, kRealPair},
    {"atanh", "atanh", Kind::kUniform, kReal},
    {"bit_length", "bit_length", Kind::kClasses, "s"},
    {"btrim", "btrim", Kind::kClasses, "s,s;s"},
    {"cbrt", "cbrt", Kind::kUniform, kReal},
    {"ceil", "ceil", Kind::kUniform, kReal},
    {"char_length", "character_length", Kind::kUniform, kTextLength},
    {"character_length", "character_length", Kind::kUniform, kTextLength},
    {"chr", "chr", Kind::kUniform, "1:Int64"},
    {"coalesce", "coalesce", Kind::kCommon, ""},
    {"concat", "concat", Kind::kVariadic, ""},
    {"concat_ws", "concat_ws", Kind::kVariadic, ""},
    {"contains", "contains", Kind::kClasses, "s,s"},
    {"cos", "cos", Kind::kUniform, kReal},
    {"cosh", "cosh", Kind::kUniform, kReal},
    {"cot", "cot", Kind::kUniform, kReal},
    {"current_date", "current_date", Kind::kNullary, ""},
    {"current_time", "current_time", Kind::kNullary, ""},
    {"current_timestamp", "now", Kind::kNullary, ""},
    {"decode", "decode", Kind::kEncoding, ""},
    {"degrees", "degrees", Kind::kUniform, kReal},
    {"digest", "digest", Kind::kClasses, "s,s;B,s"},
    {"encode", "encode", Kind::kEncoding, ""},
    {"ends_with", "ends_with", Kind::kClasses, "s,s"},
    {"exp", "exp", Kind::kUniform, kReal},
    {"factorial", "factorial", Kind::kUniform, "1:Int64"},
    {"find_in_set", "find_in_set", Kind::kExact, "Utf8View,Utf8View;Utf8,Utf8;LargeUtf8,LargeUtf8"},
    {"floor", "floor", Kind::kUniform, kReal},
    {"gcd", "gcd", Kind::kUniform, "2:Int64"},
    {"get_field", "get_field", Kind::kAny, "2"},
    {"greatest", "greatest", Kind::kCommon, ""},
    {"ifnull", "nvl", Kind::kUniform, kOr},
    {"initcap", "initcap", Kind::kClasses, "s"},
    {"instr", "strpos", Kind::kClasses, "s,s"},
    {"isnan", "isnan", Kind::kExact, "Float32;Float64"},
    {"iszero", "iszero", Kind::kExact, "Float32;Float64"},
    {"lcm", "lcm", Kind::kUniform, "2:Int64"},
    {"least", "least", Kind::kCommon, ""},
    {"left", "left", Kind::kExact, kTextAndNumber},
    {"length", "character_length", Kind::kUniform, kTextLength},
    {"levenshtein", "levenshtein", Kind::kClasses, "s,s"},
    {"ln", "ln", Kind::kUniform, kReal},
    {"log", "log", Kind::kClasses, "d;f;f,d;f,f"},
    {"log10", "log10", Kind::kUniform, kReal},
    {"log2", "log2", Kind::kUniform, kReal},
    {"lower", "lower", Kind::kClasses, "s"},
    {"lpad", "lpad", Kind::kExact, kPadding},
    {"ltrim", "ltrim", Kind::kClasses, "s,s;s"},
    {"md5", "md5", Kind::kClasses, "b;c"},
    {"nanvl", "nanvl", Kind::kExact, kRealPair},
    {"now", "now", Kind::kNullary, ""},
    {"nullif", "nullif", Kind::kComparable, ""},
    {"nvl", "nvl", Kind::kUniform, kOr},
    {"nvl2", "nvl2", Kind::kCommon, ""},
    {"octet_length", "octet_length", Kind::kClasses, "s"},
    {"overlay", "overlay", Kind::kExact, kOverlay},
    {"pi", "pi", Kind::kNullary, ""},
    {"position", "strpos", Kind::kClasses, "s,s"},
    {"pow", "power", Kind::kExact, "Int64,Int64;Float64,Float64"},
    {"power", "power", Kind::kExact, "Int64,Int64;Float64,Float64"},
    {"radians", "radians", Kind::kUniform, kReal},
    {"random", "random", Kind::kNullary, ""},
    {"repeat", "repeat", Kind::kClasses, "s,i"},
    {"replace", "replace", Kind::kClasses, "s,s,s"},
    {"reverse", "reverse", Kind::kUniform, "1:Utf8View/Utf8/LargeUtf8"},
    {"right", "right", Kind::kExact, kTextAndNumber},
    {"round", "round", Kind::kExact, "Float64,Int64;Float32,Int64;Float64;Float32"},
    {"rpad", "rpad", Kind::kExact, kPadding},
    {"rtrim", "rtrim", Kind::kClasses, "s,s;s"},
    {"sha224", "sha224", Kind::kClasses, "b;c"},
    {"sha256", "sha256", Kind::kClasses, "b;c"},
    {"sha384", "sha384", Kind::kClasses, "b;c"},
    {"sha512", "sha512", Kind::kClasses, "b;c"},
    {"signum", "signum", Kind::kUniform, kReal},
    {"sin", "sin", Kind::kUniform, kReal},
    {"sinh", "sinh", Kind::kUniform, kReal},
    {"split_part", "split_part", Kind::kExact, kSplitPart},
    {"sqrt", "sqrt", Kind::kUniform, kReal},
    {"starts_with", "starts_with", Kind::kClasses, "s,s"},
    {"strpos", "strpos", Kind::kClasses, "s,s"},
    {"substr", "substr", Kind::kSubstring, ""},
    {"substr_index", "substr_index", Kind::kExact, kTextPairAndNumber},
    {"substring", "substr", Kind::kSubstring, ""},
    {"substring_index", "substr_index", Kind::kExact, kTextPairAndNumber},
    {"tan", "tan", Kind::kUniform, kReal},
    {"tanh", "tanh", Kind::kUniform, kReal},
    {"to_hex", "to_hex", Kind::kExact, "Int8;Int16;Int32;Int64;UInt8;UInt16;UInt32;UInt64"},
    {"today", "current_date", Kind::kNullary, ""},
    {"translate", "translate", Kind::kExact, "Utf8View,Utf8,Utf8;Utf8,Utf8,Utf8"},
    {"trim", "btrim", Kind::kClasses, "s,s;s"},
    {"trunc", "trunc", Kind::kExact, "Float32,Int64;Float64,Int64;Float64;Float32"},
    {"union_extract", "union_extract", Kind::kAny, "2"},
    {"union_tag", "union_tag", Kind::kAny, "1"},
    {"upper", "upper", Kind::kClasses, "s"},
    {"uuid", "uuid", Kind::kExact, ""},
    {"version", "version", Kind::kExact, ""},
};
// clang-format on

}  // namespace

const Signature* FindSignature(const std::string& name) {
  const auto* const found = std::lower_bound(
      std::begin(kSignatures), std::end(kSignatures), name,
      [](const Signature& entry, const std::string& key) { return entry.name < key; });
  return found != std::end(kSignatures) && found->name == name ? found : nullptr;
}

}  // namespace influxdb3::query::sql
