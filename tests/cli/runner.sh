#!/usr/bin/env bash
# The runner and the harness themselves: what must make a run of the tests fail.
. "$(dirname "$0")/../lib.sh"

# tree BODY: a copy of the runner in ./tree with one script of that body.
tree() {
	mkdir -p tree/tests/cli
	cp "$ROOT/tests/run" "$ROOT/tests/lib.sh" tree/tests/
	{
		echo '. "$(dirname "$0")/../lib.sh"'
		echo "$1"
		echo 'run_tests "$@"'
	} >tree/tests/cli/it.sh
}

last_line() {
	tail -n 1 "$OUT"
}

# A runner that adds up passes only would call everything green.
test_passing() {
	tree 'test_a() { is number 1 1; }
test_b() { is number 2 2; }'
	succeeds tree/tests/run
	is "closing line" "$(last_line)" "2 passed, 0 failed"
}

# A runner that loses the status of a file would call a failure green.
test_failing() {
	tree 'test_a() { is number 1 1; }
test_b() { is number 1 2; }'
	fails_with 1 tree/tests/run
	is "closing line" "$(last_line)" "1 passed, 1 failed"
	contains "the output of the failing test" "$out" "number is"
}

# A failed assert in a subshell or a pipe must fail the test all the same.
test_failing_in_a_subshell() {
	tree 'test_a() { echo x | while read -r x; do is it "$x" y; done; echo on; }'
	fails_with 1 tree/tests/run
	is "closing line" "$(last_line)" "0 passed, 1 failed"
}

# A misspelt assert prints an error and would go on as if it had passed.
test_unknown_command() {
	tree 'test_a() { isnt_defined x y; true; }'
	fails_with 1 tree/tests/run
	is "closing line" "$(last_line)" "0 passed, 1 failed"
}

# A filter that matches nothing, or a script without tests, must not be green.
test_nothing_ran() {
	tree ':'
	fails_with 1 tree/tests/run
	is "closing line" "$(last_line)" "0 passed, 1 failed"
	fails_with 1 tree/tests/run no-such-file
	is "closing line" "$(last_line)" "0 passed, 0 failed"
}

# A script that breaks off in the middle must not count as what it had reached.
test_broken_script() {
	tree 'test_a() { is number 1 1; }
exit 3'
	fails_with 1 tree/tests/run
	contains "the reason" "$out" "ended with status 3"
}

# A hanging file must end the run of the tests in time, and be named.
test_timeout() {
	tree '# timeout: 1
test_a() { sleep 100; }'
	fails_with 1 tree/tests/run
	contains "the reason" "$out" "timed out after 1 s"
}

# What a test leaves running, or in TMPDIR, disturbs the tests after it.
test_left_behind() {
	tree 'test_process() { sleep 100 & }
test_orphan() { setsid sh -c "sleep 100 & exit 0"; }
test_file() { : >"$TMPDIR/x"; }
test_clean() { sleep 0.01; : >y; }'
	fails_with 1 tree/tests/run
	is "closing line" "$(last_line)" "1 passed, 3 failed"
	contains "the process" "$out" "left a process behind:"
	contains "the file" "$out" "left a file behind:"
}

# Skipped tests are counted apart: they are no passes.
test_skipped() {
	tree 'test_a() { need no-such-program some-package; fail "went on"; }
test_b() { is number 1 1; }'
	succeeds tree/tests/run
	is "closing line" "$(last_line)" "1 passed, 0 failed, 1 skipped"
	contains "the reason" "$out" "no no-such-program (package some-package)"
}

# The caller's environment must not change what a test sees.
test_clean_environment() {
	tree 'test_a() { is PYTHONPATH "${PYTHONPATH-unset}" unset; is zone "$TZ" UTC; contains home "$HOME" "$SCRATCH"; }'
	succeeds env -u TEST_CLEAN PYTHONPATH=/nowhere TZ=Asia/Tokyo tree/tests/run
}

# A program of checks fails with each kind of check, and with none made.
test_check_h() {
	cat >t.c <<'END'
#include "tests/unit/check.h"
static void test_x(void) { CHECK(1 < 2); CHECK_INT(3, 3); CHECK_STR("a", "a"); CHECK_NEAR(.1, .1001, .01); }
static void test_y(void) { CHECK_STR("a", "b"); CHECK_INT(1, 2); CHECK(0); CHECK_NEAR(1, 2, .5); CHECK_STR(NULL, "x"); }
int main(int argc, char **argv) { (void)argv; if (argc > 1) test_x(); if (argc > 2) test_y(); return check_done(); }
END
	succeeds "${CC:-cc}" -I"$ROOT" -o t t.c
	fails_with 1 ./t
	succeeds ./t 1
	is output "$out" "ok test_x"
	fails_with 1 ./t 1 2
	contains output "$out" "FAILED test_y"
	contains output "$out" "t.c:3: test_y: \"a\""
	is "complaints" "$(grep -c '^t.c:' "$OUT")" 5
}

run_tests "$@"
