"""Queries while rows cannot be brought into files."""

HOOKS = {"INFLUXDB3_TEST_HOOKS": "1"}


def test_rows_of_a_key_are_one_while_a_snapshot_fails(make_server):
    """Chunks on their way into files stay where they are; later rows lie beside them."""
    server = make_server(environment=HOOKS).start()
    server.must_write("foo", "m,host=a f=1,s=\"old\" 1000000000000000001", precision="nanosecond")
    blocked = server.data_dir / server.node_id / "dbs"
    blocked.write_bytes(b"")  # no file can be made below it
    assert server.request("POST", "/debug/store_all", b"").status != 204
    server.must_write("foo", "m,host=a f=2 1000000000000000001\n"
                             "m,host=b f=3 1000000000000000000", precision="nanosecond")
    expected = [{"host": "b", "f": 3.0}, {"host": "a", "f": 2.0, "s": "old"}]
    query = "SELECT host, f, s FROM m ORDER BY time"
    assert server.rows("foo", query) == expected
    assert server.rows("foo", "SELECT count(*) AS n FROM m") == [{"n": 2}]
    blocked.unlink()
    assert server.request("POST", "/debug/store_all", b"").status == 204
    assert server.rows("foo", query) == expected
