// Prints docs/sql_examples.md.
#include <cstdio>

#include "query/duckdb/dialect/page/sql_page.h"

int main() {
  const std::string page = influxdb3::query::sql::SqlPage();
  return std::fwrite(page.data(), 1, page.size(), stdout) == page.size() ? 0 : 1;
}
