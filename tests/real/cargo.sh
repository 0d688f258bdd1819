#!/usr/bin/env bash
# cargo test (0.66) from Debian's package cargo, on a crate without dependencies; it is
# built in build/cache/cargo-target.
. "$(dirname "$0")/../lib.sh"

suite() {
	need cargo cargo
	cp -R "$ROOT/tests/data/suites/cargo/." .
	export CARGO_TARGET_DIR=$ROOT/build/cache/cargo-target RUST_BACKTRACE=0
}

row() {
	succeeds "$BUILD/fake/row" "$@"
}

# Catches tests of a target that are missing, and filters that are passed over.
test_list() {
	suite
	row list -- cargo test
	is "the list" "$(echo "$out" | tr '\n' ' ')" "prices::tests::adds prices::tests::b_dollars prices::tests::c_euros \
prices::tests::ignored prices::tests::knows_its_folder prices::tests::may_abort prices::tests::panics whole::adds whole::whole "
	row list -- cargo test adds -q
	is "of a filter" "$(echo "$out" | tr '\n' ' ')" "prices::tests::adds whole::adds "
	row list -- cargo test --test whole -- --skip whole
	is "of --skip" "$out" whole::adds
}

# Catches results that are read wrong.
test_run() {
	suite
	row run prices::tests::b_dollars prices::tests::c_euros prices::tests::ignored prices::tests::panics \
		prices::tests::knows_its_folder whole::adds -- cargo test -- --test-threads=1 --nocapture
	is "run" "$(echo "$out" | grep -v ^message)" "p prices::tests::b_dollars
f prices::tests::c_euros
s prices::tests::ignored
p prices::tests::knows_its_folder
p prices::tests::panics
p whole::adds
exited 101"
	contains "the message" "$out" "currency is not EUR"
}

# Catches an abort that nobody is named for.
test_crash() {
	suite
	export CRASH=1
	row run prices::tests::adds prices::tests::may_abort -- cargo test -- --test-threads 1
	is "run" "$out" "p prices::tests::adds
f prices::tests::may_abort
message tests::may_abort
ended otherwise 6"
}

# Catches a crate that does not build and is taken for one without tests.
test_build() {
	suite
	export CARGO_TARGET_DIR=$PWD/target
	echo 'fn f() { undefined() }' >>src/lib.rs
	fails_with 1 "$BUILD/fake/row" list -- cargo test
	contains "the error" "$err" "could not compile"
}

# Catches a repro that does not fail when pasted.
test_repro() {
	suite
	row repro prices::tests::b_dollars prices::tests::c_euros -- cargo test --offline -- --test-threads=1
	is "the command" "$out" \
		"cargo test --offline -p prices --lib -- --test-threads=1 --exact tests::b_dollars tests::c_euros"
	fails_with 101 sh -c "$out"
}

# Catches everything between the row and the answer.
test_bisect() {
	suite
	succeeds "$FB" --json -- cargo test -- --test-threads=1
	contains "the answer" "$out" '"verdict":"isolated"'
	contains "the answer" "$out" '"tests":["prices::tests::b_dollars","prices::tests::c_euros"]'
}

run_tests "$@"
