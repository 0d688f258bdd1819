#!/usr/bin/env bash
# Fails the Nth call of one function after the other, for all N of a short
# session: each time the answer is right or an error is told (status 128, or 125
# undecided), nothing hangs or crashes, no process is left, and what comes
# next, `resume` or a second start, finds the right answer.   timeout: 600
. "$(dirname "$0")/../lib.sh"

SHIM=$BUILD/fault/preload_fault.so

# A session of two tests which together make the command fail, on a file system
# where syncing costs nothing.
prepare() {
	[ -e "$SHIM" ] && [ -d /proc/self ] || skip "no LD_PRELOAD here"
	need_that "the program does not run with LD_PRELOAD" env LD_PRELOAD="$SHIM" "$FB" --version
	work=$PWD
	if [ -d /dev/shm ] && [ -w /dev/shm ]; then
		work=$(mktemp -d /dev/shm/flaketools-fault.XXXXXX)
		trap 'rm -rf "$work"' EXIT
	fi
	cd "$work" || fail "cannot enter $work"
	printf 'a\nb\n' >list
	printf '#!/bin/sh\ncase "$*" in *a*b*) echo broken; exit 1 ;; esac\n' >t.sh
	chmod +x t.sh
}

# session NAME=VALUE...: one short session in folder s, faults by the environment.
session() {
	rm -rf s && mkdir s
	timeout -k 5 30 env LD_PRELOAD="$SHIM" "$@" TMPDIR="$PWD/s" \
		"$FB" -q --session s/.fb -i list -- ./t.sh '{tests}' >s.out 2>s.err </dev/null
}

# The answer named both tests, and no other.
right() {
	[ "$(sed -n '1,3p' "$1" | tr -s '\n ' '  ')" = 'these 2 tests together make it fail: a b ' ]
}

# check STATUS WHAT: whether the session ended as it may.
check() {
	case $1 in
	0) right s.out || fail "$2: wrong answer
$(cat s.out s.err)" ;;
	125 | 128) [ -s s.err ] || [ -s s.out ] || fail "$2: status $1 without a word" ;;
	*) fail "$2: status $1
$(cat s.out s.err)" ;;
	esac
}

# After a fault: going on, or starting again where there is nothing to go on with.
goes_on() {
	if ! timeout -k 5 30 env TMPDIR="$PWD/s" "$FB" resume -q --session s/.fb >s2.out 2>s2.err </dev/null; then
		[ ! -e s/.fb/latest ] || fail "$1: cannot resume: $(cat s2.err)
after $(cat s.out s.err)"
		timeout -k 5 30 env TMPDIR="$PWD/s" "$FB" -q --session s/.fb -i list -- ./t.sh '{tests}' \
			>s2.out 2>s2.err </dev/null || fail "$1: cannot start again: $(cat s2.out s2.err)"
	fi
	right s2.out || fail "$1: wrong answer in the end: $(cat s2.out s2.err)"
	[ -z "$(find s -mindepth 1 -maxdepth 1 ! -name .fb)" ] || fail "$1: left $(ls -A s)"
}

# every CALL ERRNO [EACH [TIMES]]: all N, from 1 to the number that a session
# without faults makes, TIMES calls from there on; goes on after each EACHth.
every() {
	local call=$1 errno=$2 each=${3:-1} times=${4:-1} n=0 total status

	session FAULT_CALL="$call" FAULT_COUNT=count || fail "fails without a fault: $(cat s.out s.err)"
	total=$(cat count)
	[ "$total" -gt 0 ] || fail "$call is never called"
	while ((++n <= total)); do
		status=0
		session FAULT_CALL="$call" FAULT_AT="$n" FAULT_ERRNO="$errno" FAULT_TIMES="$times" || status=$?
		check "$status" "$call $n of $total, errno $errno"
		((n % each)) || [ "$status" = 0 ] || goes_on "$call $n of $total, errno $errno"
	done
	echo "$call: $total calls"
}

EINTR=4 EIO=5 EAGAIN=11 ENOMEM=12 EMFILE=24 ENOSPC=28
EVER=1000000

# Catches a NULL that is used.
test_malloc() {
	prepare
	every malloc $ENOMEM 10
}

# Catches a failed or short read that is taken for the end or for zeroes.
test_read() {
	prepare
	every read $EIO
	every read $EINTR
	every read short
}

# Catches a record that is cut and believed, a full disk that is not told.
test_write() {
	prepare
	every write $ENOSPC
	every write $ENOSPC 1 $EVER
	every write $EINTR
	every write short
}

# Catches an answer that is handed out though its record may be lost.
test_fsync() {
	prepare
	every fsync $EIO
	every fsync $EIO 1 $EVER
	every fsync $ENOSPC
}

# Catches a child that is half started, a descriptor that is lost.
test_start() {
	prepare
	every pipe2 $EMFILE
	every pipe2 $EMFILE 1 $EVER
	every posix_spawnp $EAGAIN
	every posix_spawnp $ENOMEM
	every fork $EAGAIN
}

# Catches a loop that spins, or sleeps for ever, when poll fails.
test_poll() {
	prepare
	every poll $EINTR
	every poll $ENOMEM
	every waitid $EINTR
}

# Catches a file that is not made and is believed to be there.
test_files() {
	prepare
	every open $EMFILE
	every open $EMFILE 1 $EVER
	every mkdir $ENOSPC
	every rename $EIO
	every ftruncate $EIO
	every flock $EINTR
}

run_tests "$@"
