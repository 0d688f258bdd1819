"""Stands in for `python -m unittest` in flake-bisect's runs: the same loading,
the same runner, but the asked tests in the asked order.

FLAKE_BISECT_MODE is "list": writes the names of all tests to FLAKE_BISECT_LIST;
"run": runs those named in FLAKE_BISECT_TESTS in that order and reports each to
FLAKE_BISECT_RESULTS; or "serve": loads once and answers questions by forks.
Without it this is `python -m unittest`.

The suite is flattened: unittest itself enters and leaves classes and modules
whenever the next test is of another one (setUpClass, tearDownModule, ...).
"""
import os
import re
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import fb_wire

_ours = fb_wire.take_environment(as_module=True)
_mode = _ours.get("mode")
_server = fb_wire.Server() if _mode == "serve" else None

import time
import unittest
from unittest import suite as unittest_suite

_SHARED = re.compile(r"(setUp|tearDown)(Class|Module) \((.*)\)")


def flatten(tests):
    """The tests in order; a nested suite that is not unittest's own may do anything
    when it runs, and is left out of nothing but its own run()."""
    for test in tests:
        try:
            inner = iter(test)
        except TypeError:
            yield test
        else:
            yield from flatten(inner)


def message_of(err):
    """Type and first line, as the last line of the traceback says them."""
    kind, value, _ = err
    name = kind.__name__ if kind.__module__ in ("builtins", "__main__") else \
        "%s.%s" % (kind.__module__, kind.__qualname__)
    try:
        text = fb_wire.first_line(value)
    except Exception:
        text = "<exception str() failed>"
    return "%s: %s" % (name, text) if text else name


class Reporting:
    """Mixed into the runner's own result class: writes the results file."""

    results = None  # of this process
    asked = ()      # tests of this run, in order

    def startTest(self, test):
        self._fb_start = time.perf_counter()
        self._fb_status, self._fb_message = "p", ""
        super().startTest(test)

    def stopTest(self, test):
        super().stopTest(test)
        self._fb_last = test
        self.results.test(self._fb_status, time.perf_counter() - self._fb_start, test.id(),
                          self._fb_message)

    def _fb_fail(self, message):
        if self._fb_status != "f":
            self._fb_status, self._fb_message = "f", message

    def addError(self, test, err):
        if isinstance(test, unittest_suite._ErrorHolder):
            self._fb_shared(test.id(), "f", message_of(err))
        else:
            self._fb_fail(message_of(err))
        super().addError(test, err)

    def addFailure(self, test, err):
        self._fb_fail(message_of(err))
        super().addFailure(test, err)

    def addSubTest(self, test, subtest, err):
        if err is not None:
            self._fb_fail(message_of(err))
        super().addSubTest(test, subtest, err)

    def addUnexpectedSuccess(self, test):
        self._fb_fail("unexpected success")
        super().addUnexpectedSuccess(test)

    def addSkip(self, test, reason):
        if isinstance(test, unittest_suite._ErrorHolder):
            self._fb_shared(test.id(), "s", "")
        elif getattr(self, "_fb_status", "p") == "p":
            self._fb_status = "s"
        super().addSkip(test, reason)

    def _fb_shared(self, what, status, message):
        """A class's or module's set-up (its tests will not run) or tear-down (its
        last test has run) came to this."""
        match = _SHARED.match(what)
        if match is None:
            return
        if match.group(1) == "tearDown":
            if status == "f" and getattr(self, "_fb_last", None) is not None:
                self.results.test(status, None, self._fb_last.id(), message)
            return
        for test in self.asked:
            of = test.__class__.__module__
            if match.group(2) == "Class":
                of += "." + test.__class__.__qualname__
            if of == match.group(3):
                self.results.test(status, None, test.id(), message)


def load_by_name(asked):
    """The asked tests, loaded from their modules alone; None where that could give
    other tests than the user's own arguments."""
    loader = unittest.TestLoader()
    tests = []
    for name in asked:
        if b"\\" in name:
            return None
        try:
            found = list(flatten(loader.loadTestsFromName(os.fsdecode(name))))
        except Exception:
            return None
        if len(found) != 1 or fb_wire.escape(found[0].id()) != name:
            return None
        module = found[0].__class__.__module__
        while module:
            if hasattr(sys.modules.get(module), "load_tests"):
                return None
            module = module.rpartition(".")[0]
        tests += found
    return tests


class Program(unittest.TestProgram):
    def createTests(self, from_discovery=False, Loader=None):
        top = "."
        if from_discovery:
            top = self.top or self.start
            if os.path.isdir(top) and os.path.relpath(top) != ".":
                fb_wire.note_once("unittest.path", os.path.relpath(top))
        self.test = None
        if _mode == "run" and "wide" not in _ours and os.path.isdir(top):
            # What discovery does, and where the tests' own modules are found.
            if from_discovery and os.path.abspath(top) not in sys.path:
                sys.path.insert(0, os.path.abspath(top))
            self.test = load_by_name(fb_wire.read_tests(_ours["tests"]))
        if self.test is None:
            super().createTests(from_discovery, Loader)

    def runTests(self):
        self.failfast = False
        tests = list(flatten(self.test))
        by_name = {}
        for test in tests:
            by_name.setdefault(fb_wire.escape(test.id()), []).append(test)
        if _mode == "list":
            fb_wire.write_list(_ours["list"], [test.id() for test in tests])
            sys.exit(0)
        if _mode == "serve":
            asked, results = _server.serve([test.id() for test in tests], lambda *asked: asked)
            _server.connect_output()
        else:
            asked, results = fb_wire.read_tests(_ours["tests"]), fb_wire.Results(_ours["results"])
        self._run_asked(asked, by_name, results)

    def _run_asked(self, asked, by_name, results):
        chosen = [test for name in dict.fromkeys(asked) for test in by_name.get(name, ())]
        fb_wire.note_trouble(results.path)
        self.test = unittest.TestSuite(chosen)
        runner = self.testRunner or unittest.TextTestRunner
        kind = getattr(runner, "resultclass", None) or unittest.TextTestResult
        reporting = type("Result", (Reporting, kind), {"results": results, "asked": chosen})
        self.testRunner = type("Runner", (runner,), {"resultclass": reporting})
        self.exit = False
        super().runTests()
        results.end()
        sys.stdout.flush()
        sys.stderr.flush()
        if _mode == "serve":
            os._exit(not self.result.wasSuccessful())
        sys.exit(not self.result.wasSuccessful())


def main():
    # As unittest/__main__.py does: the name that usage messages show.
    sys.argv[0] = os.path.basename(sys.executable) + " -m unittest"
    if _mode is None:
        unittest.main(module=None)
    else:
        Program(module=None)


if __name__ == "__main__":
    main()
