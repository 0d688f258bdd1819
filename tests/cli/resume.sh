#!/usr/bin/env bash
# Resume: goes on exactly where it was, or says why not.
. "$(dirname "$0")/../lib.sh"

# suite: a list of 200 tests, and ./suite, which fails when t7 and t131 are in, writes
# one line a run to `runs`, and at the run number in `stop-at` waits for ever.
suite() {
	seq -f 't%g' 1 200 >list
	: >runs
	cat >suite <<-'SH'
		#!/bin/sh
		echo "$*" >>runs
		[ ! -e stop-at ] || [ "$(wc -l <runs)" != "$(cat stop-at)" ] || { : >stopped; exec sleep 1000; }
		case " $* " in *" t7 "*) case " $* " in *" t131 "*) echo "FAIL: bug $$"; exit 1 ;; esac ;; esac
		exit 0
	SH
	chmod +x suite
}

# The answer without what differs from session to session.
answer() {
	grep -v -e 'runs in' -e 'runs are in' <<<"$out"
}

numbers() {
	grep -o '	n=[0-9]*' .flake-bisect/latest/journal | tr -dc '0-9\n'
}

# Catches an answer lost by SIGKILL, a run done twice, or one taken back.  (Two
# sessions may differ in their questions, which depend on measured times.)
test_kill() {
	suite
	for at in 1 2 8 17; do
		: >runs
		rm -f stopped
		echo "$at" >stop-at
		background "$FB" -i list -- ./suite '{tests}'
		wait_for 20 test -e stopped
		kill -KILL "$pid"
		wait "$pid" 2>/dev/null
		is "runs written down before run $at" "$(numbers | wc -l)" "$((at - 1))"
		cp .flake-bisect/latest/journal before
		rm stop-at
		succeeds "$FB" resume
		contains "answer after a kill in run $at" "$out" "  t7
  t131

"
		is "the journal's beginning" "$(head -n "$((at - 1))" .flake-bisect/latest/journal)" "$(cat before)"
		is "runs after a kill in run $at" "$(wc -l <runs)" "$(($(numbers | wc -l) + 1))"
		is "numbers after a kill in run $at" "$(numbers)" "$(seq "$(numbers | wc -l)")"
	done
}

# Catches a session that cannot go on with another number of jobs, or be shown after it.
test_other_jobs() {
	suite
	for jobs in '2 1' '1 3' '3 2'; do
		read -r first later <<<"$jobs"
		: >runs
		rm -rf stopped .flake-bisect
		echo 9 >stop-at
		background "$FB" -j "$first" -i list -- ./suite '{tests}'
		wait_for 20 test -e stopped
		kill -KILL "$pid"
		wait "$pid" 2>/dev/null
		rm stop-at
		run "$FB" resume -j "$later" -N 12
		succeeds "$FB" resume -j "$first" -N 1000
		contains "answer with $jobs jobs" "$out" "  t7
  t131

"
		whole=$(answer)
		succeeds "$FB" show
		is "shown" "$(answer)" "$whole"
	done
}

# Catches a resume that is turned away while what was killed is still ending its runs.
test_resume_at_once() {
	suite
	for i in 1 2 3 4 5 6 7 8; do
		: >runs
		rm -f stopped
		echo "$i" >stop-at
		background "$FB" -i list -- ./suite '{tests}'
		wait_for 20 test -e stopped
		rm stop-at
		kill -KILL "$pid"
		"$FB" resume -q >resumed 2>&1 || fail "resumed at once: $(cat resumed)"
		wait "$pid" 2>/dev/null
	done
}

# Catches Ctrl-C that ends in silence, leaves a process, or cannot be gone on from.
test_interrupt() {
	suite
	echo 9 >stop-at
	background "$FB" -i list -- ./suite '{tests}'
	wait_for 20 test -e stopped
	kill -INT "$pid"
	wait "$pid"
	is status "$?" 130
	contains output "$(cat "$OUT" "$ERR")" 'flake-bisect resume'
	rm stop-at
	succeeds "$FB" resume
	contains answer "$out" t131
	is numbers "$(numbers)" "$(seq "$(numbers | wc -l)")"
}

# Catches a status that is not the signal's.
test_terminate() {
	suite
	echo 1 >stop-at
	background "$FB" -i list -- ./suite '{tests}'
	wait_for 20 test -e stopped
	kill -TERM "$pid"
	wait "$pid"
	is status "$?" 143
}

# Catches a finished session that is done again.
test_finished() {
	suite
	succeeds "$FB" -i list -- ./suite '{tests}'
	whole=$out
	n=$(wc -l <runs)
	succeeds "$FB" resume
	is answer "$out" "$whole"
	is runs "$(wc -l <runs)" "$n"
}

# Catches a budget that resume cannot extend.
test_budget() {
	suite
	fails_with 125 "$FB" -N 5 -i list -- ./suite '{tests}'
	is runs "$(wc -l <runs)" 5
	fails_with 125 "$FB" resume
	is runs "$(wc -l <runs)" 5
	succeeds "$FB" resume -N 100
	contains answer "$out" t131
}

# Catches answers for one list believed of another.
test_list_changed() {
	suite
	fails_with 125 "$FB" -N 5 -i list -- ./suite '{tests}'
	sed -i 's/^t50$/u50/' list
	fails_with 128 "$FB" resume
	contains stderr "$err" "the first difference is 'u50'"
}

test_command_changed() {
	suite
	fails_with 125 "$FB" -N 5 -i list -- ./suite '{tests}'
	echo '# more' >>suite
	fails_with 128 "$FB" resume
	contains stderr "$err" "the command changed: './suite'"
}

test_directory_changed() {
	suite
	fails_with 125 "$FB" -N 5 -i list -- ./suite '{tests}'
	mkdir other
	cd other || exit
	fails_with 128 "$FB" resume "../.flake-bisect/$(readlink ../.flake-bisect/latest)"
	contains stderr "$err" "begun in the directory '${PWD%/other}'"
}

# Catches a torn line that makes a session unreadable, and one believed.
test_torn() {
	suite
	succeeds "$FB" -i list -- ./suite '{tests}'
	whole=$(answer)
	n=$(wc -l <runs)
	truncate -s -5 .flake-bisect/latest/journal
	succeeds "$FB" resume
	contains stderr "$err" torn
	is answer "$(answer)" "$whole"
	is runs "$(wc -l <runs)" "$((n + 1))"
	is numbers "$(numbers)" "$(seq "$n")"
}

# Catches answers believed that are not those that were given.
test_damaged() {
	suite
	fails_with 125 "$FB" -N 5 -i list -- ./suite '{tests}'
	sed -i '2s/verdict=pass/verdict=fail/;2s/verdict=unresolved/verdict=fail/' .flake-bisect/latest/journal
	fails_with 128 "$FB" resume
	contains stderr "$err" 'line 2 is damaged'
}

# Catches the scratch folder of a killed session left for ever.
test_scratch_swept() {
	suite
	echo 3 >stop-at
	background "$FB" -i list -- ./suite '{tests}'
	wait_for 20 test -e stopped
	kill -KILL "$pid"
	wait "$pid" 2>/dev/null
	[ -n "$(ls "$TMPDIR")" ] || fail "the killed session had no scratch folder"
	rm stop-at
	succeeds "$FB" -i list -- ./suite '{tests}'
	is TMPDIR "$(ls "$TMPDIR")" ''
}

# Catches several runs under way that are answered in another order than recorded.
test_parallel() {
	suite
	background "$FB" -j 3 -i list -- ./suite '{tests}'
	wait_for 20 eval '[ "$(wc -l <runs)" -ge 8 ]'
	kill -KILL "$pid"
	wait "$pid" 2>/dev/null
	succeeds "$FB" resume
	contains answer "$out" t131
	is doubles "$(numbers | sort | uniq -d)" ''
}

# Catches guessed durations that live on beside those that the list reported: a replay, which
# never guessed, asked something else.
test_shown_with_forks() {
	cp "$ROOT/tests/data/quickstart/test_shop.py" .
	for i in 1 2 3; do
		rm -rf .flake-bisect
		succeeds "$FB" -j 2 --victim test_shop.ReceiptTest.test_price -- python3 -m unittest test_shop
		whole=$(answer)
		succeeds "$FB" show
		is "shown" "$(answer)" "$whole"
	done
}

run_tests "$@"
