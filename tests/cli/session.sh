#!/usr/bin/env bash
# Sessions: folders, locks, what is written there and what is not.
. "$(dirname "$0")/../lib.sh"

# suite CODE: a list of 40 tests t1..t40 and a command ./suite that fails when t7 and t31 are in.
suite() {
	seq -f 't%g' 1 40 >list
	cat >suite <<-'SH'
		#!/bin/sh
		case " $* " in *" t7 "*) case " $* " in *" t31 "*) echo "FAIL: bug $$"; exit 1 ;; esac ;; esac
		exit 0
	SH
	chmod +x suite
}

# Catches a second session written over the first, or `latest` left on the old one.
test_folders() {
	suite
	succeeds "$FB" -i list -- ./suite '{tests}'
	contains stdout "$out" .flake-bisect/
	first=$(readlink .flake-bisect/latest)
	matches name "$first" '[0-9]{8}-1'
	succeeds "$FB" -i list -- ./suite '{tests}'
	matches name "$(readlink .flake-bisect/latest)" '[0-9]{8}-2'
	[ -s ".flake-bisect/$first/journal" ] || fail "the first journal is gone"
	is gitignore "$(cat .flake-bisect/.gitignore)" '*'
}

# Catches another root ignored.
test_session_option() {
	suite
	succeeds "$FB" --session elsewhere/deep -i list -- ./suite '{tests}'
	[ -s elsewhere/deep/latest/journal ] || fail "no journal in elsewhere/deep"
	[ ! -e .flake-bisect ] || fail "also in .flake-bisect"
	succeeds "$FB" show --session elsewhere/deep
	contains answer "$out" t31
}

# Catches two programs in one folder, or one that waits for the other.
test_two_at_once() {
	suite
	cat >slow <<-'SH'
		#!/bin/sh
		: >"began.$$"
		while [ ! -e go ]; do sleep 0.02; done
		exec ./suite "$@"
	SH
	chmod +x slow
	background "$FB" -i list -- ./slow '{tests}'
	one=$pid
	wait_for 10 compgen -G 'began.*'
	succeeds "$FB" -i list -- ./suite '{tests}'
	contains answer "$out" t31
	: >go
	wait "$one" || fail "the first ended with $?"
	is sessions "$(printf '%s\n' .flake-bisect/*-* | wc -l)" 2
}

# Catches a resume that works on a session that another process has open.
test_resume_running() {
	suite
	cat >slow <<-'SH'
		#!/bin/sh
		: >"began.$$"
		while [ ! -e go ]; do sleep 0.02; done
		exec ./suite "$@"
	SH
	chmod +x slow
	background "$FB" -i list -- ./slow '{tests}'
	one=$pid
	wait_for 10 compgen -G 'began.*'
	fails_with 128 "$FB" resume
	contains stderr "$err" "process $one"
	: >go
	wait "$one" || fail "the first ended with $?"
	succeeds "$FB" resume
}

# Catches a secret of the environment in the session, in an output or elsewhere.
test_no_secrets() {
	suite
	cat >leaky <<-'SH'
		#!/bin/sh
		env
		./suite "$@" && exit 0
		echo "Error: cannot log in with $MY_API_TOKEN" >&2
		exit 1
	SH
	chmod +x leaky
	succeeds env MY_API_TOKEN=hunter2hunter2 PLAIN_THING=kept "$FB" -i list -- ./leaky '{tests}'
	lacks session "$(cat .flake-bisect/latest/* .flake-bisect/latest/runs/* 2>/dev/null)" hunter2
	contains log "$(cat .flake-bisect/latest/runs/000001.log)" 'MY_API_TOKEN=[MY_API_TOKEN]'
	lacks record "$(cat .flake-bisect/latest/record)" PLAIN_THING
	contains "the failure" "$out" 'Error: cannot log in with [MY_API_TOKEN]'
}

# Catches runs' folders left in TMPDIR (lib.sh looks), and one TMPDIR for several runs.
test_tmpdir() {
	suite
	cat >temp <<-'SH'
		#!/bin/sh
		[ -z "$(ls -A "$TMPDIR")" ] || { echo "TMPDIR is not empty"; exit 126; }
		echo "$TMPDIR" >>../../../tmpdirs 2>/dev/null || echo "$TMPDIR" >>"$OUTSIDE"
		: >"$TMPDIR/left"; mkdir "$TMPDIR/dir"; chmod 0 "$TMPDIR/dir"
		exec ./suite "$@"
	SH
	chmod +x temp
	succeeds env OUTSIDE="$PWD/tmpdirs" "$FB" -i list -- ./temp '{tests}'
	[ "$(sort tmpdirs | uniq -d | wc -l)" = 0 ] || fail "a TMPDIR was used twice"
	for dir in $(cat tmpdirs); do
		[ ! -e "$dir" ] || fail "$dir is left"
		[ "${#dir}" -lt $((${#TMPDIR} + 40)) ] || fail "$dir is long"
	done
}

# Catches a launcher whose runs cannot see the files that they are given.
test_launcher() {
	suite
	cat >launch <<-'SH'
		#!/bin/sh
		echo "$1" "$TMPDIR" >>launched
		shift
		exec "$@"
	SH
	chmod +x launch
	succeeds "$FB" --launcher "./launch 'two words'" -i list -- ./suite '{tests}'
	contains answer "$out" t31
	contains launched "$(head -n 1 launched)" "two words $PWD/.flake-bisect/"
	contains repro "$out" "./launch 'two words' ./suite t7 t31"
	fails_with 128 "$FB" --launcher "'open" -i list -- ./suite '{tests}'
	contains stderr "$err" launcher
}

# Catches `show` running something, or another answer than the search's.
test_show() {
	suite
	succeeds "$FB" -i list -- ./suite '{tests}'
	first=$out
	mv suite away
	succeeds "$FB" show
	is answer "$out" "$first"
	succeeds "$FB" show --json
	contains json "$out" '"verdict":"isolated"'
	succeeds "$FB" show "$(readlink .flake-bisect/latest)"
	is answer "$(grep -v runs.are <<<"$out")" "$(grep -v runs.are <<<"$first")"
}

# Catches words of no use where there is no session.
test_no_session() {
	fails_with 128 "$FB" show
	contains stderr "$err" "there is no session in '.flake-bisect'"
	fails_with 128 "$FB" resume nothing
	contains stderr "$err" "'.flake-bisect/nothing' is no session"
}

# Catches an empty folder left where nothing could be listed.
test_never_began() {
	: >list
	fails_with 128 "$FB" -i list -- ./suite '{tests}'
	contains stderr "$err" "'list' holds no test"
	is folder "$(ls .flake-bisect)" ''
}

run_tests "$@"
