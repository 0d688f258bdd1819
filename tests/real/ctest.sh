#!/usr/bin/env bash
# ctest from Debian's package cmake (3.21 or later), on a test file as CMake writes it.
. "$(dirname "$0")/../lib.sh"

suite() {
	need ctest cmake
	cp -R "$ROOT/tests/data/suites/ctest/." .
}

row() {
	succeeds "$BUILD/fake/row" "$@"
}

# Catches a list that is not in the order of a run (COST, fixtures), or loses names.
test_list() {
	suite
	row list -- ctest
	is "the list" "$out" "$(TMPDIR=. ctest | sed -n 's/^ *Start *[0-9]*: //p')"
	is "how many" "$(echo "$out" | wc -l)" 29
	row list -- ctest -R '^adds' --repeat until-pass:3 --schedule-random
	is "of -R" "$(echo "$out" | wc -l)" 8
	contains "remarks" "$err" "--repeat was left out"
	contains "remarks" "$err" "--schedule-random was left out"
}

# Catches tests that run in another order than asked, or not at all.
test_order() {
	suite
	row run 'reads settings' 'counts 3' 'adds.1' -- ctest -j1
	is "run" "$out" "$(printf 'p %s\n' 'reads settings' 'counts 3' 'adds.1' && echo "exited 0")"
	row run 'writes settings' 'odd ...***Failed "q" é' 'reads settings' -- ctest
	contains "run" "$out" 'f reads settings
message reads settings: Failed: currency is USD, not EUR
exited 8'
}

# Catches WILL_FAIL, DISABLED and fixtures that are read wrong.
test_kinds() {
	suite
	row run 'fails as it should' 'not today' 'asks the server' -- ctest
	is "run" "$out" 'p fails as it should
s not today
p starts the server
p asks the server
p stops the server
exited 0'
}

# Catches a repro that runs something else, also in an order that ctest does not have.
test_repro() {
	suite
	row repro 'writes settings' 'reads settings' -- ctest
	is "the command" "$out" "ctest -I 0,0,0,13,22,"
	export TMPDIR=$PWD
	run sh -c "$out"
	contains "its output" "$out" "22 - reads settings (Failed)"
	row repro 'reads settings' 'writes settings' 'counts 1' -- ctest
	is "its tests" "$(sh -c "$out" | sed -n 's/^ *Start *[0-9]*: //p' | tr '\n' ',')" \
		"reads settings,writes settings,counts 1,"
}

# Catches lists that are cut or refused because of their length.
test_long() {
	need ctest cmake
	for i in $(seq 3000); do echo "add_test(\"a test with a rather long name, number $i\" true)"; done >CTestTestfile.cmake
	"$BUILD/fake/row" list -- ctest >names
	tail -n 2900 names | tac | tr '\n' '\0' | xargs -0 -x sh -c '"$0" run "$@" -- ctest' "$BUILD/fake/row" >ran
	is "how many" "$(grep -c '^p ' ran)" 2900
	is "their order" "$(grep '^p ' ran | cut -c 3-)" "$(tail -n 2900 names | tac)"
}

# Catches a folder without tests that is taken for an empty suite.
test_nothing() {
	need ctest cmake
	fails_with 1 "$BUILD/fake/row" list -- ctest
	contains "the error" "$err" "is that the build folder?"
}

# Catches everything between the row and the answer.
test_bisect() {
	suite
	succeeds "$FB" --json -- ctest
	contains "the answer" "$out" '"verdict":"isolated"'
	contains "the answer" "$out" '"tests":["writes settings","reads settings"]'
}

run_tests "$@"
