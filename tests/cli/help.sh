#!/usr/bin/env bash
# What the program says of itself.
. "$(dirname "$0")/../lib.sh"

# The words a newcomer needs, where one looks first.
test_alone_it_gets_one_going() {
	fails_with 129 "$FB"
	is "standard output" "$out" ""
	contains "the short help" "$err" "flake-bisect -- pytest tests/"
	contains "the short help" "$err" "--help"
	[ "$(wc -l <"$ERR")" -le 24 ] || fail "the short help does not fit a small window"
}

# Every option of the table stands in the help, and every line fits.
test_help_holds_every_option() {
	local help word
	succeeds "$FB" --help
	help=$out
	is "standard error" "$err" ""
	[ -z "$(awk 'length > 80' "$OUT")" ] || fail "wider than 80: $(awk 'length > 80' "$OUT")"
	succeeds "$FB" completion bash
	for word in $(printf '%s\n' "$out" | grep -oE -- "--[a-z][a-z-]+" | grep -v completion | sort -u); do
		contains "the help" "$help" "$word"
	done
	succeeds "$FB" help
	is "help" "$out" "$help"
}

# The help of a command shows options that it refuses, or hides those that it has.
test_help_of_a_command() {
	succeeds "$FB" rate --help
	lacks "rate's help" "$out" "--max-tests"
	contains "rate's help" "$out" "--max-runs"
	contains "rate's help" "$out" "usage: flake-bisect rate"
	local one=$out
	succeeds "$FB" help rate
	is "help rate" "$out" "$one"
	fails_with 129 "$FB" help nothing
	contains "the message" "$err" "there is no command 'nothing'"
}

test_version() {
	succeeds "$FB" --version
	matches "the version" "$out" 'flake-bisect [0-9]+\.[0-9]+\.[0-9]+'
}

# Catches libraries that every start pays for again, though few commands need them.
test_what_starts_with_the_programs() {
	need readelf # binutils, which the linker is of
	local name
	for name in curl archive git2; do
		grep -q "\"lib$name\.so" "$BUILD/gen/lazy/$name.c" || skip "lib$name is linked directly here"
		lacks "flake-bisect's libraries" "$(readelf -d "$FB")" "lib$name"
		lacks "flake-triage's libraries" "$(readelf -d "$FT")" "lib$name"
	done
	contains "flake-triage's libraries" "$(readelf -d "$FT")" "libsqlite3"
}

# Output that is lost on a full disk, with status 0.
test_output_that_cannot_be_written() {
	[ -e /dev/full ] || skip "no /dev/full"
	status=0
	"$FB" --help >/dev/full 2>"$ERR" || status=$?
	is "the status" "$status" 128
	contains "the message" "$(cat "$ERR")" "cannot write to standard output"
}

# Each framework has a row, and the JSON holds the same.
test_frameworks() {
	succeeds "$FB" frameworks
	contains "the table" "$out" "command"
	local names
	names=$(awk 'NF == 0 { exit } NR > 1 && !/^ / { print $1 }' "$OUT" | sort)
	[ -z "$(awk 'length > 80' "$OUT")" ] || fail "wider than 80: $out"
	need python3 python3
	"$FB" frameworks --json | python3 -c '
import json, sys
d = json.load(sys.stdin)
assert d["schema"] == 1
for f in d["frameworks"]:
    assert isinstance(f["order"], bool) and isinstance(f["warm"], bool)
    print(f["name"])' | sort >names || fail "the JSON is wrong"
	is "the names in JSON" "$(cat names)" "$names"
}

run_tests "$@"
