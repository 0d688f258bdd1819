#!/usr/bin/env python3
"""A web server that misbehaves on request, on a free port of 127.0.0.1, whose number it
prints.  Ends when its standard input does.

    web.py [--db STATE.SQLITE] [--fault 'REGEX=KIND[*N]']... [--log FILE]

Serves the paths in `PAGES` and, with --db, the part of Buildbot's REST interface that
flake-triage asks for, out of a master's database.  A fault changes the answers (N: the
first N of them) to requests whose path matches; KIND is one of the functions below, or a
status.  Below /fault/REGEX=KIND/ everything is served with that fault.  Each request is a line "CONNECTION PATH" in the log.
"""
import json
import re
import sqlite3
import sys
import threading
import time
import urllib.parse
import zlib
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

sys.path.insert(0, __file__.rpartition("/")[0])

OPTIONS = {"--db": None, "--log": None}
FAULTS = []  # [compiled, kind, how often still]
LOCK = threading.Lock()
connections = 0


# --- faults: each has the request instead of the right answer ------------------------


def drop(h, body):
    h.wfile.flush()
    h.close_connection = True
    h.connection.shutdown(2)


def half(h, body):
    h.head(200, len(body))
    h.wfile.write(body[:len(body) // 2])
    drop(h, body)


def stall(h, body):
    h.head(200, len(body))
    h.wfile.write(body[:len(body) // 2])
    h.wfile.flush()
    time.sleep(20)


def html(h, body):
    h.answer(200, b"<!DOCTYPE html><html>It works!</html>", "text/html; charset=utf-8")


def deep(h, body):
    h.answer(200, b'{"masters":' + b"[" * 10000 + b"]" * 10000 + b"}")


def large(h, body):
    h.head(200, 1 << 40)
    try:
        while True:
            h.wfile.write(b" " * 65536)
    except OSError:
        h.close_connection = True


def garbage(h, body):
    h.wfile.write(b"\x00\xff" * 100 + b"\r\n\r\n")
    drop(h, body)


def busy(h, body):
    h.answer(503, b"busy", more=[("Retry-After", "0")])


def patient(h, body):
    h.answer(429, b"come back tomorrow", more=[("Retry-After", "86400")])


def empty(h, body):
    h.answer(200, b"{}")


def strange(h, body):
    h.answer(200, b'{"masters":[{"masterid":"x","name":7}],"builders":[[]],"builds":[7,{"buildid":-5}],"steps":{},'
                  b'"logs":null,"logchunks":[[]],"meta":null}')


# --- Buildbot, out of a database --------------------------------------------------------


def rows(sql, *args):
    db = sqlite3.connect(OPTIONS["--db"])
    db.row_factory = sqlite3.Row
    try:
        return [dict(row) for row in db.execute(sql, args)]
    finally:
        db.close()


def properties(build, names):
    return {p["name"]: [json.loads(p["value"]), p["source"]]
            for p in rows("SELECT * FROM build_properties WHERE buildid = ?", build) if p["name"] in names}


def builds(where, value, query):
    found = rows(f"SELECT id AS buildid, number, builderid, buildrequestid, workerid, started_at, complete_at, results, "
                 f"complete_at IS NOT NULL AS complete FROM builds WHERE {where} ORDER BY id LIMIT ?", value,
                 int(query.get("limit", ["1000"])[0]))
    for b in found:
        b["complete"] = bool(b["complete"])
        b["properties"] = properties(b["buildid"], query.get("property", []))
    return found


def contents(log, query):
    import bz2
    unpack = {0: bytes, 1: zlib.decompress, 2: bz2.decompress}
    lines = []
    for c in rows("SELECT * FROM logchunks WHERE logid = ? ORDER BY first_line", log):
        lines += unpack[c["compressed"]](c["content"]).decode().split("\n")
    at = int(query.get("offset", ["0"])[0])
    lines = lines[at:at + int(query["limit"][0])] if "limit" in query else lines[at:]
    return [{"content": "".join(line + "\n" for line in lines), "firstline": at, "logid": log}]


ROUTES = [
    (r"masters", lambda q: ("masters", rows("SELECT id AS masterid, name FROM masters"))),
    (r"builders", lambda q: ("builders", rows("SELECT id AS builderid, name FROM builders ORDER BY id"))),
    (r"workers/(\d+)", lambda q, i: ("workers", rows("SELECT id AS workerid, name FROM workers WHERE id = ?", i))),
    (r"builds", lambda q: ("builds", builds("id > ?", int(q.get("buildid__gt", ["0"])[0]), q))),
    (r"builds/(\d+)", lambda q, i: ("builds", builds("id = ?", i, q))),
    (r"builds/(\d+)/properties", lambda q, i: ("_properties", [properties(i, ["branch", "revision", "got_revision"])])),
    (r"builds/(\d+)/steps", lambda q, i: (
        "steps", rows("SELECT id AS stepid, name, number FROM steps WHERE buildid = ? ORDER BY number", i))),
    (r"steps/(\d+)/logs", lambda q, i: (
        "logs", rows("SELECT id AS logid, name, slug, num_lines, type FROM logs WHERE stepid = ? ORDER BY id", i))),
    (r"logs/(\d+)/contents", lambda q, i: ("logchunks", contents(i, q))),
    (r"builds/(\d+)/test_result_sets", lambda q, i: ("test_result_sets", [
        dict(s, complete=bool(s["complete"])) for s in rows(
            "SELECT id AS test_result_setid, stepid, description, category, value_unit, complete "
            "FROM test_result_sets WHERE buildid = ? ORDER BY id", i)])),
    (r"test_result_sets/(\d+)/results", lambda q, i: ("test_results", rows(
        "SELECT r.id AS test_resultid, n.name AS test_name, p.path AS test_code_path, r.line, r.duration_ns, r.value "
        "FROM test_results r LEFT JOIN test_names n ON n.id = r.test_nameid "
        "LEFT JOIN test_code_paths p ON p.id = r.test_code_pathid WHERE test_result_setid = ? ORDER BY r.id", i))),
    (r"buildrequests/(\d+)", lambda q, i: (
        "buildrequests", rows("SELECT id AS buildrequestid, buildsetid FROM buildrequests WHERE id = ?", i))),
    (r"buildsets/(\d+)", lambda q, i: ("buildsets", [{"bsid": i, "sourcestamps": rows(
        "SELECT s.id AS ssid, s.branch, s.revision, s.codebase FROM buildset_sourcestamps x "
        "JOIN sourcestamps s ON s.id = x.sourcestampid WHERE x.buildsetid = ?", i)}])),
]


def buildbot(path, query):
    for pattern, route in ROUTES:
        match = re.fullmatch("/api/v2/" + pattern, path)
        if match:
            name, found = route(query, *map(int, match.groups()))
            if match.groups() and not found and name in ("builds", "workers", "buildrequests"):
                break
            return 200, {name: found, "meta": {"total": len(found)}}
    return 404, {"error": "not found"}


# --- the server -----------------------------------------------------------------------------

PAGES = {"/": b"hello", "/empty": b"", "/far": b"far"}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1
    disable_nagle_algorithm = True

    def setup(self):
        global connections
        super().setup()
        with LOCK:
            connections += 1
            self.number = connections

    def log_message(self, *args):
        pass

    def head(self, status, n, kind="application/json", more=()):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(n))
        for name, value in more:
            self.send_header(name, value)
        self.end_headers()

    def answer(self, status, body, kind="application/json", more=()):
        self.head(status, len(body), kind, more)
        self.wfile.write(body)

    def right(self):
        path, _, query = self.path.partition("?")
        if path == "/redirect":
            return 302, b"moved", [("Location", "/far")]
        if path == "/round":
            return 302, b"moved", [("Location", "/round")]
        if path == "/agent":
            return 200, f"{self.headers['User-Agent']} {self.headers['Authorization']}".encode(), []
        if path in PAGES:
            return 200, PAGES[path], []
        if OPTIONS["--db"]:
            status, doc = buildbot(path, urllib.parse.parse_qs(query))
            return status, json.dumps(doc).encode(), []
        return 404, b"not found", []

    def do_GET(self):
        with LOCK:
            if OPTIONS["--log"]:
                with open(OPTIONS["--log"], "a") as f:
                    f.write(f"{self.number} {self.path} {self.headers['If-None-Match'] or ''}\n")
            kind = None
            for fault in FAULTS:
                if fault[0].search(self.path) and fault[2] > 0:
                    fault[2] -= 1
                    kind = fault[1]
                    break
        if self.path.startswith("/fault/"):
            fault, _, self.path = self.path[len("/fault/"):].partition("/")
            pattern, _, asked = urllib.parse.unquote(fault).partition("=")
            self.path = "/" + self.path
            kind = asked if re.search(pattern, self.path) else kind
        status, body, more = self.right()
        etag = f'"{zlib.crc32(body)}"'
        if kind and kind.isdigit():
            self.answer(int(kind), b'{"error": "as asked"}')
        elif kind:
            globals()[kind](self, body)
        elif status == 200 and self.headers["If-None-Match"] == etag:
            self.head(304, 0, more=[("ETag", etag)])
        else:
            self.answer(status, body, more=more + [("ETag", etag)])


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        pass


def main(args):
    while args:
        name = args.pop(0)
        if name == "--fault":
            pattern, _, kind = args.pop(0).rpartition("=")
            kind, _, times = kind.partition("*")
            FAULTS.append([re.compile(pattern), kind, int(times or 10**9)])
        else:
            OPTIONS[name] = args.pop(0)
    server = Server(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(server.server_port, flush=True)
    sys.stdin.read()


main(sys.argv[1:])
