"""The three write endpoints and the configure endpoints over HTTP."""

import gzip
import socket
import threading

import pytest

LIMIT_BYTES = 10_485_760


@pytest.mark.parametrize(("precision", "timestamp"), [
    ("auto", 1708541900), ("auto", 1708541900000), ("auto", 1708541900000000),
    ("auto", 1708541900000000000), ("second", 1708541900), ("s", 1708541900),
    ("millisecond", 1708541900000), ("ms", 1708541900000), ("microsecond", 1708541900000000),
    ("us", 1708541900000000), ("u", 1708541900000000), ("nanosecond", 1708541900000000000),
    ("ns", 1708541900000000000), ("n", 1708541900000000000)])
def test_precisions_of_v3(server, precision, timestamp):
    server.must_write("foo", f"m v=1 {timestamp}", precision=precision)
    assert server.rows("foo", "SELECT time FROM m") == [{"time": "2024-02-21T18:58:20"}]


@pytest.mark.parametrize(("path", "status", "text"), [
    ("/api/v3/write_lp", 400, "missing query parameter 'db'"),
    ("/api/v3/write_lp?precision=s", 400, "serde error: missing field `db`"),
    ("/api/v3/write_lp?db=this/is/bad", 400,
     '{"error":"db name with invalid retention policy, if providing a retention policy name, must '
     "be of form '<db_name>/<rp_name>'\"}"),
    ("/api/v3/write_lp?db=%3Fbad", 400,
     '{"error":"db name did not start with a number or letter"}'),
    ("/api/v3/write_lp?db=foo&accept_partial=maybe", 400,
     "serde error: provided string was not `true` or `false`"),
])
def test_bad_parameters_of_v3(server, path, status, text):
    reply = server.request("POST", path, "m v=1")
    assert (reply.status, reply.text) == (status, text)


@pytest.mark.parametrize("body", ["", "\n\n", "# only a comment\n", "  \n"])
def test_empty_writes(server, body):
    reply = server.write("foo", body)
    assert (reply.status, reply.text) == (400, "incoming write was empty")


def test_all_lines_bad(server):
    reply = server.write("foo", "cpu usage=hi")
    assert reply.status == 400
    assert reply.json() == {"error": "partial write of line protocol occurred", "data": [
        {"original_line": "cpu usage=hi", "line_number": 1,
         "error_message": "No fields were provided"}]}


def test_type_conflict_names_both_types(server):
    server.must_write("foo", "cpu usage=1.0 1")
    reply = server.write("foo", "cpu usage=1i 2\ncpu usage=2.0 3")
    assert reply.status == 400
    assert reply.json()["data"] == [{
        "original_line": "cpu usage=1i 2", "line_number": 1,
        "error_message": "invalid column type for column 'usage', expected "
                         "iox::column_type::field::float, got iox::column_type::field::integer"}]
    assert server.rows("foo", "SELECT usage FROM cpu ORDER BY usage") == [
        {"usage": 1.0}, {"usage": 2.0}]


def test_limits_answer_422(make_server):
    server = make_server(arguments=("--num-database-limit=1", "--num-table-limit=1",
                                    "--num-total-columns-per-table-limit=2")).start()
    server.must_write("one", "t v=1")
    reply = server.write("two", "t v=1")
    assert reply.status == 422
    assert reply.json() == {"error": "Adding a new database would exceed limit of 1 databases"}
    reply = server.write("one", "u v=1")
    assert reply.status == 422
    assert "number of tables limit" in reply.json()["data"][0]["error_message"]
    reply = server.write("one", "t v=1,w=1,x=1")
    assert reply.status == 422
    assert ("Update to schema would exceed number of columns per table limit of 2 columns"
            in reply.json()["data"][0]["error_message"])


def test_gzip_bodies(server):
    packed = gzip.compress(b"m v=1 1\n") + gzip.compress(b"m v=2 2\n")
    reply = server.request("POST", "/api/v3/write_lp?db=foo", packed, {"Content-Encoding": "gzip"})
    assert reply.status == 204, reply
    assert server.rows("foo", "SELECT count(*) AS n FROM m") == [{"n": 2}]
    reply = server.request("POST", "/api/v3/write_lp?db=foo", b"m v=1", {"Content-Encoding": "br"})
    assert (reply.status, reply.text) == (400, "unacceptable content-encoding: br")
    reply = server.request("POST", "/api/v3/write_lp?db=foo", b"junk", {"Content-Encoding": "gzip"})
    assert reply.status == 400
    assert reply.text.startswith("error decoding gzip stream: ")


def test_body_limit(server):
    text = f"max request size ({LIMIT_BYTES} bytes) exceeded"
    line = b"m v=1 1\n"
    exact = line * (LIMIT_BYTES // len(line))
    exact += b"#" * (LIMIT_BYTES - len(exact))
    assert server.write("foo", exact).status == 204
    for body, headers in ((exact + b"#", {}), (gzip.compress(exact + b"#"),
                                               {"Content-Encoding": "gzip"})):
        reply = server.request("POST", "/api/v3/write_lp?db=foo", body, headers)
        assert (reply.status, reply.text) == (413, text)
    assert server.get("/health").status == 200


def test_chunked_bodies(server):
    def pieces():
        yield b"m v=1 1\nm v="
        yield b"2 2\n"
    import http.client
    connection = http.client.HTTPConnection(server.address, timeout=30)
    connection.request("POST", "/api/v3/write_lp?db=foo", pieces(), encode_chunked=True,
                       headers={"Transfer-Encoding": "chunked"})
    assert connection.getresponse().status == 204
    connection.close()
    assert server.rows("foo", "SELECT count(*) AS n FROM m") == [{"n": 2}]


def test_not_utf8(server):
    reply = server.write("foo", b"m,t=\xff v=1")
    assert reply.status == 400
    assert reply.text.startswith("body content is not valid utf8: ")


def test_v2_write(server):
    def v2(query, body="cpu,host=a v=1 1708541900"):
        return server.request("POST", f"/api/v2/write{query}", body)
    assert v2("?bucket=mydb&precision=s&org=x").status == 204
    assert v2("?bucket=mydb", "cpu,host=b v=1 1708541900000000000").status == 204
    assert server.rows("mydb", "SELECT DISTINCT time FROM cpu") == [{"time": "2024-02-21T18:58:20"}]
    reply = v2("")
    assert (reply.status, reply.json()) == (
        400, {"code": "invalid", "message": "no org/bucket destination provided"})
    reply = v2("?bucket=mydb&precision=s", "cpu,host=c v=1 1\ncpu,host=c v=hi 2")
    assert (reply.status, reply.json()) == (
        400, {"code": "invalid", "message": "write buffer error: line protocol parse failed: "
                                            "No fields were provided"})
    assert server.rows("mydb", "SELECT count(*) AS n FROM cpu") == [{"n": 2}]
    assert v2("?bucket=mydb", "").json()["message"] == (
        "write buffer error: incoming write was empty")


def test_v1_write(server):
    def v1(query, body="cpu,host=a v=1 1708541900"):
        return server.request("POST", f"/write{query}", body)
    assert v1("?db=mydb&precision=s").status == 204
    assert v1("?db=mydb&rp=autogen&precision=m", "cpu,host=b v=1 28475698").status == 204
    assert v1("?db=mydb&u=user&p=secret&precision=h", "cpu,host=c v=1 474594").status == 204
    assert server.rows("mydb", "SELECT count(*) AS n FROM cpu") == [{"n": 3}]
    reply = v1("")
    assert (reply.status, reply.json()) == (400, {"error": "no db destination provided"})
    reply = v1("?db=mydb", "cpu v=hi")
    assert reply.status == 400
    assert reply.json()["data"]["error_message"] == "No fields were provided"
    assert v1("?db=mydb&rp=Week", "cpu v=1").status == 204
    assert {"iox::database": "mydb/week"} in server.get("/api/v3/configure/database",
                                                        format="json").json()


def test_unusual_line_protocol_survives(server):
    server.must_write("foo", 'we\\ ird\\,name,ta\\=g\\ k=v\\ a\\,l\\=ue s="a \\"q\\" \\\\ \nb",'
                             'u=7u,b=T,f=-1e3 1\r\n# comment\r\n\r\nwe\\ ird\\,name v=1i 2\n')
    assert server.rows("foo", 'SELECT * FROM "we ird,name" ORDER BY time') == [
        {"b": True, "f": -1000.0, "s": 'a "q" \\ \nb', "ta=g k": "v a,l=ue",
         "time": "1970-01-01T00:00:01", "u": 7},
        {"time": "1970-01-01T00:00:02", "v": 1}]


def test_duplicates_merge_field_by_field(server):
    server.must_write("foo", "m,t=a x=1,y=1 1\nm,t=a x=2 1")
    server.must_write("foo", "m,t=a z=3 1\nm,t=b x=9 1")
    assert server.rows("foo", "SELECT t, x, y, z FROM m ORDER BY t") == [
        {"t": "a", "x": 2.0, "y": 1.0, "z": 3.0}, {"t": "b", "x": 9.0}]


def test_configure_database(server):
    path = "/api/v3/configure/database"
    reply = server.request("POST", path, '{"db":"x"}')
    assert (reply.status, reply.text) == (415,
                                          "unacceptable content-type, expected: application/json")
    assert server.post_json(path, {"db": "foo", "retention_period": "30d"}).status == 200
    reply = server.post_json(path, {"db": "foo"})
    assert (reply.status, reply.text) == (409,
                                          "attempted to create a resource that already exists")
    assert server.get(path, format="json").text == (
        '[{"iox::database":"_internal"},{"iox::database":"foo"}]')
    assert server.get(path, format="csv").text == "iox::database\n_internal\nfoo\n"
    assert server.post_json(path, {"db": "foo", "retention_period": None}, "PUT").status == 200
    assert server.post_json(path, {"db": "nope", "retention_period": None}, "PUT").status == 404
    reply = server.request("DELETE", path, db="nope")
    assert (reply.status, reply.text) == (404, "the requested resource was not found: nope")
    assert server.request("DELETE", path, db="foo").status == 200
    assert server.request("DELETE", path, db="foo").status == 404
    assert server.get(path, format="csv").text == "iox::database\n_internal\n"
    shown = server.get(path, format="json", show_deleted="true").json()
    assert [row["deleted"] for row in shown] == [False, True]


def test_configure_table(server):
    path = "/api/v3/configure/table"
    table = {"db": "foo", "table": "t", "tags": ["b", "a"],
             "fields": [{"name": "i", "type": "int64"}, {"name": "s", "type": "utf8"}]}
    assert server.post_json(path, table).status == 200
    assert server.post_json(path, table).status == 409
    assert server.rows("foo", "SELECT * FROM t") == []
    server.must_write("foo", 't,a=1,b=2 i=1i,s="x" 1')
    reply = server.write("foo", "t,a=1 i=1.5 1")
    assert reply.status == 400
    assert server.request("DELETE", path, db="foo", table="t").status == 200
    assert server.request("DELETE", path, db="foo", table="t").status == 404
    assert server.request("DELETE", path, db="nope", table="t").text == "Database not found nope"
    assert server.query("foo", "SELECT * FROM t").status == 400
    server.must_write("foo", "t,other=1 x=1.5 1")
    assert server.rows("foo", "SELECT * FROM t") == [
        {"other": "1", "time": "1970-01-01T00:00:01", "x": 1.5}]


def test_delete_and_create_again_and_again(server):
    for round_number in range(20):
        server.must_write("foo", f"m,t=a v={round_number}i 1")
        assert server.rows("foo", "SELECT v FROM m") == [{"v": round_number}]
        assert server.request("DELETE", "/api/v3/configure/database", db="foo").status == 200
        assert server.query("foo", "SELECT v FROM m").status == 404
    server.restart()
    assert server.query("foo", "SELECT v FROM m").status == 404
    server.must_write("foo", "m,t=a v=99i 1")
    assert server.rows("foo", "SELECT v FROM m") == [{"v": 99}]


def test_garbage_on_the_socket(server):
    host, port = server.address.rsplit(":", 1)
    for garbage in (b"\x00\x01\x02\x03\r\n\r\n", b"GET\r\n\r\n", b"POST / HTTP/9.9\r\n\r\n",
                    b"GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
                    b"POST /api/v3/write_lp?db=a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
                    b"GET /" + b"a" * 300_000 + b" HTTP/1.1\r\n\r\n", b"\x16\x03\x01\x02\x00"):
        with socket.create_connection((host, int(port)), timeout=30) as connection:
            connection.sendall(garbage)
            connection.shutdown(socket.SHUT_WR)
            try:
                while connection.recv(65536):
                    pass
            except ConnectionResetError:
                pass
        assert server.get("/health").status == 200


def test_slow_clients_do_not_hold_up_others(server):
    host, port = server.address.rsplit(":", 1)
    slow = []
    for _ in range(100):
        connection = socket.create_connection((host, int(port)), timeout=30)
        connection.sendall(b"POST /api/v3/write_lp?db=foo HTTP/1.1\r\nHost: x\r\n"
                           b"Content-Length: 1000\r\n\r\nm v=1")
        slow.append(connection)
    for i in range(20):
        server.must_write("foo", f"m v=1 {i + 1}")
    for connection in slow:
        connection.close()
    assert server.rows("foo", "SELECT count(*) AS n FROM m") == [{"n": 20}]


def test_concurrent_writers_of_new_schema(server):
    failures = []

    def write(number: int):
        for i in range(20):
            reply = server.write("foo", f"m,t=t{number} f{i}={number}i,g{number}=1i {i + 1}")
            if reply.status != 204:
                failures.append(reply)

    threads = [threading.Thread(target=write, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert server.rows("foo", "SELECT count(*) AS n FROM m") == [{"n": 160}]
    assert server.rows("foo", "SELECT count(f7) AS n, sum(f7) AS s FROM m") == [{"n": 8, "s": 28}]
