#!/usr/bin/env bash
# Any command: placeholders, and runners that .flake-bisect.ini describes.
. "$(dirname "$0")/../lib.sh"

# A runner: `./kunit --list`, `./kunit [--file] TESTS`; c fails after b.
suite() {
	cat >kunit <<-'END'
		#!/bin/sh
		[ "$1" = --list ] && { printf '%s\n' a b "c it's" 'd e'; exit; }
		status=0 dirty='' results=/dev/null
		run() {
			case $1 in
			b) dirty=1 ;;
			c*) [ -z "$dirty" ] || { status=1; echo "not ok $1"; printf 'f\t5\t%s\tdirty\n' "$1" >>"$results"; return; } ;;
			esac
			echo "ok $1"
			printf 'p\t5\t%s\n' "$1" >>"$results"
		}
		case $1 in
		--results=*) results=${1#*=} && shift ;;
		esac
		case $1 in
		--file) while IFS= read -r t; do run "$t"; done <"$2" ;;
		--filter) IFS=,; for t in $2; do run "$t"; done ;;
		*) for t; do run "$t"; done ;;
		esac
		echo end >>"$results"
		exit $status
	END
	chmod +x kunit
	./kunit --list >list
}

answer() {
	contains "the answer" "$out" '"verdict":"isolated"'
	contains "the answer" "$out" "\"tests\":[\"b\",\"c it's\"]"
}

# Catches a placeholder that loses a test, a blank or a quote.
test_placeholders() {
	suite
	for words in '{tests}' '--file {file}' '--filter {filter:,}'; do
		succeeds "$FB" --json -i list -- ./kunit $words
		answer
	done
	succeeds "$FB" --json --list-command './kunit --list' -- ./kunit '{tests}'
	answer
}

# Catches a repro that does not fail when pasted.
test_repro() {
	suite
	for words in '{tests}' '--file {file}' '--filter {filter:,}'; do
		succeeds env ROW_INPUT=list "$BUILD/fake/row" repro b "c it's" -- ./kunit $words
		fails_with 1 sh -c "$out"
		is "its output" "$out" "ok b
not ok c it's"
	done
}

# Catches names that are changed on their way into a file.
test_names() {
	printf 'back\\\\slash\n\\x23hash\n tab\\there \n' >list
	succeeds env ROW_INPUT=list "$BUILD/fake/row" run -- sh -c 'cp "$1" got' - '{file}'
	is "the file" "$(cat got)" "$(printf 'back\\slash\n#hash\n tab\there ')"
	printf 'new\\nline\n' >list
	fails_with 1 env ROW_INPUT=list "$BUILD/fake/row" run -- cat '{file}'
	contains "the error" "$err" "has a newline"
}

# Catches a list that is not missed, and arguments the system would refuse.
test_errors() {
	suite
	fails_with 1 "$BUILD/fake/row" list -- ./kunit '{tests}'
	contains "the error" "$err" "give --input FILE or --list-command CMD"
	fails_with 1 "$BUILD/fake/row" list -- ./kunit
	contains "the error" "$err" "put {tests}, {file}"
	perl -e 'print "x" x 1000, "$_\n" for 1 .. 140' >list
	fails_with 1 env ROW_INPUT=list "$BUILD/fake/row" run -- true '{filter:,}'
	contains "the error" "$err" "use {file}"
	perl -e 'print "x" x 1000, "$_\n" for 1 .. 9000' >list
	fails_with 1 env ROW_INPUT=list "$BUILD/fake/row" run -- true '{tests}'
	contains "the error" "$err" "use {file}"
	succeeds env ROW_INPUT=list "$BUILD/fake/row" run -- true '{file}'
}

# Catches three lines that are not enough, for each kind of result.
test_ini() {
	suite
	cat >.flake-bisect.ini <<-'END'
		[framework kunit]
		list = ./kunit --list
		run = ./kunit {tests}
		result = ^ok (?<pass>.+)|^not ok (?<fail>.+)
	END
	succeeds "$FB" --json -- ./kunit
	answer
	contains "the answer" "$out" "\"victim\":\"c it's\""
	sed -i -e 's/^run.*/run = .\/kunit --results={results} --file {file}/' -e 's/^result.*/result = results/' .flake-bisect.ini
	succeeds "$FB" --json -F kunit -- ./kunit
	answer
	contains "the answer" "$out" "\"victim\":\"c it's\""
}

# Catches a mistake in the file that is not told with its line.
test_ini_mistake() {
	suite
	printf '[framework kunit]\nrun = ./kunit {tests}\nresult = ok (?<pass>\n' >.flake-bisect.ini
	run "$FB" -i list -- ./kunit
	[ "$status" -ge 128 ] || fail "status $status"
	contains "the error" "$err" ".flake-bisect.ini:3: "
}

run_tests "$@"
