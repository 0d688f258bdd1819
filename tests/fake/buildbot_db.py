"""Makes databases as Buildbot masters write them, of three ages, for tests and benchmarks:
tables, columns, indexes and compression are those of Buildbot's own db/model.py and
db/logs.py.

    m = Master("state.sqlite")                # age: "0.9", "2.10" or "4.3"; goes on with one that is there
    m.build("builder", logs={"test": b"..."}) # one step a log
    m.close()
"""
import bz2
import json
import sqlite3
import zlib

TABLES = """
CREATE TABLE masters (id INTEGER PRIMARY KEY, name TEXT NOT NULL, name_hash VARCHAR(40), active INTEGER, last_active INTEGER);
CREATE TABLE builders (id INTEGER PRIMARY KEY, name TEXT NOT NULL, description TEXT, name_hash VARCHAR(40));
CREATE TABLE WORKERS (id INTEGER PRIMARY KEY, name VARCHAR(50) NOT NULL, info TEXT NOT NULL);
CREATE TABLE buildsets (id INTEGER PRIMARY KEY, external_idstring VARCHAR(256), reason VARCHAR(256),
    submitted_at INTEGER NOT NULL, complete SMALLINT DEFAULT '0' NOT NULL, complete_at INTEGER, results SMALLINT);
CREATE TABLE buildrequests (id INTEGER PRIMARY KEY, buildsetid INTEGER NOT NULL, builderid INTEGER NOT NULL,
    priority INTEGER DEFAULT '0' NOT NULL, complete INTEGER DEFAULT '0', results SMALLINT, submitted_at INTEGER NOT NULL);
CREATE TABLE sourcestamps (id INTEGER PRIMARY KEY, ss_hash VARCHAR(40), branch VARCHAR(256), revision VARCHAR(256),
    patchid INTEGER, repository VARCHAR(512) DEFAULT '' NOT NULL, codebase VARCHAR(256) DEFAULT '' NOT NULL,
    project VARCHAR(512) DEFAULT '' NOT NULL, created_at INTEGER NOT NULL);
CREATE TABLE buildset_sourcestamps (id INTEGER PRIMARY KEY, buildsetid INTEGER NOT NULL, sourcestampid INTEGER NOT NULL);
CREATE TABLE builds (id INTEGER PRIMARY KEY, number INTEGER NOT NULL, builderid INTEGER, buildrequestid INTEGER NOT NULL,
    WORKERID INTEGER, masterid INTEGER NOT NULL, started_at INTEGER NOT NULL, complete_at INTEGER,
    state_string TEXT DEFAULT '' NOT NULL, results INTEGER);
CREATE TABLE build_properties (buildid INTEGER NOT NULL, name VARCHAR(256) NOT NULL, value TEXT NOT NULL, source VARCHAR(256) NOT NULL);
CREATE TABLE steps (id INTEGER PRIMARY KEY, number INTEGER NOT NULL, name VARCHAR(50) NOT NULL, buildid INTEGER,
    started_at INTEGER, complete_at INTEGER, state_string TEXT DEFAULT '' NOT NULL, results INTEGER,
    urls_json TEXT NOT NULL, hidden SMALLINT DEFAULT '0' NOT NULL);
CREATE TABLE logs (id INTEGER PRIMARY KEY, name TEXT NOT NULL, slug VARCHAR(50) NOT NULL, stepid INTEGER,
    complete SMALLINT NOT NULL, num_lines INTEGER NOT NULL, type VARCHAR(1) NOT NULL);
CREATE TABLE logchunks (logid INTEGER, first_line INTEGER NOT NULL, last_line INTEGER NOT NULL, content BLOB,
    compressed SMALLINT NOT NULL);
CREATE TABLE test_result_sets (id INTEGER PRIMARY KEY, builderid INTEGER NOT NULL, buildid INTEGER NOT NULL,
    stepid INTEGER NOT NULL, description TEXT, category TEXT NOT NULL, value_unit TEXT NOT NULL, tests_passed INTEGER,
    tests_failed INTEGER, complete SMALLINT DEFAULT '0' NOT NULL);
CREATE TABLE test_results (id INTEGER PRIMARY KEY, builderid INTEGER NOT NULL, test_result_setid INTEGER NOT NULL,
    test_nameid INTEGER, test_code_pathid INTEGER, line INTEGER, duration_ns INTEGER, value TEXT NOT NULL);
CREATE TABLE test_names (id INTEGER PRIMARY KEY, builderid INTEGER NOT NULL, name TEXT NOT NULL);
CREATE TABLE test_code_paths (id INTEGER PRIMARY KEY, builderid INTEGER NOT NULL, path TEXT NOT NULL);
CREATE UNIQUE INDEX builds_number ON builds (builderid, number);
CREATE INDEX builds_buildrequestid ON builds (buildrequestid);
CREATE INDEX build_properties_buildid ON build_properties (buildid);
CREATE UNIQUE INDEX steps_number ON steps (buildid, number);
CREATE UNIQUE INDEX logs_slug ON logs (stepid, slug);
CREATE INDEX logchunks_firstline ON logchunks (logid, first_line);
CREATE INDEX logchunks_lastline ON logchunks (logid, last_line);
CREATE INDEX buildset_sourcestamps_buildsetid ON buildset_sourcestamps (buildsetid);
CREATE INDEX buildrequests_buildsetid ON buildrequests (buildsetid);
"""

CHUNK_BYTES = 65536


def lz4_block(data):
    """What python's lz4.block makes; literals alone when that module is not there."""
    try:
        import lz4.block

        return lz4.block.compress(data)
    except ImportError:
        n = len(data)
        token = bytes([min(n, 15) << 4])
        more = b"" if n < 15 else b"\xff" * ((n - 15) // 255) + bytes([(n - 15) % 255])
        return n.to_bytes(4, "little") + token + more + data


def zstd(data):
    """A frame without content size, as the streaming interface makes it; of stored blocks."""
    assert len(data) < 1 << 17
    return b"\x28\xb5\x2f\xfd\x00\x58" + (len(data) << 3 | 1).to_bytes(3, "little") + data


def brotli(data):
    """One stored meta-block and an empty last one."""
    assert 0 < len(data) <= 1 << 16
    return (1 << 20 | (len(data) - 1) << 4).to_bytes(3, "little") + data + b"\x03"


CODECS = {"raw": (0, bytes), "gz": (1, lambda d: zlib.compress(d, 9)), "bz2": (2, bz2.compress), "lz4": (3, lz4_block),
          "zstd": (4, zstd), "br": (5, brotli)}


class Master:
    def __init__(self, path, age="4.3", name="host:/master"):
        slaves = age == "0.9"
        self.db = sqlite3.connect(path)
        self.worker_column = "buildslaveid" if slaves else "workerid"
        self.workers = "buildslaves" if slaves else "workers"
        self.ids = {}
        self.numbers = {}
        if self.db.execute("SELECT 1 FROM sqlite_master").fetchone():
            self.go_on()
            return
        self.db.executescript(TABLES.replace("WORKERS", self.workers).replace("WORKERID", self.worker_column))
        if age == "4.3":
            self.db.executescript("CREATE TABLE alembic_version (version_num VARCHAR(32)); "
                                  "INSERT INTO alembic_version VALUES ('067')")
        else:
            self.db.executescript("CREATE TABLE migrate_version (repository_id VARCHAR(250) PRIMARY KEY, "
                                  "repository_path TEXT, version INTEGER)")
        self.add("masters", name=name)

    def go_on(self):
        """With a database that is there."""
        for table in ("builders", self.workers):
            self.ids.update({(table, name): i for i, name in self.db.execute(f"SELECT id, name FROM {table}")})
        self.numbers.update(self.db.execute("SELECT name, max(number) FROM builds b JOIN builders x ON x.id = b.builderid "
                                            "GROUP BY 1"))

    def add(self, table, **columns):
        names = ", ".join(columns)
        marks = ", ".join("?" * len(columns))
        return self.db.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", list(columns.values())).lastrowid

    def named(self, table, name, **more):
        if (table, name) not in self.ids:
            self.ids[table, name] = self.add(table, name=name, **more)
        return self.ids[table, name]

    def property(self, build, name, value):
        self.add("build_properties", buildid=build, name=name, value=json.dumps(value), source="Build")

    def build(self, builder="linux", results=0, started=1700000000, seconds=60, worker="w1", got=None, branch="main",
              revision=None, stamps=None, properties=True, logs=None, complete=True, **log_options):
        """stamps: [(codebase, branch, revision)], else there is one; logs: {"step" or "step/log": bytes}."""
        bset = self.add("buildsets", submitted_at=started)
        for codebase, b, r in stamps or [("", branch, revision)]:
            stamp = self.add("sourcestamps", branch=b, revision=r, codebase=codebase, created_at=started)
            self.add("buildset_sourcestamps", buildsetid=bset, sourcestampid=stamp)
        bid = self.named("builders", builder)
        request = self.add("buildrequests", buildsetid=bset, builderid=bid, submitted_at=started)
        number = self.numbers[builder] = self.numbers.get(builder, 0) + 1
        build = self.add("builds", number=number, builderid=bid, buildrequestid=request, masterid=1, started_at=started,
                         complete_at=started + seconds if complete else None, results=results if complete else None,
                         **{self.worker_column: self.named(self.workers, worker, info="{}")})
        if properties and not stamps:
            self.property(build, "workername", worker)
            self.property(build, "branch", branch)
            self.property(build, "revision", revision)
        if got is not None:
            self.property(build, "got_revision", got)
        for i, (name, text) in enumerate((logs or {}).items()):
            step, _, log = name.partition("/")
            self.log(build, i, step, log or "stdio", text, **log_options)
        return build

    def finish(self, build, results=0, at=1700000100):
        self.db.execute("UPDATE builds SET complete_at = ?, results = ? WHERE id = ?", (at, results, build))

    def log(self, build, number, step, name, text, codecs=("gz",), type="s", chunk_bytes=CHUNK_BYTES):
        sid = self.add("steps", number=number, name=step, buildid=build, urls_json="[]", results=0)
        lid = self.add("logs", name=name, slug=name, stepid=sid, complete=1, num_lines=0, type=type)
        lines = text.split(b"\n")
        if lines[-1] == b"":
            lines.pop()
        first = n = 0
        while first < len(lines):
            last, size = first, len(lines[first])
            while last + 1 < len(lines) and size + len(lines[last + 1]) + 1 < chunk_bytes:
                last += 1
                size += len(lines[last]) + 1
            self.chunk(lid, first, last, b"\n".join(lines[first:last + 1]), codecs[n % len(codecs)])
            first, n = last + 1, n + 1
        self.db.execute("UPDATE logs SET num_lines = ? WHERE id = ?", (len(lines), lid))
        return lid

    def chunk(self, log, first, last, text, codec):
        number, pack = CODECS[codec]
        packed = pack(text)
        if len(packed) >= len(text) and codec in ("gz", "bz2"):
            number, packed = 0, text
        self.add("logchunks", logid=log, first_line=first, last_line=last, content=packed, compressed=number)

    def result_set(self, build, results, category="pass_fail", unit="boolean", complete=1):
        """results: [(name, path, value)], with None for what is not said."""
        bid, = self.db.execute("SELECT builderid FROM builds WHERE id = ?", (build,)).fetchone()
        sid = self.add("test_result_sets", builderid=bid, buildid=build, stepid=1, category=category, value_unit=unit,
                       complete=complete)
        for name, path, value in results:
            self.add("test_results", builderid=bid, test_result_setid=sid, duration_ns=1500000, value=value,
                     test_nameid=name and self.named("test_names", name, builderid=bid),
                     test_code_pathid=path and self.add("test_code_paths", path=path, builderid=bid))

    def delete_logs(self, build):
        """As the Janitor does."""
        self.db.execute("UPDATE logs SET type = 'd' WHERE stepid IN (SELECT id FROM steps WHERE buildid = ?)", (build,))
        self.db.execute("DELETE FROM logchunks WHERE logid IN (SELECT id FROM logs WHERE type = 'd')")

    def close(self):
        self.db.commit()
        self.db.close()


def letters(text, letter="o", header="python -m test\n in dir /build\n"):
    """A stdio log: header lines of the master around the lines of a program."""
    out = "".join(f"h{line}\n" for line in header.splitlines())
    out += "".join(f"{letter}{line}\n" for line in text.splitlines())
    return (out + "hprogram finished with exit code 0\nhelapsedTime=1.5\n").encode()
