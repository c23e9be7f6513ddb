#pragma once

#include <cstddef>
#include <cstdint>

namespace influxdb3::query::sql {

/// What Unicode 17 says of code points from U+0080 on; the tables are sorted by `first`.
struct CodePointStretch {
  uint32_t first;
  uint32_t last;
};
/// Every `step`th code point of a stretch is mapped by adding `delta`.
struct CaseStretch {
  uint32_t first;
  uint32_t last;
  uint32_t step;
  int32_t delta;
};
/// One that becomes two or three in upper case; unused places are 0.
struct ExpandingCase {
  uint32_t code_point;
  uint32_t upper[3];
};

template <class T>
struct UnicodeTable {
  const T* begin;
  size_t size;
};

UnicodeTable<CaseStretch> UpperCaseTable();
UnicodeTable<CaseStretch> LowerCaseTable();
UnicodeTable<ExpandingCase> ExpandingUpperCaseTable();
/// Letters that have a case, without those that are ignorable too.
UnicodeTable<CodePointStretch> CasedTable();
/// What may stand between a letter and the end of its word: accents, joiners, apostrophes.
UnicodeTable<CodePointStretch> CaseIgnorableTable();
UnicodeTable<CodePointStretch> AlphanumericTable();

}  // namespace influxdb3::query::sql
