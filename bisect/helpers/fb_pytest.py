"""PYTEST_DONT_REWRITE: the pytest plugin of flake-bisect, loaded into the
user's own command by `-p` in PYTEST_ADDOPTS.

FLAKE_BISECT_MODE is "list": writes the names of all tests to FLAKE_BISECT_LIST;
"run": runs those named in FLAKE_BISECT_TESTS in that order and reports each to
FLAKE_BISECT_RESULTS; or "serve": collects once and answers questions by forks.
It works with pytest 6 to 8.  What would falsify a search is turned off: stopping at the
first failure, several processes, reruns, and orders that depend on the last
run.
"""
import os
import sys

import pytest

import fb_wire

FILES_MAX = 500  # more arguments than this cost more than they save


def message_of(report):
    """The first line of what went wrong."""
    crash = getattr(report.longrepr, "reprcrash", None)
    if crash is not None:
        return fb_wire.first_line(crash.message)
    lines = [l for l in str(report.longrepr).splitlines() if l.startswith("E ")]
    return fb_wire.first_line(lines[0][2:] if lines else report.longrepr)


class Plugin:
    def __init__(self, ours):
        self.ours = ours
        self.mode = ours.get("mode")
        self.results = None
        self.trouble_path = ours.get("results") or ours.get("list")
        self.trouble = ""      # the first reason why this run proves nothing
        self.broken = False    # collection failed
        self.asked = None
        self.narrowed = False
        self.server = None
        self.in_child = False
        self.seen = {}         # nodeid: [status, seconds, message]
        if self.mode == "serve":
            self.server = fb_wire.Server()
        elif self.mode == "run":
            self.asked = fb_wire.read_tests(ours["tests"])
            self.results = fb_wire.Results(ours["results"])

    def complain(self, text):
        if self.trouble:
            return
        self.trouble = text
        if self.server and not self.in_child:
            self.server.cannot(text)
        elif self.trouble_path:
            fb_wire.note_trouble(self.trouble_path, text)

    # --- options ---

    @pytest.hookimpl(tryfirst=True)
    def pytest_load_initial_conftests(self, early_config, args):
        known = early_config.known_args_namespace
        if getattr(known, "numprocesses", None) or getattr(known, "dist", "no") != "no":
            at = args.index("--") if "--" in args else len(args)
            args[at:at] = ["-n0", "--dist=no"]

    @pytest.hookimpl(trylast=True)
    def pytest_configure(self, config):
        for name in ("lfplugin", "lfplugin-collwrapper", "lfplugin-collskip", "nfplugin", "stepwise",
                     "stepwiseplugin"):
            plugin = config.pluginmanager.getplugin(name)
            if plugin is not None:
                config.pluginmanager.unregister(plugin)
        config.option.maxfail = 0
        if getattr(config.option, "reruns", None):
            config.option.reruns = 0
        self._note_root(config)
        if config.option.collectonly:
            raise pytest.UsageError("flake-bisect: --collect-only runs no test, leave it out")

    @staticmethod
    def _note_root(config):
        """Names are relative to the root folder; what must stand before them on a
        command line goes into a file, for the reproducing command."""
        prefix = os.path.relpath(str(getattr(config, "rootpath", None) or config.rootdir))
        if prefix != ".":
            fb_wire.note_once("pytest.root", prefix + "/")

    # --- collection ---

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection(self, session):
        if self.asked and not self.ours.get("wide"):
            self._narrow(session.config)

    def _narrow(self, config):
        """Collects only the files that hold asked tests.  Root folder, ini file and
        first conftest files are found by now, from the user's own arguments."""
        root = str(getattr(config, "rootpath", None) or config.rootdir)
        files = {}
        for name in self.asked:
            files[name.partition(b"::")[0]] = None
        paths = [os.path.join(root, os.fsdecode(file)) for file in files]
        if len(files) > FILES_MAX or any(b"\\" in file for file in files) \
                or not all(os.path.isfile(path) for path in paths):
            return
        config.args = paths
        config.option.pyargs = False
        self.narrowed = True

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_collection_modifyitems(self, session, config, items):
        yield
        if self.asked is not None:
            items[:] = self._choose(session, self.asked, self._by_name(items))

    @staticmethod
    def _by_name(items):
        names = {}
        for item in items:
            names.setdefault(fb_wire.escape(item.nodeid), []).append(item)
        return names

    def _choose(self, session, asked, by_name):
        chosen = [item for name in dict.fromkeys(asked) for item in by_name.get(name, ())]
        n_missing = sum(name not in by_name for name in asked)
        if n_missing and not self.broken:
            self.complain("%s%d of %d asked tests were not collected" % (
                "narrowed: " if self.narrowed else "", n_missing, len(asked)))
        session.testscollected = len(chosen)
        return chosen

    def pytest_collectreport(self, report):
        if report.failed:
            if not self.broken:
                self.complain("%s: %s" % (report.nodeid or "collection", message_of(report)))
            self.broken = True

    # --- running ---

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session):
        failed = session.testsfailed and not session.config.option.continue_on_collection_errors
        if failed:
            return None  # pytest says so and ends
        if self.mode == "list":
            fb_wire.write_list(self.ours["list"], [item.nodeid for item in session.items])
            return True
        if self.server:
            # Made before the forks: what a child only reads costs it nothing, but a
            # count of references that it changes costs it the page.
            self.by_name = self._by_name(session.items)
            self.all_items = session.items
            self.server.serve([item.nodeid for item in session.items],
                              lambda *asked: self._become_child(session, *asked))
        if not self.trouble:
            fb_wire.note_trouble(self.trouble_path)
        return None

    def _become_child(self, session, asked, results):
        self.in_child = True
        self.results = results
        self.trouble_path = results.path
        # The files that captured output goes to are shared with the other
        # children: it needs new ones.
        capture = session.config.pluginmanager.getplugin("capturemanager")
        capture.stop_global_capturing()
        self.server.connect_output()
        capture.start_global_capturing()
        capture.suspend_global_capture()
        session.items = self._choose(session, asked, self.by_name)

    def pytest_runtest_logreport(self, report):
        if self.results is None:
            return
        seen = self.seen.setdefault(report.nodeid, ["p", 0.0, ""])
        seen[1] += getattr(report, "duration", 0.0)
        if report.failed:
            if seen[0] != "f":
                seen[2] = message_of(report)
            seen[0] = "f"
        elif report.skipped and seen[0] == "p" and not hasattr(report, "wasxfail"):
            seen[0] = "s"
        if report.when == "teardown":
            del self.seen[report.nodeid]
            self.results.test(seen[0], seen[1], report.nodeid, seen[2])

    def pytest_internalerror(self, excrepr):
        self.complain("pytest: internal error: %s" % str(excrepr).strip().splitlines()[-1])

    def pytest_keyboard_interrupt(self, excinfo):
        if not self.broken:
            self.complain("pytest was interrupted: %s" % (excinfo.value or "KeyboardInterrupt"))

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_sessionfinish(self, session):
        yield
        self.status = int(session.exitstatus)
        if self.results is not None and self.status not in (2, 3, 4):
            self.results.end()

    @pytest.hookimpl(trylast=True)
    def pytest_unconfigure(self):
        if self.in_child:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(self.status)


_ours = fb_wire.take_environment()
if _ours:
    _plugin = Plugin(_ours)


def pytest_addoption(pluginmanager):
    pluginmanager.register(_plugin, "flake-bisect")
