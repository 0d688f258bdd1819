#!/usr/bin/env bash
# `commits`: real repositories (package git), real runs.  timeout: 120
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../git.sh"

# Catches a wrong commit, and anything that is not as it was: index, files, branches, trees.
test_names_the_commit_and_leaves_nothing() {
	repo 30
	echo changed >f && echo staged >s && git add s && echo mine >untracked
	state >../before
	check '[ $n -lt 17 ]'
	succeeds "$FB" commits c1..main --json -- "$SCRATCH/check"
	is commit "$(json commit)" "$(id c17)"
	is verdict "$(json verdict)" found
	is subject "$(json subject)" c17
	is 'without' "$(json without_fails)" 0
	is set "$(json set)" "[\"$(id c17)\"]"
	[ "$(json fails)" = "$(json fail_runs)" ] || fail "a run with the commit passed"
	state >../after
	is state "$(cat ../after)" "$(cat ../before)"
	is 'the file' "$(cat f)" changed
}

# Catches an answer for people that lacks the counts, or the log that git does not take.
test_text_and_replay() {
	repo 20
	check '[ $n -lt 13 ]'
	succeeds "$FB" commits c1..main --log ../log -- "$SCRATCH/check"
	contains text "$out" "made COMMAND fail ("
	contains text "$out" "commit $(id c13)"
	matches text "$out" '  without it: 0 of [0-9]+ runs fail \(0 %\)'
	matches text "$out" '  with it: ([0-9]+) of \1 runs fail \(100 %\)'
	run git bisect replay ../log
	contains replay "$out" "$(id c13) is the first bad commit"
	git bisect reset -q main 2>/dev/null || git bisect reset
	succeeds "$FB" show
	contains 'shown again' "$out" "commit $(id c13)"
	succeeds "$FB" commits c1..main --fixed --log ../log2 --term-old=sad --term-new=happy -q -- sh -c '[ $(cat f) -ge 6 ]'
	run git bisect replay ../log2
	contains replay "$out" "$(id c6) is the first happy commit"
}

# Catches a culprit on a branch that is blamed on its merge, and the other way round.
test_merges() {
	repo 6
	git checkout -q -b side c3
	for i in 1 2 3 4; do
		echo "$i" >side && git add side && git commit -qm "s$i" && git tag "s$i"
	done
	git checkout -q main && git merge -q --no-ff -m merge side && git tag merge
	echo 7 >f && git commit -qam c7
	check '[ "$(cat side 2>/dev/null || echo 0)" -lt 3 ]'
	succeeds "$FB" commits c1..main --json -- "$SCRATCH/check"
	is commit "$(json commit)" "$(id s3)"
	succeeds "$FB" commits c1..main --first-parent --json -- "$SCRATCH/check"
	is commit "$(json commit)" "$(id merge)"
	is commits "$(json commits)" 7
	succeeds "$FB" commits s1..main --first-parent --json -- "$SCRATCH/check"
	is commit "$(json commit)" "$(id merge)"
	is 'commits that s1 has not' "$(json commits)" 5
	"$FB" commits --help >../help
	! grep -q '{tests}' ../help || fail "the help speaks of placeholders"
}

# Catches a flake that is bisected as if it were none.
test_flaky_and_parallel() {
	repo 24
	check '[ $n -lt 9 ] || [ $(((k * k * 11 + k * 37) % 101 % 3)) != 1 ]' # without a period that questions may fall into
	succeeds "$FB" commits c1..main --json -- "$SCRATCH/check"
	is commit "$(json commit)" "$(id c9)"
	is 'without' "$(json without_fails)" 0
	[ "$(json fails)" -lt "$(json fail_runs)" ] || fail "it never passed"
	check '[ $n -lt 9 ]'
	succeeds "$FB" commits c1..main -j 3 --json -- "$SCRATCH/check"
	is commit "$(json commit)" "$(id c9)"
}

# Catches a rise that is not one from zero: every tenth run before, two of three after.
test_rate_rises() {
	repo 16
	check 'if [ $n -lt 11 ]; then [ $((k % 10)) != 3 ]; else [ $((k % 3)) = 0 ]; fi'
	succeeds "$FB" commits c1..main --json -- "$SCRATCH/check"
	is commit "$(json commit)" "$(id c11)"
	[ "$(json without_fails)" -gt 0 ] || fail "the old rate was not seen"
	succeeds "$FB" show
	contains text "$out" "fail more often"
}

test_fixed() {
	repo 18
	check '[ $n -ge 8 ]'
	succeeds "$FB" commits c1..main --fixed --json -- "$SCRATCH/check"
	is commit "$(json commit)" "$(id c8)"
	is 'with' "$(json fails)" 0
	succeeds "$FB" show
	contains text "$out" "made COMMAND pass"
}

# Catches a skip that counts as an answer, and a choice among what nobody can tell apart.
test_skip_and_build() {
	repo 20
	check '[ $n != 9 ] && [ $n != 10 ] || exit 125; [ $n -lt 14 ]'
	succeeds "$FB" commits c1..main --json -- "$SCRATCH/check"
	is commit "$(json commit)" "$(id c14)"
	check '[ $n != 12 ] || exit 125; [ $n -lt 12 ]'
	fails_with 125 "$FB" commits c1..main --json -- "$SCRATCH/check"
	is commit "$(json commit)" null
	is 'the set' "$(json set | grep -o "$(id c12)\|$(id c13)" | sort -u | wc -l)" 2
	check '[ -e built ] || exit 1; [ $n -lt 12 ]'
	fails_with 125 "$FB" commits c1..main --build 'echo x >>'"$SCRATCH"'/builds; [ $(cat f) != 12 ] && touch built' \
		-- "$SCRATCH/check"
	contains reason "$out" "the build failed with status 1"
	matches 'the set' "$out" '    [0-9a-f]{12} .* \(cannot be tested\) c12'
	rm "$SCRATCH/builds"
	succeeds "$FB" commits c1..c9 --fixed --json --build "echo x >>$SCRATCH/builds" -- sh -c '[ $(cat f) -ge 5 ]'
	is commit "$(json commit)" "$(id c5)"
	[ "$(wc -l <"$SCRATCH/builds")" -lt "$(json runs)" ] || fail "every run was a build"
}

test_build_hangs() {
	repo 8
	fails_with 125 "$FB" commits c1..main --build 'sleep 60' --build-timeout 300ms --timeout 1s --timeout-is fail -- true
	contains reason "$out" "'main' cannot be tested: the build took too long"
}

test_paths() {
	repo 5
	mkdir lib
	for i in 1 2 3; do
		echo "$i" >lib/x && git add lib && git commit -qm "l$i" && git tag "l$i"
		echo "$((i + 5))" >f && git commit -qam "c$((i + 5))"
	done
	check '[ ! -e lib/x ] || [ "$(cat lib/x)" -lt 2 ]'
	succeeds "$FB" commits c1..main --paths lib --json -- "$SCRATCH/check"
	is commit "$(json commit)" "$(id l2)"
	is suspected "$(json suspected)" 3
	cd lib || exit
	succeeds "$FB" commits l1..main --paths x,./y --json -- sh -c '[ "$(cat x)" -lt 3 ]'
	is commit "$(json commit)" "$(id l3)"
	fails_with 128 "$FB" commits c1..main --paths nothing -- true
	contains message "$err" "none of the 10 commits touches 'nothing'"
}

# Catches a search where there is nothing to find.
test_nothing_to_find() {
	repo 12
	check 'exit 1'
	fails_with 1 "$FB" commits c2..main --json -- "$SCRATCH/check"
	is verdict "$(json verdict)" no-change
	is 'old counts' "$(json old_fails)" "$(json old_runs)"
	succeeds_or_1=$("$FB" show) || :
	contains text "$succeeds_or_1" "no commit in c2..main changed it: both ends fail about equally often"
	matches text "$succeeds_or_1" '  c2 \([0-9a-f]{12}\): ([0-9]+) of \1 runs fail \(100 %\)'
	fails_with 1 "$FB" commits c2..main --json -- true
	is verdict "$(json verdict)" not-reproduced
	fails_with 125 "$FB" commits c2..main -N 5 -- true
	contains text "$out" undecided
	contains text "$out" "flake-bisect resume -N 10"
}

test_revisions() {
	repo 6
	git checkout -q -b side c3 && echo s >side && git add side && git commit -qm side && git checkout -q main
	fails_with 128 "$FB" commits nowhere..main -- true
	contains message "$err" "there is no revision 'nowhere'"
	fails_with 128 "$FB" commits c5..c2 -- true
	contains message "$err" "'c2' is older than 'c5': write c2..c5"
	fails_with 128 "$FB" commits c5..c5 -- true
	contains message "$err" "the same commit"
	fails_with 129 "$FB" commits main -- true
	contains message "$err" "no range"
	fails_with 129 "$FB" commits -- true
	fails_with 129 "$FB" commits c1..c2
	git checkout -q --orphan alone && git commit -qm alone && git checkout -q main
	fails_with 128 "$FB" commits alone..main -- true
	contains message "$err" "no history in common"
	check '[ $n -lt 5 ]'
	succeeds "$FB" commits side..main --json -- "$SCRATCH/check"
	contains note "$err" "'side' is no ancestor of 'main'"
	is commit "$(json commit)" "$(id c5)"
	cd "$SCRATCH" && fails_with 128 "$FB" commits c1..main -- true
	contains message "$err" "no git repository"
}

# Catches a script of the user's that is looked for in commits that never had it, and a folder
# that old commits had not.
test_own_script_and_subfolder() {
	repo 9
	mkdir sub && echo a >sub/a && git add sub && git commit -qm sub && git tag sub
	for i in 11 12 13 14; do
		echo "$i" >f && git commit -qam "c$i" && git tag "c$i"
	done
	printf '#!/bin/sh\n[ "$(cat f)" -lt 6 ]\n' >own.sh && chmod +x own.sh
	succeeds "$FB" commits c1..main --json -- ./own.sh
	is commit "$(json commit)" "$(id c6)"
	contains note "$err" "'./own.sh' is not in 'main': every run takes yours"
	cd sub || exit
	succeeds "$FB" commits sub..main --json -- sh -c '[ -e a ] && [ "$(cat ../f)" -lt 13 ]'
	is commit "$(json commit)" "$(id c13)"
	GIT_DIR=/nowhere GIT_INDEX_FILE=/nowhere succeeds "$FB" commits sub..main --json -- \
		sh -c '[ "$(git rev-parse HEAD)" = "$FLAKE_BISECT_COMMIT" ] || exit 125; [ "$(cat ../f)" -lt 13 ]'
	is commit "$(json commit)" "$(id c13)"
}

run_tests "$@"
