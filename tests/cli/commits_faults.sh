#!/usr/bin/env bash
# `commits` where something is wrong: repositories, disks, kills.  timeout: 120
. "$(dirname "$0")/../lib.sh"

export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1
export GIT_AUTHOR_NAME=A GIT_AUTHOR_EMAIL=a@b GIT_COMMITTER_NAME=A GIT_COMMITTER_EMAIL=a@b

# repo N: N commits c1 to cN in the folder repo, the number in `f`; tags c1 to cN.  Stands in it.
repo() {
	local i
	need git git
	git init -q -b main repo && cd repo || fail "no repository"
	for i in $(seq "$1"); do
		echo "$i" >f && git add f && git commit -qm "c$i" && git tag "c$i"
	done
}

# check BODY: the command of a search, outside the repository; $n is the number in f, $k counts its runs.
check() {
	printf '#!/bin/sh\nn=$(cat f)\nk=$(cat %s/count 2>/dev/null || echo 0)\necho $((k + 1)) >%s/count\n%s\n' \
		"$SCRATCH" "$SCRATCH" "$1" >"$SCRATCH/check"
	chmod +x "$SCRATCH/check"
}

state() {
	git status --porcelain
	git worktree list
	git for-each-ref
	git stash list
	git ls-files -s
	ls .git
}

id() {
	git rev-parse "$1"
}

json() { # KEY of $out
	python3 -c 'import json,sys; v = json.load(sys.stdin)[sys.argv[1]]
print(json.dumps(v) if isinstance(v, (list, dict)) or v is None else v)' "$1" <<<"$out"
}

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
