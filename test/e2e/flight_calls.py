"""Arrow Flight calls as the official clients make them."""

import json

from pyarrow import flight


def connect(server) -> flight.FlightClient:
    return flight.connect(f"grpc+tcp://{server.address}")


def ticket(database: str, sql: str, **more) -> flight.Ticket:
    return flight.Ticket(json.dumps({"database": database, "sql_query": sql, "query_type": "sql",
                                     **more}).encode())


def get(client: flight.FlightClient, database: str, sql: str, params=None, **options):
    """The whole result as a table."""
    more = {} if params is None else {"params": params}
    call = flight.FlightCallOptions(**options)
    return client.do_get(ticket(database, sql, **more), call).read_all()
