#!/usr/bin/env bash
# Fork servers inside whole sessions: used, dropped, and gone at the end.
. "$(dirname "$0")/../lib.sh"

export PYTHONDONTWRITEBYTECODE=1

polluter=test_a.py::test_polluter
victim=sub/test_z.py::test_victim

pytest_suite() {
	need_that "no pytest (package python3-pytest)" python3 -m pytest --version
	cp -R "$ROOT/tests/data/suites/pytest/." .
	rm test_setup.py
	sed -i '/def test_teardown/,/pass/d' sub/test_z.py
}

# Catches a fork server that is never used, or is used for the proof.
test_used() {
	pytest_suite
	succeeds "$FB" -v -- pytest -q
	contains "the runs" "$err" "(warm)"
	lacks "the proof" "$(grep ' proof ' "$ERR")" "(warm)"
	fails_with 0 "$FB" -v --no-warm -- pytest -q
	lacks "the runs" "$err" "(warm)"
}

# Catches a suite that cannot be forked (what it holds is of the process that loaded it)
# and is answered for by forks all the same.
test_dropped() {
	pytest_suite
	cat >>shop.py <<-'END'
		import os
		owner = os.getpid()
	END
	sed -i 's/    assert shop.settings\["currency"\] == "EUR"$/    assert shop.settings["currency"] == "EUR" or os.getpid() != shop.owner/; 1i import os' sub/test_z.py
	succeeds "$FB" -v --json -- pytest -q
	contains "the remark" "$err" "the fork server is not used"
	contains "the answer" "$out" "\"tests\":[\"$polluter\",\"$victim\"]"
}

# Catches a question that never ends: its limit must hold in a fork, and nothing may be left.
test_timeout() {
	pytest_suite
	sed -i 's/    assert shop.settings\["currency"\] == "EUR"$/    if shop.settings["currency"] != "EUR": time.sleep(600)/; 1i import time' sub/test_z.py
	succeeds "$FB" -v --json --timeout 3 --timeout-is fail -- pytest -q
	contains "the answer" "$out" "$polluter"
}

# started N: the program has N children or more.
started() {
	[ "$(wc -w <"/proc/$pid/task/$pid/children")" -ge "$1" ]
}

# Catches a fork server or a run that outlives a session that was stopped or killed in the
# middle (run_tests looks for processes and files).
test_killed() {
	pytest_suite
	need_that "no /proc/PID/task/TID/children" test -r "/proc/$$/task/$$/children"
	sed -i 's/^def test_last.*/&\n    import time; time.sleep(600)/' sub/test_z.py
	for signal in TERM KILL; do
		background "$FB" -v --timeout 900 -- pytest -q
		# The guardian and the fork server; the run of the whole list is the server's.
		wait_for 30 started 2
		wait_for 30 compgen -G "$TMPDIR/flake-bisect-*/1/tests"
		kill "-$signal" "$pid"
		wait "$pid" || true
		# What `resume` would remove.
		rm -rf .flake-bisect "$TMPDIR"/flake-bisect-*
	done
}

# Catches a polluter being named for a failure that only forked processes have.
test_forks_only() {
	cat >test_y.py <<-'PY'
		import os
		pid, state = os.getpid(), []
		def test_a(): pass
		def test_pollute(): state.append(1)
		def test_b(): pass
		def test_victim(): assert os.getpid() == pid or not state
	PY
	fails_with 1 "$FB" -N 25 -- pytest -q test_y.py
	contains "what is said" "$err" "the fork server is not used"
	contains "the answer" "$out" "it never failed"
}

# Catches regrtest's forks that do not see a changed environment, or see one too many.
test_regrtest() {
	need_that "no test suite (package libpython3.11-testsuite)" python3.11 -c 'import test.bisect_cmd'
	mkdir td
	{
		printf 'import unittest, sys, asyncio, decimal\nclass T(unittest.TestCase):\n'
		for i in $(seq 100 160); do printf '    def test_%s(self): %s\n' "$i" "$([ "$i" = 137 ] && echo 'sys.path.append("/x")' || echo pass)"; done
	} >td/test_many.py
	succeeds "$FB" -v --json -- python3.11 -m test --testdir td --fail-env-changed test_many
	contains "the answer" "$out" '"tests":["test_many.T.test_137"]'
	contains "the runs" "$err" "(warm): env changed: Warning -- sys.path was modified by test_many"
}

run_tests "$@"
