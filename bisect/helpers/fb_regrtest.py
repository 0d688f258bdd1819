"""Fork server for `python -m test` (CPython's regrtest), started as `python
FLAGS fb_regrtest.py FILE...`, FLAKE_BISECT_TESTDIR holding --testdir.

Each child becomes `python -m test` itself, with the arguments in its folder's
file "args" (one a line): every check of regrtest, and every version of it, is
its own.  What is loaded once is regrtest and what the test files import, not
the files: regrtest loads those anew, and must see what they change.
"""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import fb_wire

_ours = fb_wire.take_environment(as_module=True)
_server = fb_wire.Server()


def modules_of(names):
    """The modules that these test files import, learnt in a child, so that what the
    files themselves do at import stays out of the server."""
    read, write = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(read)
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, 1)
        os.dup2(null, 2)
        if "testdir" in _ours:
            sys.path.insert(0, os.path.abspath(_ours["testdir"]))
        before = set(sys.modules)
        for name in names:
            try:
                __import__(name)
            except BaseException:
                pass
        new = [m for m in sys.modules if m not in before]
        try:
            os.write(write, "\n".join(new).encode()[:60000])
        finally:
            os._exit(0)
    os.close(write)
    data = b""
    while True:
        more = os.read(read, 65536)
        if not more:
            break
        data += more
    os.close(read)
    os.waitpid(pid, 0)
    return data.decode(errors="replace").split("\n")


def load(names):
    import runpy
    import test.libregrtest.main
    import test.support
    import unittest

    for module in modules_of(names):
        # The library only: "test." and the files' own modules are loaded by each run.
        spec = sys.modules.get(module)
        if spec is not None or module.partition(".")[0] not in LIBRARY:
            continue
        try:
            __import__(module)
        except BaseException:
            pass
    return runpy


LIBRARY = getattr(sys, "stdlib_module_names", frozenset()) - {"test", "antigravity", "this", "idlelib",
                                                             "readline", "turtledemo"}


def main():
    status = 1
    try:
        runpy = load([n for name in sys.argv[1:] for n in (name, "test." + name)])
    except Exception as error:
        _server.cannot("%s: %s" % (type(error).__name__, error))
        raise
    _, results = _server.serve([], lambda *asked: asked)
    _server.connect_output()
    with open(os.path.join(os.path.dirname(results.path), "args"), encoding="utf-8",
              errors="surrogateescape") as file:
        sys.argv[1:] = file.read().split("\n")[:-1]
    os.close(results.fd)
    os.unlink(results.path)
    try:
        runpy.run_module("test", run_name="__main__", alter_sys=True)
        status = 0
    except SystemExit as error:
        status = error.code if isinstance(error.code, int) else 0 if error.code is None else 1
    except BaseException:
        import traceback
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


if __name__ == "__main__":
    main()
