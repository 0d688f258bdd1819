#!/usr/bin/env python3
"""Makes a Buildbot database with the logs of many regrtest runs, for tests/bench/buildbot:

    buildbot_gen.py STATE.SQLITE BUILDS

50 builders, 5 workers each; logs of 430 test files as CPython 3.12 prints them with -j2 -w, of
which 64 different ones are packed once (zlib) and used again; one build in a hundred has a
flaky test, one in two hundred a red one."""
import random
import sys
import zlib

sys.path.insert(0, __file__.rpartition("/")[0] + "/../fake")
from buildbot_db import Master, letters  # noqa: E402

TESTS = [f"test_{a}{b}" for a in ("asyncio", "ctypes", "email", "idle", "json", "math", "os", "queue", "socket", "zip")
         for b in ("", "_base", "_errors", "_fork", "_io", "_limits", "_locks", "_pickle", "_server", "_threads") +
         tuple(f"_{i}" for i in range(33))]


def stamp(seconds, load):
    return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02} load avg: {load:.2f} "


def log(rnd, kind):
    """A whole run: kind is "green", "flaky", "red" or "warned"."""
    names = TESTS[:]
    rnd.shuffle(names)
    bad = names[200]
    out = ["== CPython 3.12.4+ (heads/3.12:0123456, Nov 1 2026, 10:00:00) [GCC 13.2.0]",
           "== Linux-6.1.0-x86_64-with-glibc2.38 little-endian", "== Python build: release",
           "== cwd: /home/buildbot/worker/build/test_python_worker_1", "== CPU count: 8", "== encodings: locale=UTF-8 FS=utf-8",
           f"Using random seed: {rnd.randrange(10 ** 9)}", stamp(0, 1.5) + f"Run {len(names)} tests in parallel using 2 worker processes"]
    t, load = 0, 2.0
    for i, name in enumerate(names):
        t += rnd.randrange(3)
        load = max(0.1, load + rnd.uniform(-0.2, 0.2))
        failed = "/1" if kind in ("flaky", "red") and i > 200 else ""
        head = stamp(t, load) + f"[{i + 1:3}/{len(names)}{failed}] "
        if name == bad and kind in ("flaky", "red"):
            out += [stamp(t, load) + f"[{i + 1:3}/{len(names)}/1] {name} failed (1 failure)",
                    f"test {name} failed -- Traceback (most recent call last):",
                    f'  File "/home/buildbot/worker/build/Lib/test/{name}.py", line 77, in test_it',
                    "    self.assertEqual(first, second)", "AssertionError: 2 != 1", ""]
        elif i % 40 == 7:
            out.append(head + f"{name} skipped (resource denied)")
            out.append(f"{name} skipped -- Use of the 'network' resource not enabled")
        elif i % 25 == 3:
            out.append(head + f"{name} passed ({rnd.randrange(30, 90)}.{rnd.randrange(10)} sec) -- running (1): {names[-1]} (31.2 sec)")
        else:
            out.append(head + name + " passed")
        if kind == "warned" and i == 99:
            out += [f"Warning -- files was modified by {name}", "Warning --   Before: []", "Warning --   After:  ['core']"]
    skipped = sum(1 for i in range(len(names)) if i % 40 == 7)
    n_bad = kind in ("flaky", "red")
    out += ["", f"== Tests result: {'FAILURE' if n_bad else 'SUCCESS'} ==", ""]
    if n_bad:
        out += [f"{len(names) - skipped - 1} tests OK.", "", "1 test failed:", f"    {bad}", ""]
        out += [stamp(t, load) + "Re-running 1 failed tests in verbose mode in subprocesses",
                stamp(t, load) + "Run 1 test in parallel using 1 worker process"]
        if kind == "flaky":
            out += [stamp(t + 1, load) + f"[1/1] {bad} passed", f"Re-running {bad} in verbose mode (matching: test_it)",
                    "test_it (test.Test.test_it) ... ok", "", "-" * 70, "Ran 1 test in 0.004s", "", "OK"]
        else:
            out += [stamp(t + 1, load) + f"[1/1/1] {bad} failed (1 failure)", f"Re-running {bad} in verbose mode (matching: test_it)",
                    "test_it (test.Test.test_it) ... FAIL", "", "=" * 70, "FAIL: test_it (test.Test.test_it)", "-" * 70,
                    "AssertionError: 2 != 1", "", "-" * 70, "Ran 1 test in 0.004s", "", "FAILED (failures=1)",
                    f"test {bad} failed", "1 test failed again:", f"    {bad}"]
        out += ["", f"== Tests result: FAILURE then {'SUCCESS' if kind == 'flaky' else 'FAILURE'} ==", ""]
        out += ["1 re-run test:", f"    {bad}", ""]
    out += [f"{len(names) - skipped} tests OK.", "", "Total duration: 12 min 4 sec", f"Total tests: run={len(names) * 40:,} skipped=900",
            f"Total test files: run={len(names)}/{len(names)} skipped={skipped}",
            "Result: " + {"flaky": "FAILURE then SUCCESS", "red": "FAILURE then FAILURE"}.get(kind, "SUCCESS")]
    return letters("\n".join(out), header="./python -m test -j2 -w\n in dir /home/buildbot/worker/build (timeout 1200 secs)\n"
                   " environment:\n" + "".join(f"  VARIABLE_{i}=some value of it\n" for i in range(20)))


def packed(text):
    lines = text.rstrip(b"\n").split(b"\n")
    return len(lines), zlib.compress(b"\n".join(lines), 9)


def main(path, n):
    rnd = random.Random(1)
    logs = {kind: [packed(log(rnd, kind)) for _ in range(16)] for kind in ("green", "flaky", "red", "warned")}
    other = packed(b"ogit version 2.39\n" * 20)
    m = Master(path)
    for i in range(n):
        kind = "flaky" if i % 100 == 50 else "red" if i % 200 == 77 else "warned" if i % 20 == 9 else "green"
        b = m.build(f"builder {i % 50}", started=1700000000 + i * 60, worker=f"worker {i % 250}", got=f"{i // 50:040x}", branch="3.12",
                    results={"red": 2, "green": 0}.get(kind, 1))
        for number, (step, (n_lines, content)) in enumerate([("git", other), ("configure", other), ("test", rnd.choice(logs[kind]))]):
            sid = m.add("steps", number=number, name=step, buildid=b, urls_json="[]", results=0)
            lid = m.add("logs", name="stdio", slug="stdio", stepid=sid, complete=1, num_lines=n_lines, type="s")
            m.add("logchunks", logid=lid, first_line=0, last_line=n_lines - 1, content=content, compressed=1)
    m.close()
    sizes = [len(zlib.decompress(c)) for group in logs.values() for _, c in group]
    print(f"{n} builds, logs of {sum(sizes) // len(sizes)} bytes")


main(sys.argv[1], int(sys.argv[2]))
