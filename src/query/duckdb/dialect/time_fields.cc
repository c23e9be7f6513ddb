#include "query/duckdb/dialect/time_fields.h"

#include "query/duckdb/dialect/civil_time.h"

namespace influxdb3::query::sql {
namespace {

using Found = FoundFields;
using Number = std::optional<int64_t>;

int64_t WeekdayOf(int64_t days) {
  return FloorModulo(days + 3, 7);
}

Problem YearOf(const Number& year, const Number& century, const Number& short_year, Number* out) {
  if (year.has_value()) {
    const bool parts = century.has_value() || short_year.has_value();
    if (parts && *year < 0) return kImpossible;
    if ((century.has_value() && *century != *year / 100) ||
        (short_year.has_value() && *short_year != *year % 100)) {
      return kImpossible;
    }
    *out = year;
  } else if (short_year.has_value()) {
    *out = century.has_value() ? *century * 100 + *short_year
                               : *short_year + (*short_year < 70 ? 2000 : 1900);
  } else if (century.has_value()) {
    return kNotEnough;
  }
  return nullptr;
}

Problem IsoDay(int64_t year, int64_t week, int64_t weekday, int64_t* days) {
  const int64_t fourth = DaysFromCivil(year, 1, 4);
  const int64_t first = fourth - WeekdayOf(fourth);
  const int64_t next = DaysFromCivil(year + 1, 1, 4);
  if (first + (week - 1) * 7 >= next - WeekdayOf(next)) return kOutOfRange;
  *days = first + (week - 1) * 7 + weekday;
  return nullptr;
}

/// The day of a week that begins with the first Sunday or Monday of the year.
Problem WeekDay(int64_t year, int64_t week, int64_t weekday, int64_t first_day, int64_t* days) {
  const int64_t january = DaysFromCivil(year, 1, 1);
  const int64_t first_week = january + FloorModulo(first_day - WeekdayOf(january), 7);
  *days = first_week + (week - 1) * 7 + FloorModulo(weekday - first_day, 7);
  if (*days < january || CivilFromDays(*days).year != year) return kOutOfRange;
  return nullptr;
}

Problem DayOf(const Found& found, int64_t* days) {
  constexpr int64_t kYearMax = 262'142;
  Number year;
  Number iso_year;
  if (Problem problem = YearOf(found.year, found.century, found.short_year, &year)) return problem;
  if (Problem problem =
          YearOf(found.iso_year, found.iso_century, found.iso_short_year, &iso_year)) {
    return problem;
  }
  if (year.has_value() && (*year > kYearMax || *year < -kYearMax)) return kOutOfRange;
  Problem problem = nullptr;
  if (year.has_value() && found.month.has_value() && found.day.has_value()) {
    const auto month = static_cast<int32_t>(*found.month);
    if (*found.day > DaysInMonth(*year, month)) return kOutOfRange;
    *days = DaysFromCivil(*year, month, static_cast<int32_t>(*found.day));
  } else if (year.has_value() && found.yearday.has_value()) {
    if (*found.yearday > (IsLeapYear(*year) ? 366 : 365)) return kOutOfRange;
    *days = DaysFromCivil(*year, 1, 1) + *found.yearday - 1;
  } else if (year.has_value() && found.sunday_week.has_value() && found.weekday.has_value()) {
    problem = WeekDay(*year, *found.sunday_week, *found.weekday, 6, days);
  } else if (year.has_value() && found.monday_week.has_value() && found.weekday.has_value()) {
    problem = WeekDay(*year, *found.monday_week, *found.weekday, 0, days);
  } else if (iso_year.has_value() && found.iso_week.has_value() && found.weekday.has_value()) {
    problem = IsoDay(*iso_year, *found.iso_week, *found.weekday, days);
  } else {
    return kNotEnough;
  }
  if (problem != nullptr) return problem;
  const CivilDay civil = CivilFromDays(*days);
  const bool agrees = (!found.weekday || *found.weekday == WeekdayOf(*days)) &&
                      (!found.month || *found.month == civil.month) &&
                      (!found.day || *found.day == civil.day) &&
                      (!found.quarter || *found.quarter == (civil.month + 2) / 3);
  return agrees ? nullptr : kImpossible;
}

/// Seconds of the day, and the nanoseconds behind them.
Problem ClockOf(const Found& found, Moment* clock) {
  if (!found.half || !found.hour12 || !found.minute) return kNotEnough;
  if (found.nanos && !found.second) return kNotEnough;
  clock->seconds =
      (*found.half * 12 + *found.hour12) * 3600 + *found.minute * 60 + found.second.value_or(0);
  clock->nanos = found.nanos.value_or(0);
  return nullptr;
}

}  // namespace

Problem SetField(std::optional<int64_t>* field, int64_t value, int64_t least, int64_t most) {
  if (value < least || value > most) return kOutOfRange;
  if (field->has_value() && **field != value) return kImpossible;
  *field = value;
  return nullptr;
}

Problem MomentOf(const FoundFields& found, Moment* moment) {
  int64_t days = 0;
  Moment clock;
  const Problem day_problem = DayOf(found, &days);
  if (day_problem == nullptr && ClockOf(found, &clock) == nullptr) {
    *moment = {days * kSecondsPerDay + clock.seconds - found.offset.value_or(0), clock.nanos};
    return nullptr;
  }
  if (found.epoch.has_value()) {
    *moment = {*found.epoch, found.nanos.value_or(0)};
    return nullptr;
  }
  *moment = {days * kSecondsPerDay, 0};
  return day_problem;
}

}  // namespace influxdb3::query::sql
