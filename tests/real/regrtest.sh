#!/usr/bin/env bash
# CPython's regrtest, Debian's 3.11.2 (packages libpython3.11-testsuite, python3.11-dbg).
. "$(dirname "$0")/../lib.sh"

suite() {
	need python3.11 python3.11
	need_that "no test suite (package libpython3.11-testsuite)" python3.11 -c 'import test.libregrtest'
	cp "$ROOT/tests/data/suites/regrtest/"*.py .
	python="python3.11 -B -m test --testdir ."
}

row() {
	succeeds "$BUILD/fake/row" "$@"
}

# Catches options that run tests again, a file that ends the list, and ids that differ
# from those of regrtest.
test_list() {
	suite
	row list -- $python -w
	is "the list" "$out" "test_crash.Test.test_crash
test_crash.Test.test_hang
test_down.Test.test_a
$(python3.11 -B -m test --testdir . --list-cases test_pollute test_skip)"
	contains "the remarks" "$err" "--rerun was left out"
	contains "the remarks" "$err" "test_import"
	row list -- $python -m '*dirty' -i '*skip*'
	is "the list" "$out" test_pollute.Test.test_make_dirty
}

# Catches tests that run though they were not asked for, and failures without a name.
test_run() {
	suite
	row run test_pollute.Test.test_victim test_pollute.Test.test_make_dirty \
		test_pollute.Test.test_subtests -- $python
	is "run" "$out" "p test_pollute.Test.test_make_dirty
f test_pollute.Test.test_victim
f test_pollute.Test.test_subtests (no time)
message AssertionError: 1 is not false : dirty
exited 2"
	row run test_pollute.Test.test_victim -- $python -j2
	is "run" "$out" "p test_pollute.Test.test_victim
exited 0"
	row run test_skip.Test.test_a test_skip.Other.test_a -- $python
	is "run" "$out" "p test_skip.Other.test_a
s test_skip.Test.test_a (no time)
exited 0"
}

# Catches failures of the whole that are blamed on a test, or taken for nothing.
test_whole() {
	suite
	row run test_pollute.Test.test_env test_pollute.Test.test_00 -- $python --fail-env-changed
	is "env" "$out" "p test_pollute.Test.test_00
p test_pollute.Test.test_env
message Warning -- os.environ was modified by test_pollute
whole env changed
exited 3"
	row run test_down.Test.test_a -- $python
	contains "tear-down" "$out" "whole failure in set-up or tear-down"
	row run test_crash.Test.test_crash -- $python -j1
	is "crash" "$out" "message test_crash crashed (Exit code -6)
whole crash of a worker
exited 2"
	row run test_crash.Test.test_crash -- $python
	is "crash" "$out" "ended otherwise 6"
	row run test_crash.Test.test_hang -- $python --timeout 1
	is "hang" "$out" "whole timeout of a test file
exited 1"
}

# Catches names that regrtest would pass over, and wrong options that look like bad tests.
test_errors() {
	suite
	printf 'test_pollute.Test.nosuch\n' >list
	fails_with 1 env ROW_INPUT=list "$BUILD/fake/row" run -- $python test_pollute
	contains "the error" "$err" "test 'test_pollute.Test.nosuch' is not among those"
	fails_with 1 "$BUILD/fake/row" list -- $python -u nonsense
	contains "the error" "$err" "invalid resource: nonsense"
	fails_with 1 "$BUILD/fake/row" list -- $python --no-such-option
	contains "the error" "$err" "no option '--no-such-option'"
}

# Catches a repro that does not fail when pasted, in either form.
test_repro() {
	suite
	row repro test_pollute.Test.test_make_dirty test_pollute.Test.test_victim -- $python -w
	is "the command" "$out" "$python -m test_pollute.Test.test_make_dirty -m test_pollute.Test.test_victim test_pollute"
	fails_with 2 sh -c "$out"
	python3.11 - >test_many.py <<-END
		print("import sys, unittest\nclass T(unittest.TestCase):")
		for i in range(50): print(f"    def test_{i}(self): self.assertNotEqual({i}, 49)")
	END
	row repro $("$BUILD/fake/row" list -- $python test_many) -- $python
	contains "the command" "$out" "--matchfile session/repro-"
	fails_with 2 sh -c "$out"
}

# Catches everything between the row and the answer.
test_bisect() {
	suite
	succeeds "$FB" --json -- $python test_pollute -i '*subtests'
	contains "the answer" "$out" '"verdict":"isolated"'
	contains "the answer" "$out" '"tests":["test_pollute.Test.test_make_dirty","test_pollute.Test.test_victim"]'
	succeeds "$FB" --json -- $python --fail-env-changed test_pollute -m '*0' -m '*env' -m '*leak'
	contains "the answer" "$out" '"tests":["test_pollute.Test.test_env"]'
}

# Catches a report that leaks itself, so that every test seems to.
test_leak() {
	suite
	need python3.11-dbg python3.11-dbg
	python="python3.11-dbg -B -m test --testdir . -R 3:3 test_pollute"
	row run test_pollute.Test.test_00 test_pollute.Test.test_make_dirty -- $python
	is "run" "$out" "p test_pollute.Test.test_00 (no time)
p test_pollute.Test.test_make_dirty (no time)
exited 0"
	succeeds "$FB" --json -- $python -m '*0' -m '*leak' -m '*dirty' -m '*env'
	contains "the answer" "$out" '"tests":["test_pollute.Test.test_leak"]'
	[ ! -e reflog.txt ] || fail "it left reflog.txt"
}

run_tests "$@"
