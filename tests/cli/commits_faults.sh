#!/usr/bin/env bash
# `commits` where something is wrong: repositories, disks, kills.  timeout: 120
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../git.sh"

test_bare_and_shallow() {
	repo 10
	cd .. && git clone -q --bare repo bare && git clone -q --depth 6 "file://$PWD/repo" shallow && cd bare || exit
	check '[ $n -lt 7 ]'
	succeeds "$FB" commits c1..main --json -- "$SCRATCH/check"
	is commit "$(json commit)" "$(id c7)"
	[ ! -e worktrees ] || fail "worktrees stayed"
	cd ../shallow || exit
	succeeds "$FB" commits HEAD~5..HEAD --json -- "$SCRATCH/check"
	is commit "$(json commit)" "$(id HEAD~3)"
	fails_with 128 "$FB" commits HEAD~8..HEAD -- "$SCRATCH/check"
	contains message "$err" "git fetch --unshallow"
}

test_submodule() {
	repo 4
	git init -q ../sub && (cd ../sub && echo x >x && git add x && git commit -qm x)
	git -c protocol.file.allow=always submodule add -q ../sub sub 2>/dev/null && git commit -qm submodule
	for i in 5 6 7 8; do
		echo "$i" >f && git commit -qam "c$i" && git tag "c$i"
	done
	check '[ $n -lt 7 ]'
	succeeds "$FB" commits c1..main --json -- "$SCRATCH/check"
	is commit "$(json commit)" "$(id c7)"
	contains note "$err" "submodules"
	cd sub && echo y >x && git commit -qam y
	succeeds "$FB" commits HEAD~1..HEAD --json -- sh -c '[ "$(cat x)" = x ]'
}

test_foreign() {
	repo 3
	[ "$(command id -u)" = 0 ] || skip "only root can give a repository away"
	check true
	chown -R 65534 .
	fails_with 128 "$FB" commits c1..main -- "$SCRATCH/check"
	contains message "$err" "belongs to another user"
	contains message "$err" "safe.directory"
}

# Catches a damaged commit that ends the search, or counts as an answer.
test_corrupt_object() {
	local object
	repo 16
	object=$(id c9:f)
	object=.git/objects/${object:0:2}/${object:2}
	chmod u+w "$object" && echo junk >"$object"
	check '[ $n -lt 13 ]'
	succeeds "$FB" commits c1..main --json -- "$SCRATCH/check"
	is commit "$(json commit)" "$(id c13)"
	object=$(id c5)
	object=.git/objects/${object:0:2}/${object:2}
	chmod u+w "$object" && echo junk >"$object"
	fails_with 128 "$FB" commits c1..main -- "$SCRATCH/check"
	contains message "$err" "commit $(id c5 2>/dev/null | cut -c 1-12)"
}

# Catches trees, locks and answers that do not survive a kill.
test_killed_and_resumed() {
	repo 20
	check '[ ! -e '"$SCRATCH"'/slow ] || { touch '"$SCRATCH"'/running; sleep 60; }; [ $n -lt 12 ]'
	state >../before
	background "$FB" commits c1..main -- sh -c "$SCRATCH/check"
	wait_for 10 grep -q 'run' .flake-bisect/latest/journal
	touch "$SCRATCH/slow"
	wait_for 10 test -e "$SCRATCH/running"
	kill -KILL "$pid"
	wait "$pid" 2>/dev/null
	[ -n "$(ls .git/worktrees)" ] || fail "it was not killed in a tree"
	rm "$SCRATCH/slow"
	succeeds "$FB" resume --json
	is commit "$(json commit)" "$(id c12)"
	state >../after
	is state "$(cat ../after)" "$(cat ../before)"
}

test_killed_and_not_resumed() {
	repo 20
	check '[ ! -e '"$SCRATCH"'/slow ] || { touch '"$SCRATCH"'/running; sleep 60; }; [ $n -lt 12 ]'
	state >../before
	touch "$SCRATCH/slow"
	background "$FB" commits c1..main -- "$SCRATCH/check"
	wait_for 10 test -e "$SCRATCH/running"
	kill -KILL "$pid"
	wait "$pid" 2>/dev/null
	rm "$SCRATCH/slow"
	wait_for 10 eval '[ -z "$(marked "TEST_MARK=$SCRATCH" | grep -v $BASHPID)" ] || true'
	succeeds "$FB" commits c1..main --json -- "$SCRATCH/check"
	is commit "$(json commit)" "$(id c12)"
	state >../after
	is state "$(cat ../after)" "$(cat ../before)"
}

test_interrupted() {
	repo 20
	check '[ ! -e '"$SCRATCH"'/slow ] || { touch '"$SCRATCH"'/running; sleep 60; }; [ $n -lt 12 ]'
	state >../before
	background "$FB" commits c1..main -- "$SCRATCH/check"
	wait_for 10 grep -q 'run' .flake-bisect/latest/journal
	touch "$SCRATCH/slow"
	wait_for 10 test -e "$SCRATCH/running"
	kill -INT "$pid"
	wait "$pid"
	is status $? 130
	contains text "$(cat "$OUT")" undecided
	contains text "$(cat "$OUT")" "flake-bisect resume"
	state >../after
	is state "$(cat ../after)" "$(cat ../before)"
	rm "$SCRATCH/slow"
	succeeds "$FB" resume -v
	contains text "$out" "commit $(id c12)"
	contains 'the runs' "$err" "(recorded)"
}

# Catches a session that cannot go on with another number of runs at once.
test_resumed_with_other_jobs() {
	repo 20
	check '[ $n -lt 12 ]'
	fails_with 125 "$FB" commits c1..main -N 8 -j 3 -- "$SCRATCH/check"
	fails_with 125 "$FB" resume -N 10 -j 1
	succeeds "$FB" resume -N 60 -j 2 --json
	is commit "$(json commit)" "$(id c12)"
	fails_with 125 "$FB" commits c1..main -N 8 -- "$SCRATCH/check"
	succeeds "$FB" resume -N 60 -j 2 --json
	is commit "$(json commit)" "$(id c12)"
	contains note "$err" "began with 1 run at once"
	succeeds "$FB" show --json
	is commit "$(json commit)" "$(id c12)"
}

# Catches a disk that is full in the middle of a checkout and is taken for an answer.
test_disk_full() {
	repo 4
	[ "$(command id -u)" = 0 ] || skip "only root can mount"
	head -c 300000 /dev/urandom >big && git add big && git commit -qm big && git tag big
	mkdir ../small
	need_that "no tmpfs can be mounted" mount -t tmpfs -o size=128k none ../small
	state >../before
	TMPDIR=$PWD/../small run "$FB" commits c1..main -- true
	umount ../small
	is status "$status" 128
	contains message "$err" "No space left on device"
	state >../after
	is state "$(cat ../after)" "$(cat ../before)"
}

run_tests "$@"
