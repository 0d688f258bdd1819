#!/usr/bin/env bash
# flake-bisect --history: begins with what a store of flake-triage tells, and finds the same.
. "$(dirname "$0")/../lib.sh"

# rules LINE...: the suite's rules, and a description of it as a framework.
rules() {
	printf '%s\n' "$@" >rules
	printf '%s\n' '[framework suite]' "list = $ROOT/tests/fake/suite rules list" \
		"run = $ROOT/tests/fake/suite rules run {file}" 'result = tap' >.flake-bisect.ini
}

bisect() { # OPTION...: of a session on the suite
	"$FB" -F suite "$@" -- "$ROOT/tests/fake/suite" rules run
}

# junit NUMBER FIRST LAST FAILS: a build with the tests tFIRST to tLAST, of which FAILS fails.
junit() {
	mkdir -p results/main/b
	{
		printf '<testsuite name="s" timestamp="2026-11-2%dT03:00:00Z">\n' "$1"
		seq "$2" "$3" | while read -r n; do
			printf '<testcase classname="s" name="t%d" time="0.%03d">' "$n" "$n"
			[ "t$n" != "$4" ] || printf '<failure message="boom"/>'
			printf '</testcase>\n'
		done
		printf '</testsuite>\n'
	} >"results/main/b/$1.xml"
}

store() {
	for i in 1 2 3 4; do
		junit "$i" 1 150 "$([ $((i % 2)) = 0 ] || echo t31)"
	done
	succeeds "$FT" ingest -q --db store.db --layout '{branch}/{builder}/{number}.xml' results
}

member() { # EXPRESSION over d, of the document in $out
	python3 -c 'import json,sys; d=json.loads(sys.argv[1]); print(eval(sys.argv[2]))' "$out" "$1"
}

test_priors() {
	store
	succeeds "$FT" priors --db store.db
	is "the number" "$(member 'len(d["tests"])')" 150
	is "a test" "$(member '[x for x in d["tests"] if x["test"] == "s.t31"]')" \
		"[{'test': 's.t31', 'seconds': 0.031, 'fails': 2, 'runs': 4}]"
	fails_with 128 "$FT" priors --db none.db
	contains "the message" "$err" "there is no store 'none.db' yet"
}

# The same answer, in not more runs; resume and show ask no store.
test_tests() {
	rules 'tests 200' 'pollute t31 t150'
	store
	succeeds bisect --json --session without
	is "the set without it" "$(member 'd["culprits"][0]["tests"]')" "['t31', 't150']"
	runs=$(member 'd["runs"]')
	succeeds bisect --json --session with --history store.db
	contains "the remark" "$err" "'store.db' knows 150 of the 200 tests"
	is "the set" "$(member 'd["culprits"][0]["tests"]')" "['t31', 't150']"
	is "proven" "$(member 'd["culprits"][0]["proven"]')" True
	is "runs" "$(member "d['runs'] <= $runs + 2")" True
	with=$(member 'd["runs"]')
	rm store.db
	succeeds "$FB" show --session with --json
	is "the runs shown" "$(member 'd["runs"]')" "$with"
	succeeds "$FB" resume --session with --json
	is "the runs again" "$(member 'd["runs"]')" "$with"
	rm with/latest/priors
	fails_with 128 "$FB" resume --session with
	contains "the message" "$err" "priors"
}

# What cannot be asked ends before anything is run.
test_errors() {
	rules 'tests 20'
	fails_with 128 bisect --history none.db
	contains "no store" "$err" "there is no store 'none.db': No such file or directory; \`flake-triage ingest"
	echo nonsense >bad.db
	fails_with 128 bisect --history bad.db
	contains "no store" "$err" "flake-triage cannot tell of 'bad.db': "
	mkdir bin
	cp "$FB" bin/flake-bisect
	touch some.db
	PATH=$PWD/bin:/usr/bin:/bin fails_with 128 bin/flake-bisect -F suite --history some.db -- \
		"$ROOT/tests/fake/suite" rules run
	contains "no program" "$err" "is neither beside flake-bisect nor in PATH"
	is "no run" "$(cat rules.count 2>/dev/null)" ""
	is "no session" "$(ls .flake-bisect 2>/dev/null)" ""
}

# build FOLDER COMMIT FROM: of commit number COMMIT, the HEAD of here; test s.t fails from commit FROM on.
build() {
	local bad=''

	[ "$2" -lt "$3" ] || bad='<failure message="boom"/>'
	mkdir -p "../$1/main/b"
	printf '<testsuite name="s" timestamp="%s"><testcase classname="s" name="t" time="1">%s</testcase></testsuite>' \
		"$(date -u -d "@$((1793491200 + $2 * 3600 + 60))" +%FT%TZ)" "$bad" \
		>"../$1/main/b/$2-$(git rev-parse HEAD).xml"
}

# Suspects of blame: the guilty commit is found in fewer runs, and also where the store blames another one.
test_commits() {
	need git git
	export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1
	git init -q -b main repo
	cd repo || fail "no repository"
	for i in $(seq 30); do
		echo "$i" >number
		git add number
		GIT_AUTHOR_DATE="@$((1793491200 + i * 3600)) +0000" GIT_COMMITTER_DATE="@$((1793491200 + i * 3600)) +0000" \
			git -c user.name=a -c user.email=a@b commit -q -m "Change $i"
		[ "$i" != 21 ] || guilty=$(git rev-parse HEAD)
		[ $((i % 2)) = 0 ] || continue
		build right "$i" 21
		build wrong "$i" 9
	done
	for which in right wrong; do
		succeeds "$FT" ingest -q --db "../$which.db" --layout '{branch}/{builder}/{number}-{revision}.xml' "../$which"
	done
	search=(main~29..main -- sh -c "test \$(cat number) -lt 21")
	succeeds "$FB" commits --json --session ../without "${search[@]}"
	is "the commit without it" "$(member 'd["commit"]')" "$guilty"
	runs=$(member 'd["runs"]')
	succeeds "$FB" commits --json --session ../with --history ../right.db --victim s.t "${search[@]}"
	matches "the remark" "$err" "flake-bisect: '../right.db' suspects [0-9]+ of the 29 commits"
	matches "the rates" "$err" "flake-bisect: '../right.db' saw 0 of [0-9]+ runs fail before them and ([0-9]+) of \1 after, which weigh as 40 .*"
	is "the commit" "$(member 'd["commit"]')" "$guilty"
	is "fewer runs than $runs" "$(member "d['runs'] < $runs")" True
	succeeds "$FB" commits --json --session ../misled --history ../wrong.db --victim s.t "${search[@]}"
	is "the commit in spite of the history" "$(member 'd["commit"]')" "$guilty"
	fails_with 128 "$FB" commits --history ../right.db --victim nobody "${search[@]}"
	contains "the message" "$err" "flake-triage cannot tell of '../right.db': "
}

run_tests "$@"
