"""Random queries that three engines understand alike: ours, plain DuckDB and DataFusion.

Expressions are trees of templates; `{bin:...}` and the like are written in each engine's own way. What the
engines define differently (division by zero, casts of fractions, order of NULLs left open) is not made."""

import dataclasses
import random

ENGINES = ("ours", "duckdb", "datafusion")
SECOND_NS = 10**9
STRIDES_NS = (7, 1_000, 250_000_000, 60 * SECOND_NS, 3600 * SECOND_NS, 86_400 * SECOND_NS)


@dataclasses.dataclass(frozen=True)
class Sql:
    """One text per engine."""
    ours: str
    duckdb: str
    datafusion: str

    @staticmethod
    def same(text: str) -> "Sql":
        return Sql(text, text, text)

    def of(self, engine: str) -> str:
        return getattr(self, engine)


def join(template: str, *parts: Sql) -> Sql:
    """`template.format(...)` for each engine."""
    return Sql(*(template.format(*(part.of(engine) for part in parts)) for engine in ENGINES))


def date_bin(stride_ns: int, time: Sql) -> Sql:
    text = f"date_bin(INTERVAL '{stride_ns} nanoseconds', {time.ours})"
    # DuckDB has no bins of nanoseconds; its remainder has the sign of the dividend.
    nanos = f"epoch_ns({time.duckdb})"
    floor = f"({nanos} - (({nanos} % {stride_ns}) + {stride_ns}) % {stride_ns})"
    return Sql(text, f"make_timestamp_ns({floor})", text)


class Generator:
    def __init__(self, seed: int):
        self.random = random.Random(seed)

    def pick(self, *options):
        return self.random.choice(options)

    # Expressions by type. `depth` bounds the tree.

    def integer(self, depth: int = 2) -> Sql:
        if depth == 0 or self.random.random() < 0.3:
            return Sql.same(self.pick("i", "i", "j", str(self.random.randint(-9, 99))))
        form = self.random.randrange(9)
        if form < 3:
            return join("({0} " + self.pick("+", "-", "*") + " {1})", self.integer(depth - 1),
                        self.integer(depth - 1))
        if form == 3:
            inner = self.integer(depth - 1)
            divisor = self.pick("3", "7", "-4")
            return Sql(f"({inner.ours} / {divisor})", f"({inner.duckdb} // {divisor})",
                       f"({inner.datafusion} / {divisor})")
        if form == 4:
            return join("({0} % " + self.pick("3", "10", "-4") + ")", self.integer(depth - 1))
        if form == 5:
            return join("abs({0})", self.integer(depth - 1))
        if form == 6:
            return join("coalesce({0}, {1})", self.integer(depth - 1), self.integer(depth - 1))
        if form == 7:
            return join("CASE WHEN {0} THEN {1} ELSE {2} END", self.condition(depth - 1),
                        self.integer(depth - 1), self.integer(depth - 1))
        # Lengths are 32 bits wide in one engine, so they are widened in all.
        return join("CAST(character_length({0}) AS BIGINT)", self.text(depth - 1))

    def real(self, depth: int = 2) -> Sql:
        if depth == 0 or self.random.random() < 0.3:
            number = self.pick("0.5", "2.25", "100.0")
            literal = Sql(number, f"{number}::DOUBLE", number)
            return self.pick(Sql.same("f"), Sql.same("f"), literal)
        form = self.random.randrange(6)
        # Adding zero makes a negative zero, which DataFusion sorts apart, a plain one.
        if form < 2:
            return join("({0} " + self.pick("+", "-", "*") + " {1} + 0.0)", self.real(depth - 1),
                        self.real(depth - 1))
        if form == 2:
            return join("({0} + CAST({1} AS DOUBLE))", self.real(depth - 1), self.integer(depth - 1))
        if form == 3:
            return join("(" + self.pick("abs", "floor", "ceil") + "({0}) + 0.0)",
                        self.real(depth - 1))
        if form == 4:
            return join("nullif({0}, {1})", self.real(depth - 1), self.real(depth - 1))
        return join("greatest({0}, {1})", self.real(depth - 1), self.real(depth - 1))

    def text(self, depth: int = 2) -> Sql:
        if depth == 0 or self.random.random() < 0.4:
            return Sql.same(self.pick("s", "host", "region", "'Ä b'"))
        form = self.random.randrange(6)
        inner = self.text(depth - 1)
        if form == 0:
            return join(self.pick("upper", "lower", "reverse") + "({0})", inner)
        if form == 1:
            return join("({0} || {1})", inner, self.text(depth - 1))
        if form == 2:
            start = self.random.randint(1, 4)
            return join(f"substr({{0}}, {start}, {self.random.randint(0, 3)})", inner)
        if form == 3:
            return join("replace({0}, 'a', 'zz')", inner)
        if form == 4:
            return join("concat({0}, '-', {1})", inner, self.text(depth - 1))
        return join("coalesce({0}, {1})", inner, self.text(depth - 1))

    def time(self) -> Sql:
        stride = self.random.choice(STRIDES_NS)
        return self.pick(Sql.same("time"), date_bin(stride, Sql.same("time")))

    def value(self, depth: int = 2) -> Sql:
        return self.pick(self.integer, self.real, self.text, lambda _: self.time(),
                         self.condition)(depth)

    def condition(self, depth: int = 2) -> Sql:
        if depth == 0:
            return Sql.same(self.pick("ok", "i > 3", "f < 0.5", "host = 'a'", "s IS NULL"))
        form = self.random.randrange(9)
        compare = self.pick("=", "!=", "<", "<=", ">", ">=")
        if form == 0:
            return join("({0} " + compare + " {1})", self.integer(depth - 1), self.integer(depth - 1))
        if form == 1:
            return join("({0} " + compare + " {1})", self.text(depth - 1), self.text(depth - 1))
        if form == 2:
            return join("({0} " + compare + " {1})", self.real(depth - 1), self.real(depth - 1))
        if form == 3:
            return Sql.same(f"(time {compare} '{self.instant()}')")
        if form == 4:
            return join("({0} " + self.pick("AND", "OR") + " {1})", self.condition(depth - 1),
                        self.condition(depth - 1))
        if form == 5:
            return join("(NOT {0})", self.condition(depth - 1))
        if form == 6:
            return join("({0} IS " + self.pick("NULL", "NOT NULL") + ")", self.value(depth - 1))
        if form == 7:
            return join("({0} " + self.pick("IN", "NOT IN") + " ('a', 'Ä b', 'zz', ''))",
                        self.text(depth - 1))
        return join("({0} " + self.pick("LIKE", "NOT LIKE") + " '" + self.pick("%a%", "_", "z%", "%")
                    + "')", self.text(depth - 1))

    def instant(self) -> str:
        day = self.pick("1969-12-31", "1970-01-01", "1970-01-02")
        clock = f"{self.random.randrange(24):02}:{self.random.randrange(60):02}:00"
        return f"{day}T{clock}.{self.random.randrange(10**9):09}"

    def aggregate(self) -> Sql:
        form = self.random.randrange(8)
        if form == 0:
            return Sql.same("count(*)")
        if form == 1:
            return join("count({0})", self.value(1))
        if form == 2:
            return join("count(DISTINCT {0})", self.pick(self.integer, self.text)(1))
        if form == 3:
            inner = self.integer(1)
            return Sql(f"sum({inner.ours})", f"sum({inner.duckdb})::BIGINT",
                       f"sum({inner.datafusion})")
        if form == 4:
            return join(self.pick("sum", "avg", "stddev", "var_pop") + "({0})", self.real(1))
        if form == 5:
            return join(self.pick("min", "max") + "({0})",
                        self.pick(self.integer, self.real, self.text)(1))
        if form == 6:
            return Sql.same(self.pick("min(time)", "max(time)", "bool_or(ok)", "bool_and(ok)"))
        # DataFusion counts rows whose condition is NULL.
        return join("count(*) FILTER (WHERE coalesce({0}, false))", self.condition(1))

    # Statements

    def where(self) -> Sql:
        return join(" WHERE {0}", self.condition()) if self.random.random() < 0.7 else Sql.same("")

    def limit(self) -> str:
        if self.random.random() < 0.5:
            return ""
        offset = f" OFFSET {self.random.randint(0, 5)}" if self.random.random() < 0.3 else ""
        return f" LIMIT {self.random.randint(0, 20)}{offset}"

    def order(self, count: int) -> str:
        """By all of the first columns, so that only equal rows may change places."""
        places = list(range(1, count + 1))
        self.random.shuffle(places)
        terms = (f"{place} {self.pick('ASC', 'DESC')} NULLS {self.pick('FIRST', 'LAST')}"
                 for place in places)
        return " ORDER BY " + ", ".join(terms)

    def projection(self) -> Sql:
        values = [self.value() for _ in range(self.random.randint(1, 4))]
        head = "SELECT " + ("DISTINCT " if self.random.random() < 0.2 else "")
        items = ", ".join(f"{{{n}}} AS c{n}" for n in range(len(values)))
        return join(head + items + " FROM t{" + str(len(values)) + "}" + self.order(len(values))
                    + self.limit(), *values, self.where())

    def grouping(self) -> Sql:
        # No key is a constant: DataFusion leaves those out, and then groups no rows as one.
        keys = [self.pick(Sql.same("host"), Sql.same("region"), Sql.same("ok"), self.time(),
                          Sql.same("(i % 5)"), join("concat(region, {0})", self.text(1)))
                for _ in range(self.random.randint(1, 2))]
        values = keys + [self.aggregate() for _ in range(self.random.randint(1, 3))]
        items = ", ".join(f"{{{n}}} AS c{n}" for n in range(len(values)))
        groups = ", ".join(str(n + 1) for n in range(len(keys)))
        having = " HAVING count(*) > 2" if self.random.random() < 0.3 else ""
        return join("SELECT " + items + " FROM t{" + str(len(values)) + "} GROUP BY " + groups + having
                    + self.order(len(keys)) + self.limit(), *values, self.where())
