#!/usr/bin/env bash
# GoogleTest from Debian's package libgtest-dev (and g++).  The program is built once,
# into build/cache/gtest.
. "$(dirname "$0")/../lib.sh"

suite() {
	local source=$ROOT/tests/data/suites/gtest/prices_test.cc cache=$ROOT/build/cache/gtest

	need g++ g++
	need_that "no GoogleTest (package libgtest-dev)" test -e /usr/include/gtest/gtest.h
	if [ ! "$cache/prices_test" -nt "$source" ]; then
		mkdir -p "$cache"
		g++ -std=c++17 -o "$cache/prices_test.$$" "$source" -lgtest -lgtest_main -lpthread &&
			mv "$cache/prices_test.$$" "$cache/prices_test" || fail "cannot build the program"
	fi
	cp "$cache/prices_test" .
}

row() {
	succeeds "$BUILD/fake/row" "$@"
}

# Catches programs that are started, or not known, when the command is looked at.
test_detect() {
	suite
	row list -- ./prices_test
	printf '#!/bin/sh\ntouch started\necho gtest_list_tests\n' >script
	chmod +x script
	fails_with 1 "$BUILD/fake/row" list -- ./script
	[ ! -e started ] || fail "the program was started"
}

# Catches names of parametrised, typed and disabled tests that are read wrong.
test_list() {
	suite
	row list -- ./prices_test
	is "the list" "$(echo "$out" | tr '\n' ' ')" "EndingDeathTest.Exits Prices.Add Prices.Subtract Prices.PrintWithoutNewline \
Prices.Skipped Typed/0.HasSize Typed/1.HasSize Country.SpeaksOfDollars Country.HasAName \
Invoice.IsWritten Invoice.IsInEuros Invoice.IsSent Invoice.MayCrash Some/Numbers.AreSmall/0 \
Some/Numbers.AreSmall/1 Some/Numbers.AreSmall/2 Some/Numbers.AreSmall/3 Some/Numbers.AreSmall/4 \
Some/Numbers.AreSmall/5 Some/Numbers.AreSmall/6 Some/Numbers.AreSmall/7 Named/Numbers.AreSmall/Three "
	row list -- ./prices_test '--gtest_filter=Prices.*' --gtest_also_run_disabled_tests --gtest_repeat=3
	contains "the list" "$out" Prices.DISABLED_Multiply
	is "how many" "$(echo "$out" | wc -l)" 5
	contains "remarks" "$err" "--gtest_repeat=3 was left out"
}

# Catches results that are lost, doubled by the summary, or hidden by the test's output.
test_run() {
	suite
	export GTEST_REPEAT=2 GTEST_TOTAL_SHARDS=2 GTEST_SHARD_INDEX=1 GTEST_BRIEF=1
	row run Prices.PrintWithoutNewline Prices.Skipped Country.SpeaksOfDollars EndingDeathTest.Exits Invoice.IsInEuros \
		Some/Numbers.AreSmall/3 -- ./prices_test '--gtest_filter=-Prices.Add' --gtest_shuffle
	contains "run" "$out" "p EndingDeathTest.Exits
p Prices.PrintWithoutNewline
s Prices.Skipped
p Country.SpeaksOfDollars
f Invoice.IsInEuros
p Some/Numbers.AreSmall/3
message "
	contains "the message" "$out" 'prices_test.cc:33: Failure Expected equality of these values: currency Which is: "USD"'
	contains "run" "$out" "exited 1"
}

# Catches a crash that nobody is named for.
test_crash() {
	suite
	export CRASH=1
	row run Prices.Add Invoice.MayCrash -- ./prices_test
	contains "run" "$out" "p Prices.Add
f Invoice.MayCrash (no time)
message Invoice.MayCrash: the program ended in it, signal 6"
}

# Catches a repro that does not fail when pasted.
test_repro() {
	suite
	row repro Country.SpeaksOfDollars Invoice.IsInEuros -- ./prices_test --gtest_repeat=2
	is "the command" "$out" "./prices_test --gtest_filter=Country.SpeaksOfDollars:Invoice.IsInEuros"
	fails_with 1 sh -c "$out"
}

# Catches everything between the row and the answer.
test_bisect() {
	suite
	succeeds "$FB" --json -- ./prices_test
	contains "the answer" "$out" '"verdict":"isolated"'
	contains "the answer" "$out" '"tests":["Country.SpeaksOfDollars","Invoice.IsInEuros"]'
}

run_tests "$@"
