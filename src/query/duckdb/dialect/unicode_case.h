#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace influxdb3::query::sql {

// Upper and lower case of UTF-8 texts by all of Unicode's rules that hang on no language: some
// letters become two ("ß" is "SS" in upper case), a sigma at the end of a word has a form of its
// own in lower case.

/// Adds the bytes of a code point, which must be one that texts may hold.
void AppendCodePoint(std::string& text, uint32_t code_point);

std::string UpperCase(std::string_view text);
std::string LowerCase(std::string_view text);
/// Every letter or digit that follows none in upper case, all others in lower case; each character
/// by itself.
std::string CapitalizedWords(std::string_view text);

}  // namespace influxdb3::query::sql
