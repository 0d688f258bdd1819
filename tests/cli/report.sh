#!/usr/bin/env bash
# What a session prints: each verdict from a real search, the one JSON document of
# whatever ending, statuses, and the command that reproduces.
. "$(dirname "$0")/../lib.sh"

# A runner of tests t1 to t60 whose body decides on "$t", with $seen all before it.
runner() {
	{
		echo '#!/bin/sh'
		echo 'echo >>started'
		echo 'seen=" "'
		echo 'for t; do'
		printf '%s\n' "$1"
		echo '	seen="$seen$t "'
		echo 'done'
		echo 'exit 0'
	} >run
	chmod +x run
	seq -f 't%g' 60 >list
}

pair='	case $t$seen in t42*" t17 "*) echo "t42: polluted"; exit 1 ;; esac'

# member EXPRESSION: of the document d on the last run's standard output, which must be one.
member() {
	python3 -c 'import json, sys
d = json.load(open(sys.argv[1]))
v = eval(sys.argv[2])
print(v if isinstance(v, str) else json.dumps(v))' "$OUT" "$1" || fail "not one JSON document: $(cat "$OUT")"
}

test_isolated() {
	runner "$pair"
	succeeds "$FB" -i list -o kept -- ./run '{tests}'
	is "the first lines" "$(head -n 3 "$OUT")" "these 2 tests together make it fail:
  t17
  t42"
	matches "the evidence" "$out" '  with both: ([0-9]+) of \1 fail'
	matches "the evidence" "$out" '  without one or both: 0 of [0-9]+ fail'
	is "the file of -o" "$(cat kept)" "t17
t42"
	# The command that is printed fails when it is pasted.
	local again
	again=$(sed -n '/^to see it again:/{n;p;}' "$OUT")
	fails_with 1 sh -c "$again"
	is "what it prints" "$out" "t42: polluted"
}

test_isolated_quiet() {
	runner "$pair"
	succeeds "$FB" -q -i list -- ./run '{tests}'
	is "the answer" "$out" "these 2 tests together make it fail:
  t17
  t42"
	is "standard error" "$err" ""
}

# A key that is promised and missing, or of another type.
test_json() {
	need python3 python3
	runner "$pair"
	succeeds "$FB" --json -i list -- ./run '{tests}'
	is "keys" "$(member '",".join(list(d)[:12])')" \
		"schema,verdict,confidence,tests,runs,work,seconds,rate,culprits,other_failures,repro,session"
	is "the verdict" "$(member 'd["verdict"]')" isolated
	is "the tests" "$(member 'd["culprits"][0]["tests"]')" '["t17", "t42"]'
	is "the repro" "$(member 'd["repro"]')" "./run t17 t42"
	is "proven" "$(member 'd["culprits"][0]["minimal"] and d["culprits"][0]["proven"]')" true
	is "sure" "$(member '0.99 <= d["confidence"] <= 1')" true
	[ -d "$(member 'd["session"]')" ] || fail "there is no session"
}

# With -v the lines of runs must not get into the document.
test_json_and_verbose() {
	need python3 python3
	runner "$pair"
	succeeds "$FB" --json -v -i list -- ./run '{tests}'
	is "the verdict" "$(member 'd["verdict"]')" isolated
	contains "standard error" "$err" "run 1 "
}

# One test that is enough by itself.
test_one_test() {
	runner '	case $t in t33) exit 3 ;; esac'
	succeeds "$FB" -i list -- ./run '{tests}'
	matches "the answer" "$(head -n 1 "$OUT")" "'t33' (makes it fail|fails by itself; no other test is needed)"
}

test_never_failed() {
	runner ''
	fails_with 1 "$FB" -i list -- ./run '{tests}'
	matches "the answer" "$(head -n 1 "$OUT")" 'it never failed: [0-9]+ runs of all 60 tests, no failure'
	contains "advice" "$out" "--shuffle"
}

# A failure that depends on no test, every other run: no test may be blamed.
test_plain_flake() {
	need python3 python3
	runner ''
	sed -i '2a n=$(wc -l <started); case $((n * 7 % 11)) in 0 | 3 | 4 | 8) echo bad luck; exit 1 ;; esac' run
	succeeds "$FB" --json -i list -- ./run '{tests}'
	is "the verdict" "$(member 'd["verdict"]')" plain-flake
	is "culprits" "$(member 'd["culprits"]')" "[]"
	succeeds "$FB" show
	matches "the answer" "$(head -n 1 "$OUT")" 'a plain flake: it fails now and then .*, whatever else runs'
}

# A budget that ends the search: what is known, status 125, and a command that goes on.
test_undecided() {
	need python3 python3
	runner "$pair"
	fails_with 125 "$FB" -N 4 -i list -- ./run '{tests}'
	matches "the first line" "$(head -n 1 "$OUT")" 'undecided: .*'
	local again session=(.flake-bisect/2*)
	again=$(sed -n '/^to go on:/{n;p;}' "$OUT")
	is "how to go on" "$again" "  flake-bisect resume -N 8 ${session[0]}"
	fails_with 125 "$FB" show --json
	is "the verdict" "$(member 'd["verdict"]')" undecided
	succeeds "$FB" resume -N 500
	contains "the answer" "$out" "t17"
}

# Ctrl-C: what is known, then the end by the signal; with --json one document all the same.
test_interrupted() {
	need python3 python3
	runner "$pair"
	sed -i '2a [ $(wc -l <started) -lt 4 ] || { : >waiting; until [ -e go ]; do sleep 0.02; done; }' run
	background "$FB" --json -i list -- ./run '{tests}'
	wait_for 20 test -e waiting
	kill -INT "$pid"
	status=0
	wait "$pid" || status=$?
	is "the status" "$status" 130
	is "the verdict" "$(member 'd["verdict"]')" undecided
	is "what was known" "$(member 'd["rate"]["fails"]')" 1
	: >go
	succeeds "$FB" resume
	contains "the answer" "$out" "t17"
}

# A failure outside: an error, one document, nothing else.
test_error_in_json() {
	need python3 python3
	fails_with 128 "$FB" --json -i nothing -- ./run '{tests}'
	contains "the error" "$(member 'd["error"]')" "nothing"
	contains "standard error" "$err" "flake-bisect: "
}

# Names that write to the terminal, or break the line.
test_names_are_escaped() {
	runner '	case $t in b*) exit 1 ;; esac'
	printf '# flake-bisect: escaped names\na\nb\\x1b[31m\\n x\nc\n' >list
	succeeds "$FB" -i list -- ./run '{tests}'
	contains "the answer" "$(head -n 1 "$OUT")" "'b\\x1b[31m\\n x'"
	lacks "the report" "$out" "$(printf '\033')"
	local again
	again=$(sed -n '/^to see it again:/{n;p;}' "$OUT")
	fails_with 1 bash -c "$again"
}

test_rate() {
	need python3 python3
	runner "$pair"
	succeeds "$FB" rate -i list -- ./run '{tests}'
	matches "the answer" "$(head -n 1 "$OUT")" 'it failed in ([0-9]+) of \1 runs: 100 % \(95 % interval: .* to 100 %\)'
	succeeds "$FB" rate --json -i list -- ./run '{tests}'
	is "the rate" "$(member 'd["rate"]["fails"] == d["rate"]["runs"] > 0 and "verdict" not in d')" true
	runner ''
	fails_with 1 "$FB" rate -i list -- ./run '{tests}'
	matches "the answer" "$(head -n 1 "$OUT")" 'it failed in 0 of [0-9]+ runs: 0 % .*'
}

# Output that cannot be written must not end with status 0, nor another error be blamed.
test_full_disk() {
	[ -e /dev/full ] || skip "no /dev/full"
	runner "$pair"
	status=0
	"$FB" -i list -- ./run '{tests}' >/dev/full 2>"$ERR" || status=$?
	is "the status" "$status" 128
	contains "the message" "$(cat "$ERR")" "cannot write to standard output: No space left on device"
}

run_tests "$@"
