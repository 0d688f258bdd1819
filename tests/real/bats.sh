#!/usr/bin/env bash
# bats (package bats).
. "$(dirname "$0")/../lib.sh"

suite() {
	need bats bats
	cp "$ROOT/tests/data/suites/bats/"*.bats .
}

row() {
	succeeds "$BUILD/fake/row" "$@"
}

# Catches forms of a test that are not seen.
test_list() {
	suite
	row list -- bats a.bats b.bats
	is "the list" "$out" 'a.bats:first (of all) [x] \$HOME
a.bats:shared
a.bats:bare
a.bats:by_comment
b.bats:polluter
b.bats:shared
b.bats:indented
b.bats:victim'
	row list -- bats --filter '^(sh|vic)' .
	is "the list" "$out" './a.bats:shared
./b.bats:shared
./b.bats:victim'
	row list -- bats -rt .
	is "how many" "$(echo "$out" | wc -l)" 8
}

# Catches tests of one name in two files that are taken for one another.
test_same_name() {
	suite
	row run a.bats:shared b.bats:polluter -- bats a.bats b.bats
	is "run" "$out" "p a.bats:shared
p b.bats:polluter
exited 0"
	row run b.bats:shared b.bats:victim -- bats a.bats b.bats
	is "run" "$out" "p b.bats:shared
p b.bats:victim
exited 0"
}

# Catches endings that are read wrong, and names that the expression takes for its own.
test_run() {
	suite
	row run -- bats a.bats b.bats
	is "run" "$out" 'p a.bats:first (of all) [x] \\$HOME
p a.bats:shared
s a.bats:bare
p a.bats:by_comment
p b.bats:polluter
p b.bats:shared
p b.bats:indented
f b.bats:victim
message `[ ! -e "$BATS_RUN_TMPDIR/dirty" ]'"'"' failed
exited 1'
	row run 'a.bats:first (of all) [x] \$HOME' a.bats:bare -- bats a.bats b.bats
	is "run" "$(echo "$out" | head -n 2)" 'p a.bats:first (of all) [x] \\$HOME
s a.bats:bare'
}

# Catches an expression that is too long for an argument, or too slow for bash.
test_many() {
	suite
	for i in $(seq 150); do
		printf '@test "test number %s has a name that is quite long, as names of tests are" { true; }\n' "$i"
	done >many.bats
	row run -- bats many.bats --filter 'number .?.?7 '
	is "how many" "$(echo "$out" | grep -c '^p')" 15
	mapfile -t tests < <("$BUILD/fake/row" list -- bats many.bats | sed -n 'p;n')
	row run "${tests[@]}" -- bats many.bats
	is "how many" "$(echo "$out" | grep -c '^p')" 75
	[ -e session/run/bats.sh ] || fail "it was one expression"
}

# Catches failures outside of tests that are blamed on one.
test_outside() {
	suite
	printf 'setup_file() { false; }\n@test "one" { true; }\n@test "two" { true; }\n' >c.bats
	row run -- bats c.bats b.bats
	contains "run" "$out" "whole setup_file failed"
	lacks "run" "$out" "f c.bats"
	contains "run" "$out" "p b.bats:polluter"
}

# Catches a repro that does not fail when pasted.
test_repro() {
	suite
	row repro b.bats:polluter b.bats:victim -- bats a.bats b.bats
	is "the command" "$out" "bats --filter '^(polluter|victim)\$' b.bats"
	fails_with 1 sh -c "$out"
}

# Catches everything between the row and the answer.
test_bisect() {
	suite
	succeeds "$FB" --json -- bats a.bats b.bats
	contains "the answer" "$out" '"verdict":"isolated"'
	contains "the answer" "$out" '"tests":["b.bats:polluter","b.bats:victim"]'
}

run_tests "$@"
