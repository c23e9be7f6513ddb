"""Computes the figures that test/sql/data/*.test expects of the files in test/data, from their text
alone: python expected_aggregates.py [weather|bitcoin|wind]

The parser is for these files only: no strings, no escapes but `\\ `, every line has a timestamp."""

import collections
import datetime
import fractions
import pathlib
import re
import sys

DATA = pathlib.Path(__file__).resolve().parent.parent.parent / "data"


def read(name: str, unit_ns: int):
    """Rows as (tags, fields, nanoseconds); the last value of a field wins for equal tags and time."""
    rows = {}
    for line in (DATA / name).read_text(encoding="utf-8").splitlines():
        if not line.strip():
            continue
        head, fields, stamp = re.split(r"(?<!\\) ", line)
        tags = tuple(part.replace("\\ ", " ").split("=", 1) for part in head.split(",")[1:])
        key = (tuple(map(tuple, tags)), int(stamp) * unit_ns)
        values = rows.setdefault(key, {})
        for part in fields.split(","):
            field, _, text = part.partition("=")
            values[field] = int(text[:-1]) if text.endswith("i") else fractions.Fraction(text)
    return [(dict(tags), values, time) for (tags, time), values in rows.items()]


def text(value) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, fractions.Fraction):
        return repr(float(value))
    return str(value)


def when(time_ns: int) -> str:
    moment = datetime.datetime(1970, 1, 1) + datetime.timedelta(seconds=time_ns // 10**9)
    return moment.isoformat()


def table(title: str, names: list[str], lines):
    print(f"-- {title}")
    print("\t".join(names))
    for line in lines:
        print("\t".join(text(v) if not isinstance(v, str) else v for v in line))
    print()


def grouped(rows, key, aggregate):
    groups = collections.defaultdict(list)
    for row in rows:
        groups[key(row)].append(row)
    return [(*k, *aggregate(groups[k])) for k in sorted(groups)]


def present(rows, field):
    return [values[field] for _, values, _ in rows if field in values]


def mean(values):
    return fractions.Fraction(sum(values), 1) / len(values) if values else None


def summary(rows, field):
    values = present(rows, field)
    return len(values), min(values), max(values), sum(values), mean(values)


def weather():
    rows = read("bay-area-weather.lp", 1)
    times = [t for _, _, t in rows]
    table("count, first, last", ["n", "first", "last"],
          [(len(rows), when(min(times)), when(max(times)))])
    for field in ("temp_avg", "wind_avg", "precip"):
        table(f"{field} by location", ["location", "n", "min", "max", "sum", "avg"],
              grouped(rows, lambda r: (r[0]["location"],), lambda g: summary(g, field)))
    table("rows without precip", ["n"], [(sum("precip" not in v for _, v, _ in rows),)])
    table("Concord by year", ["year", "max", "min", "rain"],
          grouped([r for r in rows if r[0]["location"] == "Concord"],
                  lambda r: (when(r[2])[:4],),
                  lambda g: (max(present(g, "temp_max")), min(present(g, "temp_min")),
                             sum(present(g, "precip")))))
    table("days with wind above 10 by location", ["location", "n"],
          grouped([r for r in rows if r[1].get("wind_avg", 0) > 10],
                  lambda r: (r[0]["location"],), lambda g: (len(g),)))
    table("hottest days", ["time", "location", "temp_max"],
          sorted(((when(t), tags["location"], v["temp_max"]) for tags, v, t in rows
                  if "temp_max" in v), key=lambda r: (-r[2], r[1], r[0]))[:5])
    table("by 30 day bins of San Francisco, first three", ["bin", "n", "avg"],
          grouped([r for r in rows if r[0]["location"] == "San Francisco"],
                  lambda r: (when(r[2] // (30 * 86400 * 10**9) * (30 * 86400 * 10**9)),),
                  lambda g: (len(g), mean(present(g, "temp_avg"))))[:3])


def bitcoin():
    rows = read("bitcoin.lp", 1)
    times = [t for _, _, t in rows]
    table("count, first, last", ["n", "first", "last"],
          [(len(rows), when(min(times)), when(max(times)))])
    table("price by code", ["code", "n", "min", "max", "sum", "avg"],
          grouped(rows, lambda r: (r[0]["code"],), lambda g: summary(g, "price")))
    table("by day, USD, first five", ["day", "n", "max", "avg"],
          grouped([r for r in rows if r[0]["code"] == "USD"], lambda r: (when(r[2])[:10],),
                  lambda g: (len(g), max(present(g, "price")), mean(present(g, "price"))))[:5])
    table("last price by code", ["code", "time", "price"],
          grouped(rows, lambda r: (r[0]["code"],),
                  lambda g: (lambda last: (when(last[2]), last[1]["price"]))(
                      max(g, key=lambda r: r[2]))))
    table("tags", ["code", "description", "symbol"],
          sorted({(r[0]["code"], r[0]["description"], r[0]["symbol"]) for r in rows}))
    table("USD above 30000", ["n"],
          [(sum(r[0]["code"] == "USD" and r[1]["price"] > 30000 for r in rows),)])
    table("hours with the most rows", ["hour", "n"],
          sorted(grouped(rows, lambda r: (when(r[2])[:13] + ":00:00",), lambda g: (len(g),)),
                 key=lambda r: (-r[1], r[0]))[:3])


def wind():
    rows = read("eu-wind-data.lp", 10**9)
    times = [t for _, _, t in rows]
    table("count, first, last", ["n", "first", "last"],
          [(len(rows), when(min(times)), when(max(times)))])
    table("speed by country", ["country", "n", "min", "max", "sum", "avg"],
          grouped(rows, lambda r: (r[0]["country"],), lambda g: summary(g, "wind_speed")))
    table("direction by city", ["city", "n", "min", "max", "sum", "avg"],
          grouped(rows, lambda r: (r[0]["city"],), lambda g: summary(g, "wind_direction")))
    table("direction integer division by 90, counted", ["quadrant", "n"],
          grouped(rows, lambda r: (str(r[1]["wind_direction"] // 90),), lambda g: (len(g),)))
    table("Berlin by day, first three", ["day", "n", "max"],
          grouped([r for r in rows if r[0]["city"] == "Berlin"], lambda r: (when(r[2])[:10],),
                  lambda g: (len(g), max(present(g, "wind_speed"))))[:3])
    table("counties", ["country", "cities"],
          grouped(rows, lambda r: (r[0]["country"],),
                  lambda g: (len({r[0]["city"] for r in g}),)))
    table("calm hours", ["n"], [(sum(r[1]["wind_speed"] < 1 for r in rows),)])
    table("missing tags", ["n"],
          [(sum(set(r[0]) != {"country", "county", "city"} for r in rows),)])


if __name__ == "__main__":
    for name in sys.argv[1:] or ["weather", "bitcoin", "wind"]:
        print(f"== {name}")
        {"weather": weather, "bitcoin": bitcoin, "wind": wind}[name]()
