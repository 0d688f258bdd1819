#!/usr/bin/env python3
"""What one would write in Python to find the orange builds of a Buildbot database: the peer in
tests/bench/buildbot.  Unpacks the test logs and counts the lines that the warning rules match, build by build.

    buildbot_mine.py HOW STATE.SQLITE WARNINGS.RULES

HOW: "buildbot", one expression that must match the line, as Buildbot's own WarningCountingShellCommand and CPython's
configuration put it; "each", the rules one after another, to know which it was; "search", the fastest: one expression
that is searched for; "results", "each" and besides the result of each test, which is what flake-triage reads too."""
import re
import sqlite3
import sys
import zlib

LOGS = """
SELECT b.id, b.number, bd.name, w.name, b.results, p.value, l.id FROM builds b JOIN builders bd ON bd.id = b.builderid
LEFT JOIN workers w ON w.id = b.workerid JOIN steps s ON s.buildid = b.id JOIN logs l ON l.stepid = s.id
LEFT JOIN build_properties p ON p.buildid = b.id AND p.name = 'got_revision'
WHERE b.complete_at IS NOT NULL AND b.results IN (0, 1, 2) AND s.name = 'test' AND l.slug = 'stdio' AND l.type <> 'd' ORDER BY b.id"""
RESULT = re.compile(r"\d+:\d\d:\d\d load avg: [\d.]+ \[ *\d+/\d+(?:/\d+)?\] "
                    r"(\S+) (passed|failed|skipped|crashed|timed out|run no tests)")
CHUNKS = "SELECT content, compressed FROM logchunks WHERE logid = ? ORDER BY first_line"


def matcher(how, patterns):
    joined = "|".join(f"(?:{p})" for p in patterns)
    if how == "buildbot":
        return re.compile(f".*(?:{joined})").match
    if how == "search":
        return re.compile(joined).search
    each = [re.compile(p).search for p in patterns]
    return lambda line: any(search(line) for search in each)


def main(how, path, rules):
    with open(rules) as f:
        patterns = [line[len("pattern "):].rstrip("\n") for line in f if line.startswith("pattern ")]
    warned = matcher(how, patterns)
    db = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    n = orange = lines = tests = 0
    for build in db.execute(LOGS):
        found, results = [], {}
        for content, compressed in db.execute(CHUNKS, (build[-1],)):
            text = (zlib.decompress(content) if compressed == 1 else content).decode("utf-8", "replace")
            for line in text.split("\n"):
                lines += 1
                if line[:1] not in "oe":
                    continue
                if warned(line[1:]):
                    found.append(line[1:])
                elif how == "results" and (m := RESULT.match(line, 1)):
                    results.setdefault(m[1], []).append(m[2])
        n += 1
        tests += len(results)
        orange += bool(found)
    print(f"{n} builds, {orange} with warnings, {lines} lines" + (f", {tests} test results" if tests else ""))


main(*sys.argv[1:])
