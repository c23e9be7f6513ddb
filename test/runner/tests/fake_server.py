#!/usr/bin/env python3
"""Stands in for the binary in the runner's own tests: a query's text is the JSON of its answer, a
line protocol body beginning with `bad` is refused, and writes are counted over restarts."""

import http.server
import json
import os
import pathlib
import signal
import sys

arguments = sys.argv[1:]
data_dir = pathlib.Path(next(a for a in arguments if a.startswith("--data-dir=")).split("=")[1])
address_file = pathlib.Path(arguments[arguments.index("--tcp-listener-file-path") + 1])
data_dir.mkdir(exist_ok=True)
writes_file = data_dir / "writes"


def csv(rows):
    names = list(dict.fromkeys(name for row in rows for name in row))
    lines = [names] + [[cell(row.get(name)) for name in names] for row in rows]
    return "".join(",".join(line) + "\n" for line in lines) if rows else ""


def cell(value):
    return "" if value is None else '""' if value == "" else str(value)


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def reply(self, status, body=b""):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        self.reply(200, b"OK")

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if "query_sql" in self.path:
            self.query(json.loads(body))
        elif body.startswith(b"bad"):
            self.reply(400, json.dumps({"error": "refused", "data": [
                {"original_line": "bad \"line\"", "line_number": 1, "error_message": "no"}]}).encode())
        else:
            with writes_file.open("a") as file:
                file.write(self.path + "\n")
            self.reply(204)

    def query(self, request):
        if request["q"] == "paths":
            rows = [{"path": p} for p in writes_file.read_text().splitlines()]
        elif request["q"].startswith("["):
            rows = json.loads(request["q"])
        else:
            return self.reply(400, b"not an answer")
        if request["format"] == "csv":
            return self.reply(200, csv(rows).encode())
        present = [{k: v for k, v in row.items() if v is not None} for row in rows]
        return self.reply(200, json.dumps(present).encode())

    def log_message(self, *_):
        pass


signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
address_file.write_text("127.0.0.1:%d" % server.server_port)
server.serve_forever()
