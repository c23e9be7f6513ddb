#include <algorithm>
#include <exception>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>

#include "arrow/vendored/datetime/tz.h"

#include "query/format/posix_zone.h"
#include "query/format/time_text.h"

namespace influxdb3::query {
namespace {

namespace date = arrow_vendored::date;

class FixedZone : public TimeZone {
 public:
  explicit FixedZone(int64_t offset_seconds) : offset_seconds_(offset_seconds) {}
  int64_t OffsetSeconds(int64_t /*unix_seconds*/) const override { return offset_seconds_; }

 private:
  int64_t offset_seconds_;
};

/// Files of the zone database list no changes after 2037; the rule they end with goes on. The
/// reference's own table goes on until the end of 2099 and knows no change after that.
constexpr int64_t kTableEnd = 4'102'444'800;  // 2100-01-01

/// The rule at the end of the zone's file; nothing when there is no such file or rule.
std::optional<PosixZone> RuleOf(const std::string& name) {
  std::ifstream file("/usr/share/zoneinfo/" + name, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  if (text.size() < 2 || text.back() != '\n') return std::nullopt;
  text.pop_back();
  const size_t line = text.rfind('\n');
  if (line == std::string::npos) return std::nullopt;
  return PosixZone::Parse(std::string_view(text).substr(line + 1));
}

/// Remembers the last stretch without a change of offset: neighbouring rows nearly always share it.
class NamedZone : public TimeZone {
 public:
  NamedZone(const date::time_zone* zone, std::optional<PosixZone> rule)
      : zone_(zone), rule_(rule) {}
  int64_t OffsetSeconds(int64_t unix_seconds) const override {
    if (unix_seconds < begin_ || unix_seconds >= end_) Find(unix_seconds);
    return offset_seconds_;
  }

 private:
  void Find(int64_t unix_seconds) const {
    const date::sys_seconds moment{std::chrono::seconds(unix_seconds)};
    const date::sys_info info = zone_->get_info(moment);
    begin_ = info.begin.time_since_epoch().count();
    end_ = info.end.time_since_epoch().count();
    offset_seconds_ = info.offset.count();
    if (end_ <= kTableEnd || !rule_.has_value() || !rule_->has_summer_time()) return;
    const PosixZone::Stretch stretch = rule_->At(std::min(unix_seconds, kTableEnd - 1));
    begin_ = std::max(begin_, stretch.begin);
    end_ = stretch.end > kTableEnd ? end_ : stretch.end;
    offset_seconds_ = stretch.offset;
  }

  const date::time_zone* zone_;
  std::optional<PosixZone> rule_;
  mutable int64_t begin_ = 0;
  mutable int64_t end_ = 0;
  mutable int64_t offset_seconds_ = 0;
};

bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}

/// `+HH:MM`, `-HHMM` or `+HH`.
bool ParseOffset(std::string_view text, int64_t* offset_seconds) {
  if (text.size() < 3 || (text[0] != '+' && text[0] != '-')) return false;
  std::string digits;
  for (const char c : text.substr(1)) {
    if (c == ':' && digits.size() == 2) continue;
    if (!IsDigit(c)) return false;
    digits += c;
  }
  if (digits.size() == 2) digits += "00";
  if (digits.size() != 4) return false;
  const int number = std::stoi(digits);
  if (number / 100 > 23 || number % 100 > 59) return false;
  *offset_seconds = (int64_t{number} / 100 * 60 + number % 100) * 60;
  if (text[0] == '-') *offset_seconds = -*offset_seconds;
  return true;
}

}  // namespace

util::Result<std::shared_ptr<const TimeZone>> TimeZone::Find(std::string_view name) {
  int64_t offset_seconds = 0;
  if (name == "UTC" || name == "Z" || ParseOffset(name, &offset_seconds)) {
    return std::shared_ptr<const TimeZone>(std::make_shared<FixedZone>(offset_seconds));
  }
  try {
    const date::time_zone* zone = date::locate_zone(name);
    return std::shared_ptr<const TimeZone>(std::make_shared<NamedZone>(zone, RuleOf(zone->name())));
  } catch (const std::exception&) {
    return util::Status::InvalidArgument("Parser error: Invalid timezone \"" + std::string(name) +
                                         "\": failed to parse timezone");
  }
}

}  // namespace influxdb3::query
