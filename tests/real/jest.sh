#!/usr/bin/env bash
# jest from npm, as scripts/install-deps --test brings it (npm install --global jest).
. "$(dirname "$0")/../lib.sh"

polluter='prices.test.js > country (odd) [a-z]* \d speaks of $dollars?'
victim='prices.test.js > is in "euros"'

suite() {
	need node nodejs
	need jest 'npm: jest'
	cp -R "$ROOT/tests/data/suites/jest/." .
}

jest=jest

row() {
	succeeds "$BUILD/fake/row" "$@"
}

# Catches names that are listed twice or not at all, and a list that runs tests.
test_list() {
	suite
	export CRASH=1
	row list -- $jest --bail
	is "the list" "$out" "numbers.test.js > adds
numbers.test.js > subtracts
prices.test.js > adds
prices.test.js > Adds
$polluter
prices.test.js > country (odd) [a-z]* \\d is number 1
prices.test.js > country (odd) [a-z]* \\d is number 2
prices.test.js > country (odd) [a-z]* \\d is number 3
prices.test.js > country (odd) [a-z]* \\d is not there
prices.test.js > country (odd) [a-z]* \\d is still to be written
$victim
prices.test.js > may exit"
	contains "remarks" "$err" "--bail was left out"
	row list -- $jest -t subtracts
	is "of -t" "$out" "numbers.test.js > subtracts"
}

# Catches tests of the same name, or with another case, that run too; and wrong results.
test_run() {
	suite
	row run "$polluter" "$victim" 'prices.test.js > adds' 'prices.test.js > country (odd) [a-z]* \d is not there' -- $jest
	is "run" "$out" "p prices.test.js > adds
p $(echo "$polluter" | sed 's/\\/&&/')
s prices.test.js > country (odd) [a-z]* \\\\d is not there
f $victim
message expect(received).toBe(expected) // Object.is equality\\n\\nExpected: \"EUR\"\\nReceived: \"USD\"
exited 1"
	row run 'prices.test.js > Adds' 'numbers.test.js > subtracts' -- $jest
	is "run" "$out" "p prices.test.js > Adds
p numbers.test.js > subtracts
exited 0"
}

# Catches a file that cannot be loaded and counts as a failure of what was asked.
test_errors() {
	suite
	row list -- $jest
	echo 'syntax error' >prices.test.js
	row list -- $jest
	is "the list" "$out" "numbers.test.js > adds
numbers.test.js > subtracts"
	contains "the remark" "$err" "a test file cannot be loaded"
}

# Catches a run that was killed and is taken as whole.
test_crash() {
	suite
	export CRASH=1
	row run 'prices.test.js > adds' 'prices.test.js > may exit' -- $jest
	contains "run" "$out" "p prices.test.js > adds"
	contains "run" "$out" "ended otherwise 9"
}

# Catches a repro that does not fail when pasted.
test_repro() {
	suite
	row repro "$polluter" "$victim" -- $jest
	fails_with 1 sh -c "$out"
	contains "its output" "$err" "1 failed"
}

# Catches everything between the row and the answer.
test_bisect() {
	suite
	succeeds "$FB" --json -- $jest
	contains "the answer" "$out" '"verdict":"isolated"'
	contains "the answer" "$out" 'speaks of $dollars?","prices.test.js > is in \"euros\""]'
}

run_tests "$@"
