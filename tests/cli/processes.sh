#!/usr/bin/env bash
# Nothing survives: no process, temporary file or lock, whatever the command does
# and however the program ends; and what the command does is no excuse for a
# wrong answer.  (tests/lib.sh looks for processes and files after each test.)
. "$(dirname "$0")/../lib.sh"

CHILD=$BUILD/fake/child

# suite LINE...: makes ./t.sh, which does the lines and then fails when b and e are
# both asked for; and the list a to f.
suite() {
	printf '%s\n' a b c d e f >list
	{
		echo '#!/bin/sh'
		[ $# = 0 ] || printf '%s\n' "$@"
		echo 'case " $* " in *b*e*) echo broken; exit 1 ;; esac'
	} >t.sh
	chmod +x t.sh
}

bisect() { # OPTION...: in the foreground, through `run`
	run timeout 100 "$FB" -i list "$@" -- ./t.sh '{tests}'
}

right() {
	is 'the status' "$status" 0
	contains 'the answer' "$out" 'these 2 tests together make it fail:
  b
  e'
}

gone() { # PID
	! kill -0 "$1" 2>/dev/null || [ "$(sed 's/.*) //; s/ .*//' "/proc/$1/stat" 2>/dev/null)" = Z ]
}

# Waits for the file, then for the end of the processes whose ids are in it.
all_gone() { # FILE...
	local file pid
	for file; do
		while read -r pid; do
			wait_for 10 gone "$pid"
		done <"$file"
	done
}

# A run that never ends while there is no file 'end', with a child, a daemon and one that forgot everything.
endless_suite() {
	suite 'echo $$ >>leaders' "'$CHILD' daemon ignore-term pid daemon.pid forever" \
		"'$CHILD' ignore-term pid child.pid forever &" \
		"'$CHILD' forget pid forgetful.pid forever &" \
		"trap '' TERM" 'while [ ! -e end ]; do sleep 0.02; done'
}

started() {
	[ -s daemon.pid ] && [ -s child.pid ] && [ -s forgetful.pid ]
}

# Catches children, theirs, or a lock that outlive the program's own sudden end,
# and a session that cannot go on after it.
test_sigkill() {
	[ -d /proc/self ] || skip 'children are guarded on Linux only'
	endless_suite
	background "$FB" -i list -- ./t.sh '{tests}'
	wait_for 20 started
	kill -KILL "$pid"
	wait "$pid"
	all_gone leaders daemon.pid child.pid forgetful.pid
	touch end
	run timeout 60 "$FB" resume
	right
}

# Catches a session that is lost with the program: what was answered stays so.
test_sigkill_and_resume() {
	suite 'echo x >>runs; [ ! -e slow ] || sleep 1'
	background "$FB" -i list -- ./t.sh '{tests}'
	wait_for 20 [ -s runs ]
	touch slow
	kill -KILL "$pid"
	wait "$pid"
	rm slow
	run timeout 60 "$FB" resume
	right
	local all
	all=$("$FB" show --json | grep -o '"runs":[0-9]*' | head -n 1 | cut -d: -f2)
	[ "$(wc -l <runs)" -le $((all + 1)) ] || fail "$(wc -l <runs) runs instead of $all and the one that was lost"
}

ends_by() { # SIGNAL NUMBER
	endless_suite
	background "$FB" -i list -- ./t.sh '{tests}'
	wait_for 20 started
	kill -"$1" "$pid"
	wait "$pid"
	is 'the status' $? $((128 + $2))
	all_gone leaders daemon.pid child.pid forgetful.pid
	contains 'what is known, and what to do' "$(cat "$OUT" "$ERR")" resume
}

# Catches a program that dies at Ctrl-C with its children left to themselves, or
# that hides from its caller that it was a signal.
test_sigint() { ends_by INT 2; }
test_sigterm() { ends_by TERM 15; }
test_sighup() { ends_by HUP 1; }

# Catches a grace that cannot be cut short.
test_second_sigint() {
	endless_suite
	background "$FB" -i list -- ./t.sh '{tests}'
	wait_for 20 started
	kill -INT "$pid"
	kill -INT "$pid"
	wait "$pid"
	is 'the status' $? 130
	all_gone leaders daemon.pid child.pid forgetful.pid
}

# Catches a limit that a command can outlive, by ignoring SIGTERM or by running away.
test_timeout() {
	suite "'$CHILD' daemon ignore-term forever" "trap '' TERM" \
		'case " $* " in *b*e*) while :; do sleep 1; done ;; esac'
	bisect -t 300ms --timeout-is fail
	right
}

# Catches descendants that are left behind by runs that end well.
test_leaks() {
	suite "'$CHILD' daemon pid daemon.pid forever" "'$CHILD' forever &"
	bisect
	right
	all_gone daemon.pid
}

# Catches a run whose exit is taken from the end of its output.
test_closed_output() {
	suite 'exec >/dev/null 2>&1' 'exec >&- 2>&-'
	bisect
	right
}

# Catches output that is kept in memory, or that holds the command up.
test_much_output() {
	suite "'$CHILD' flood 200000000" "'$CHILD' flood 1000 >&2"
	background "$FB" -N 3 -i list -- ./t.sh '{tests}'
	local high=0 now
	while kill -0 "$pid" 2>/dev/null; do
		now=$(sed -n 's/^VmHWM:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$pid/status" 2>/dev/null)
		high=${now:-$high}
		sleep 0.01
	done
	wait "$pid"
	[ "$high" -lt 50000 ] || fail "it took $high kB of memory"
	[ "$(du -sk .flake-bisect | cut -f 1)" -lt 5000 ] || fail "$(du -sk .flake-bisect) on disk"
}

# Catches commands that cannot be started and are taken for failing ones.
test_not_started() {
	suite
	fails_with 128 "$FB" -i list -- ./nothing '{tests}'
	contains 'the error' "$err" "cannot start './nothing': No such file or directory"
	fails_with 128 "$FB" -i list -- ./list '{tests}'
	contains 'the error' "$err" "cannot start './list': Permission denied"
}

# Catches time limits that run on while the program is stopped by Ctrl-Z.
test_stopped() {
	[ -d /proc/self ] || skip 'looks at /proc'
	suite "'$CHILD' pid one.pid print x" '[ ! -e hold ] || { touch held; while [ -e hold ]; do sleep 0.02; done; }'
	touch hold
	background perl -e 'setpgrp; exec @ARGV' "$FB" -t 1s -i list -- ./t.sh '{tests}'
	wait_for 20 [ -e held ]
	kill -TSTP "$pid"
	wait_for 20 grep -q '^State:.T' "/proc/$pid/status"
	sleep 1.2 # time itself is tested here
	kill -0 "$pid" || fail 'it ended while it was stopped'
	rm hold
	kill -CONT "$pid"
	wait "$pid"
	status=$? out=$(cat "$OUT")
	right
}

# Catches two programs in one directory that write into the same session.
test_two_at_once() {
	suite 'sleep 0.02'
	background "$FB" -i list -- ./t.sh '{tests}'
	bisect
	right
	wait "$pid"
	status=$? out=$(cat "$OUT")
	right
	is 'sessions' "$(find .flake-bisect -mindepth 1 -maxdepth 1 -type d | wc -l)" 2
}

run_tests "$@"
