#!/usr/bin/env bash
# The line of progress, seen in real terminals of several widths, and not seen elsewhere.
. "$(dirname "$0")/../lib.sh"

# A runner of 60 tests that fails when t17 runs before t42, and waits at each run
# until the file `go` is there.
make_runner() {
	cat >run <<-'END'
		#!/bin/sh
		echo >>started
		until [ -e go ]; do sleep 0.02; done
		p=
		for t; do
			[ "$t" = t17 ] && p=yes
			[ "$t" = t42 ] && [ "$p" ] && exit 1
		done
		exit 0
	END
	chmod +x run
	seq -f 't%g' 60 >list
}

# A server each: one that is told to end still takes connections.
n_windows=0
in_tmux() {
	tmux -L "fb$$-$n_windows" -f /dev/null "$@"
}

# window COLUMNS OPTION...: flake-bisect in a terminal of that width, after $before.
window() {
	local columns=$1
	shift
	printf '%s\n' "${before:-:}" "$FB $* -i list -- ./run {tests}; echo status \$?; sleep 1000" >window.sh
	n_windows=$((n_windows + 1))
	in_tmux new-session -d -x "$columns" -y 40 "TERM=screen sh $PWD/window.sh"
}

pane() {
	in_tmux capture-pane -p
}

pane_has() {
	pane | grep -Eq -e "$1"
}

close_window() {
	in_tmux kill-server 2>/dev/null
	true
}

test_wide_window() {
	need tmux tmux
	make_runner
	window 100
	# The line is redrawn: the time in it goes on.
	wait_for 10 pane_has '^first run  60 tests  [1-9][0-9.]* s$'
	[ "$(pane | grep -c 'first run')" = 1 ] || fail "the line is there more than once: $(pane)"
	: >go
	wait_for 20 pane_has '^status 0'
	lacks "what is left" "$(pane)" "gate:"
	lacks "what is left" "$(pane)" "proof:"
	matches "the pane" "$(pane)" "  t17"
	close_window
}

# A line that wraps in a narrow window leaves a trail of lines behind.
test_narrow_window() {
	need tmux tmux
	make_runner
	window 24
	wait_for 10 pane_has '^first run'
	is "lines" "$(pane | grep -c .)" 1
	: >go
	wait_for 20 pane_has '^status 0'
	[ -z "$(pane | grep -E '(gate|search|proof): run')" ] || fail "left behind: $(pane)"
	close_window
}

# Lines of -v and the line of progress in each other's way.
test_lines_of_runs_are_whole() {
	need tmux tmux
	make_runner
	: >go
	window 90 -v
	wait_for 20 pane_has '^status 0'
	pane | grep -E 'run [0-9]+ ' >lines
	[ -z "$(grep -vE '^run [0-9]+ +(gate|search|proof) +[0-9]+ tests? +(pass|fail) +[0-9.]+ m?s' lines |
		grep -v 'runs in')" ] || fail "garbled: $(pane)"
	close_window
}

# Nothing of it where nobody looks; escapes in a log.
test_not_a_terminal() {
	make_runner
	: >go
	succeeds "$FB" -i list -- ./run '{tests}'
	is "standard error" "$err" ""
	lacks "standard output" "$out" "$(printf '\033')"
}

# Asked for in a log: whole lines, each new.
test_progress_in_a_log() {
	make_runner
	: >go
	succeeds "$FB" --progress=always -i list -- ./run '{tests}'
	lacks "standard error" "$err" "$(printf '\r')"
	lacks "standard error" "$err" "$(printf '\033')"
	matches "standard error" "$err" 'first run  60 tests'
	matches "standard error" "$err" 'search: run .*'
}

# Colour in a pipe, or against NO_COLOR.
test_colour() {
	need tmux tmux
	make_runner
	: >go
	succeeds "$FB" --color=always -i list -- ./run '{tests}'
	contains "the report" "$out" "$(printf '\033[1m')"
	window 90 --color=auto
	wait_for 20 pane_has '^status 0'
	in_tmux capture-pane -pe | grep -q "$(printf '\033\\[1m')" || fail "no colour on a terminal"
	close_window
	before='export NO_COLOR=1'
	window 90
	wait_for 20 pane_has '^status 0'
	in_tmux capture-pane -pe | grep -q "$(printf '\033\\[')" && fail "colour in spite of NO_COLOR"
	close_window
}

run_tests "$@"
