#!/usr/bin/env bash
# What a run's end counts as: exit statuses, timeouts, matches, other failures, leaks.
. "$(dirname "$0")/../lib.sh"

# suite BODY: tests t1..t30; ./suite has `has NAME` (NAME was asked) and runs BODY.
suite() {
	seq -f 't%g' 1 30 >list
	{
		echo '#!/bin/sh'
		echo 'all=" $* "'
		echo 'has() { case $all in *" $1 "*) return 0 ;; esac; return 1; }'
		echo 'both() { has t5 && has t21; }'
		cat
	} >suite
	chmod +x suite
}

isolates() { # WHAT OPTIONS...: finds t5 and t21
	local what=$1
	shift
	succeeds "$FB" "$@" -i list -- ./suite '{tests}'
	contains "$what" "$out" "  t5
  t21
"
}

# Catches 125, 126 or 127 taken for a failure (or a pass).
test_cannot_tell() {
	for code in 125 126 127; do
		suite <<<"[ -e first ] && [ ! -e once ] && : >once && exit $code; : >first; both && exit 1; exit 0"
		rm -f once first
		isolates "answer with $code"
		contains journal "$(cat .flake-bisect/latest/journal)" "exit status $code"
	done
}

# Catches a command that always "cannot tell" blamed on a test, or asked for ever.
test_always_cannot_tell() {
	suite <<<'exit 125'
	fails_with 125 "$FB" -i list -- ./suite '{tests}'
	contains answer "$out$err" 125
}

test_fail_exit() {
	suite <<<'has t9 || exit 2; both && exit 3; exit 1'
	succeeds "$FB" --fail-exit 3 -i list -- ./suite '{tests}'
	contains answer "$out" "  t5
  t9
  t21
"
	suite <<<'both && exit 3; exit 1'
	isolates answer --fail-exit 2,3-7
	suite <<<'both && exit 125; exit 0'
	isolates answer --fail-exit 125
	suite <<<'both && kill -SEGV $$; exit 1'
	isolates answer --fail-exit 139
}

# Catches an innocent test blamed for another failure, and one that is not shown.
test_other_failure() {
	suite <<-'SH'
		n=$(cat count 2>/dev/null || echo 0); n=$((n + 1)); echo $n >count
		[ $((n % 4)) = 0 ] && { echo "network unreachable: port $$"; exit 1; }
		both && { echo "FAIL: bug at 0x$$"; exit 1; }
		exit 0
	SH
	isolates answer
	contains others "$out" 'network unreachable'
}

# Catches --any-failure without effect.
test_any_failure() {
	suite <<-'SH'
		both && { n=$(cat count 2>/dev/null || echo 0); n=$((n + 1)); echo $n >count
			case $((n % 3)) in 0) echo "MemoryError" ;; 1) echo "ValueError: x" ;; 2) exit 9 ;; esac; exit 1; }
		exit 0
	SH
	isolates answer --any-failure
}

test_signal() {
	suite <<<'both && kill -SEGV $$; exit 0'
	isolates answer
	contains signature "$(cat .flake-bisect/latest/journal)" 'outcome=crash'
}

test_match() {
	suite <<<'both && echo "warning: it LEAKS 3 times"; has t9 && exit 1; exit 0'
	isolates answer --match 'LEAKS \d+'
	fails_with 1 "$FB" --match 'nothing like that' -i list -- ./suite '{tests}'
	fails_with 129 "$FB" --match '(' -i list -- ./suite '{tests}'
}

# Catches a run that goes on after its match.
test_stop_at_match() {
	suite <<<'both && { echo LEAKS; exec sleep 1000; }; exit 0'
	isolates answer --match LEAKS --stop-at-match
}

# Catches a hang that ends the search, and one that is not what was searched for.
test_timeout() {
	suite <<<'both && exec sleep 1000; exit 0'
	isolates answer --timeout 0.3 --timeout-is fail
	contains journal "$(cat .flake-bisect/latest/journal)" 'outcome=timeout'
	suite <<<'[ -e first ] && [ ! -e once ] && : >once && exec sleep 1000; : >first; both && exit 1; exit 0'
	isolates answer --timeout 0.5
}

# Two at once: the search begins beside the first run of the whole list.  Catches an answer
# that rests on a run that passed, and one that is not looked for because it did.
test_search_beside_the_whole_list() {
	suite <<<'both && exit 1; exit 0'
	isolates answer -j 2
	contains "the whole list" "$out" 'the whole list: 1 of 1 fail'
	suite <<<'has t1 && has t30 && ! [ -e once ] && : >once && exit 0; both && exit 1; exit 0'
	isolates "answer after a pass" -j 2
	contains "the whole list" "$out" 'the whole list: 2 of 3 fail'
	suite <<<'exit 0'
	fails_with 1 "$FB" -j 2 -i list -- ./suite '{tests}'
	contains answer "$out" 'it never failed: 29 runs'
}

# Catches a target that a rare other failure took in the first run and keeps for ever.
test_first_failure_was_another() {
	for jobs in 1 2; do
		suite <<<'[ -e once ] || { : >once; exit 7; }; both && exit 1; exit 0'
		rm -f once
		isolates answer -j "$jobs"
		contains "the failure" "$out" 'the failure: exit status 1'
		contains "the other" "$out" 'exit status 7'
		succeeds "$FB" show
		contains "the same on a replay" "$out" 'the failure: exit status 1'
	done
}

# Catches a hang of the whole list after which nobody learns of --timeout-is.
test_timeout_of_all() {
	seq 1 4 >list
	fails_with 125 "$FB" --timeout 0.2 -i list -- sh -c 'exec sleep 1000' '{tests}'
	contains answer "$out" 'if a hang is the failure say --timeout-is fail'
}

# Catches a process that outlives its run, and a run that waits for it.
test_leak() {
	suite <<<'sleep 1000 & both && exit 1; exit 0'
	isolates answer
	contains journal "$(cat .flake-bisect/latest/journal)" 'outcome=leak'
}

# Catches busy processes that stay.
test_stress() {
	suite <<<'both && exit 1; exit 0'
	isolates answer --stress 2 -j 2
}

test_not_reproduced() {
	suite <<<'exit 0'
	fails_with 1 "$FB" -i list -- ./suite '{tests}'
	fails_with 1 "$FB" --json -i list -- ./suite '{tests}'
	contains json "$out" '"verdict":"not-reproduced"'
}

run_tests "$@"
