"""The query types of the Time Series Benchmark Suite's cpu-only set, in the server's SQL."""

import datetime
import random

START = datetime.datetime(2016, 1, 1)
METRICS = ["usage_user", "usage_system", "usage_idle", "usage_nice", "usage_iowait",
           "usage_irq", "usage_softirq", "usage_steal", "usage_guest", "usage_guest_nice"]
STEP_SECONDS = 10

# Median over HTTP on 2 cores, 1 M rows in memory, in milliseconds; None where none was set.
TARGETS_MS = {
    "single-groupby-1-1-1": 3, "single-groupby-1-1-12": 3, "single-groupby-1-8-1": 3,
    "single-groupby-5-1-1": 3, "single-groupby-5-1-12": 3, "single-groupby-5-8-1": 3,
    "cpu-max-all-1": None, "cpu-max-all-8": 8,
    "double-groupby-1": 40, "double-groupby-5": None, "double-groupby-all": 80,
    "high-cpu-1": None, "high-cpu-all": 200, "lastpoint": 8, "groupby-orderby-limit": 20,
}


def timestamp(moment):
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


class QuerySet:
    """Queries with hosts and times drawn anew each time, the same for the same seed."""

    def __init__(self, rows, hosts, seed=1):
        self.hosts = hosts
        self.span = datetime.timedelta(seconds=rows // hosts * STEP_SECONDS)
        self.random = random.Random(seed)

    def window(self, hours):
        """A condition on `time` for that many hours, somewhere in the data."""
        length = datetime.timedelta(hours=hours)
        spare = max(0, int((self.span - length).total_seconds()))
        begin = START + datetime.timedelta(seconds=self.random.randint(0, spare))
        return f"time >= '{timestamp(begin)}' AND time < '{timestamp(begin + length)}'"

    def host_condition(self, count):
        names = self.random.sample(range(self.hosts), min(count, self.hosts))
        if count == 1:
            return f"hostname = 'host_{names[0]}'"
        return "hostname IN (" + ", ".join(f"'host_{name}'" for name in names) + ")"

    def single_groupby(self, metrics, hosts, hours):
        columns = ", ".join(f"max({metric}) AS max_{metric}" for metric in METRICS[:metrics])
        return (f"SELECT date_bin(INTERVAL '1 minute', time) AS minute, {columns} FROM cpu "
                f"WHERE {self.host_condition(hosts)} AND {self.window(hours)} "
                "GROUP BY 1 ORDER BY 1")

    def cpu_max_all(self, hosts):
        columns = ", ".join(f"max({metric}) AS max_{metric}" for metric in METRICS)
        return (f"SELECT date_trunc('hour', time) AS hour, {columns} FROM cpu "
                f"WHERE {self.host_condition(hosts)} AND {self.window(8)} GROUP BY 1 ORDER BY 1")

    def double_groupby(self, metrics):
        columns = ", ".join(f"avg({metric}) AS mean_{metric}" for metric in METRICS[:metrics])
        return (f"SELECT date_trunc('hour', time) AS hour, hostname, {columns} FROM cpu "
                "GROUP BY 1, 2 ORDER BY 1, 2")

    def high_cpu(self, hosts):
        host = f" AND {self.host_condition(hosts)} AND {self.window(12)}" if hosts else ""
        return f"SELECT * FROM cpu WHERE usage_user > 90.0{host}"

    def lastpoint(self):
        columns = ", ".join(METRICS)
        return (f"SELECT hostname, time, {columns} FROM (SELECT *, row_number() OVER "
                "(PARTITION BY hostname ORDER BY time DESC) AS place FROM cpu) AS points "
                "WHERE place = 1")

    def groupby_orderby_limit(self):
        end = START + self.span * self.random.uniform(0.2, 1)
        return ("SELECT date_bin(INTERVAL '1 minute', time) AS minute, max(usage_user) AS max_user "
                f"FROM cpu WHERE time < '{timestamp(end)}' GROUP BY 1 ORDER BY 1 DESC LIMIT 5")

    def query(self, name):
        parts = name.split("-")
        if name.startswith("single-groupby"):
            return self.single_groupby(*(int(part) for part in parts[2:]))
        if name.startswith("cpu-max-all"):
            return self.cpu_max_all(int(parts[3]))
        if name.startswith("double-groupby"):
            return self.double_groupby(len(METRICS) if parts[2] == "all" else int(parts[2]))
        if name.startswith("high-cpu"):
            return self.high_cpu(0 if parts[2] == "all" else int(parts[2]))
        if name == "lastpoint":
            return self.lastpoint()
        return self.groupby_orderby_limit()
