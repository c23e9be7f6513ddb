#include <exception>
#include <string>

#include "arrow/vendored/datetime/tz.h"

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

/// Remembers the last stretch without a change of offset: neighbouring rows nearly always share it.
class NamedZone : public TimeZone {
 public:
  explicit NamedZone(const date::time_zone* zone) : zone_(zone) {}
  int64_t OffsetSeconds(int64_t unix_seconds) const override {
    if (unix_seconds < begin_ || unix_seconds >= end_) {
      const date::sys_seconds moment{std::chrono::seconds(unix_seconds)};
      const date::sys_info info = zone_->get_info(moment);
      begin_ = info.begin.time_since_epoch().count();
      end_ = info.end.time_since_epoch().count();
      offset_seconds_ = info.offset.count();
    }
    return offset_seconds_;
  }

 private:
  const date::time_zone* zone_;
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
    return std::shared_ptr<const TimeZone>(std::make_shared<NamedZone>(date::locate_zone(name)));
  } catch (const std::exception&) {
    return util::Status::InvalidArgument("Parser error: Invalid timezone \"" + std::string(name) +
                                         "\": failed to parse timezone");
  }
}

}  // namespace influxdb3::query
