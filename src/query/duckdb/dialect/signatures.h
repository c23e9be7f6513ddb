#pragma once

#include <string>
#include <vector>

namespace influxdb3::query::sql {

/// How a function of the reference says what arguments it takes. The kinds differ in what they
/// convert and in the words they refuse with.
enum class SignatureKind {
  kUniform,     ///< `count:A/B`: so many arguments, all of the first type they convert to
  kExact,       ///< `A,B;C`: alternatives, each a type per argument
  kNumeric,     ///< one number, of whatever type
  kClasses,     ///< `s,i;s`: alternatives, each a letter per argument (see signatures.cc)
  kVariadic,    ///< any number of texts, at least one
  kAny,         ///< `count`: so many arguments of any type
  kNullary,     ///< none
  kSubstring,   ///< text and positions
  kEncoding,    ///< text or bytes, and a method
  kComparable,  ///< two that have a common type
  kCommon,      ///< at least one, all with a common type
};

struct Signature {
  const char* name;   ///< as users write it
  const char* shown;  ///< what the reference calls it in errors
  SignatureKind kind;
  const char* types;
};

/// The signature of a function, or null when its arguments are not checked here.
const Signature* FindSignature(const std::string& name);

/// What the arguments of these types become, as type texts. An error is what the reference says,
/// without its prefix; then nothing is added to `targets`. Types without a text of their own
/// (kComparable, kCommon) are left as they are; only their number is checked.
std::string MatchSignature(const Signature& signature, const std::vector<std::string>& arguments,
                           std::vector<std::string>* targets);

/// `reason`, followed by the call and what the function takes.
std::string NoMatchText(const Signature& signature, const std::vector<std::string>& arguments,
                        const std::string& reason);

/// What the reference adds to errors it takes for its own.
extern const char* const kBugReport;

}  // namespace influxdb3::query::sql
