#include "query/duckdb/dialect/unicode_case.h"

#include <algorithm>
#include <cstdint>

#include "query/duckdb/dialect/unicode_tables.h"

namespace influxdb3::query::sql {
namespace {

constexpr uint32_t kSigma = 0x3A3;
constexpr uint32_t kFinalSigma = 0x3C2;
constexpr uint32_t kDottedCapitalI = 0x130;
constexpr uint32_t kDotAbove = 0x307;

/// The code point that starts at `*at`, which moves behind it. Texts are valid UTF-8.
uint32_t Next(std::string_view text, size_t* at) {
  const auto byte = [&](size_t index) {
    return index < text.size() ? static_cast<uint32_t>(static_cast<unsigned char>(text[index])) : 0;
  };
  const uint32_t first = byte(*at);
  if (first < 0x80) {
    ++*at;
    return first;
  }
  const size_t length = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  uint32_t code_point = first & (0xFFU >> (length + 1));
  for (size_t i = 1; i < length; ++i) code_point = (code_point << 6) | (byte(*at + i) & 0x3F);
  *at = std::min(text.size(), *at + length);
  return code_point;
}

/// The last entry that starts at or before the code point, or null.
template <class T>
const T* EntryBefore(const UnicodeTable<T>& table, uint32_t code_point) {
  const T* const end = table.begin + table.size;
  const T* const after = std::upper_bound(
      table.begin, end, code_point, [](uint32_t key, const T& entry) { return key < entry.first; });
  return after == table.begin ? nullptr : after - 1;
}

bool Contains(const UnicodeTable<CodePointStretch>& table, uint32_t code_point) {
  const CodePointStretch* entry = EntryBefore(table, code_point);
  return entry != nullptr && code_point <= entry->last;
}

uint32_t Mapped(const UnicodeTable<CaseStretch>& table, uint32_t code_point) {
  const CaseStretch* entry = EntryBefore(table, code_point);
  if (entry == nullptr || code_point > entry->last ||
      (code_point - entry->first) % entry->step != 0) {
    return code_point;
  }
  return static_cast<uint32_t>(static_cast<int64_t>(code_point) + entry->delta);
}

bool IsAsciiUpper(uint32_t c) {
  return c >= 'A' && c <= 'Z';
}
bool IsAsciiLower(uint32_t c) {
  return c >= 'a' && c <= 'z';
}

void AppendUpper(std::string& text, uint32_t code_point) {
  if (code_point < 0x80) {
    text += static_cast<char>(IsAsciiLower(code_point) ? code_point - 32 : code_point);
    return;
  }
  const UnicodeTable<ExpandingCase> expanding = ExpandingUpperCaseTable();
  const ExpandingCase* const end = expanding.begin + expanding.size;
  const ExpandingCase* const found = std::lower_bound(
      expanding.begin, end, code_point,
      [](const ExpandingCase& entry, uint32_t key) { return entry.code_point < key; });
  if (found == end || found->code_point != code_point) {
    AppendCodePoint(text, Mapped(UpperCaseTable(), code_point));
    return;
  }
  for (const uint32_t each : found->upper) {
    if (each != 0) AppendCodePoint(text, each);
  }
}

void AppendLower(std::string& text, uint32_t code_point) {
  if (code_point < 0x80) {
    text += static_cast<char>(IsAsciiUpper(code_point) ? code_point + 32 : code_point);
  } else if (code_point == kDottedCapitalI) {
    text += 'i';
    AppendCodePoint(text, kDotAbove);
  } else {
    AppendCodePoint(text, Mapped(LowerCaseTable(), code_point));
  }
}

bool IsCased(uint32_t code_point) {
  if (code_point < 0x80) return IsAsciiLower(code_point) || IsAsciiUpper(code_point);
  return Contains(CasedTable(), code_point);
}

bool IsIgnorable(uint32_t code_point) {
  if (code_point < 0x80) {
    return std::string_view("'.:^`").find(static_cast<char>(code_point)) != std::string_view::npos;
  }
  return Contains(CaseIgnorableTable(), code_point);
}

/// Whether a letter comes next, apart from what is ignorable.
bool LetterFollows(std::string_view text, size_t at) {
  while (at < text.size()) {
    const uint32_t code_point = Next(text, &at);
    if (!IsIgnorable(code_point)) return IsCased(code_point);
  }
  return false;
}

bool IsAlphanumeric(uint32_t c) {
  if (c >= 0x80) return Contains(AlphanumericTable(), c);
  return IsAsciiLower(c) || IsAsciiUpper(c) || (c >= '0' && c <= '9');
}

}  // namespace

void AppendCodePoint(std::string& text, uint32_t code_point) {
  const auto add = [&](uint32_t byte) { text += static_cast<char>(byte); };
  if (code_point < 0x80) {
    add(code_point);
  } else if (code_point < 0x800) {
    add(0xC0 | code_point >> 6);
    add(0x80 | (code_point & 0x3F));
  } else if (code_point < 0x10000) {
    add(0xE0 | code_point >> 12);
    add(0x80 | (code_point >> 6 & 0x3F));
    add(0x80 | (code_point & 0x3F));
  } else {
    add(0xF0 | code_point >> 18);
    add(0x80 | (code_point >> 12 & 0x3F));
    add(0x80 | (code_point >> 6 & 0x3F));
    add(0x80 | (code_point & 0x3F));
  }
}

std::string UpperCase(std::string_view text) {
  std::string upper;
  upper.reserve(text.size());
  for (size_t at = 0; at < text.size();) AppendUpper(upper, Next(text, &at));
  return upper;
}

std::string LowerCase(std::string_view text) {
  std::string lower;
  lower.reserve(text.size());
  bool after_letter = false;  // apart from what is ignorable
  for (size_t at = 0; at < text.size();) {
    const uint32_t code_point = Next(text, &at);
    if (code_point == kSigma && after_letter && !LetterFollows(text, at)) {
      AppendCodePoint(lower, kFinalSigma);
    } else {
      AppendLower(lower, code_point);
    }
    if (!IsIgnorable(code_point)) after_letter = IsCased(code_point);
  }
  return lower;
}

std::string CapitalizedWords(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  bool inside = false;
  for (size_t at = 0; at < text.size();) {
    const uint32_t code_point = Next(text, &at);
    if (inside) {
      AppendLower(result, code_point);
    } else {
      AppendUpper(result, code_point);
    }
    inside = IsAlphanumeric(code_point);
  }
  return result;
}

}  // namespace influxdb3::query::sql
