#!/usr/bin/env bash
# Tests in the middle of a console: behind what a build prints for long, and behind the time stamps of CI
# systems, they are the same as by themselves.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

samples=$ROOT/tests/data/triage

# Each writes a log with the file in it.
behind_a_compiler() {
	yes 'gcc -pthread -c -Wall -O3 -I./Include -o Objects/obj.o Objects/obj.c' | head -n 4000
	cat "$1"
}
behind_an_installation() {
	printf 'Reading package lists...\n'
	yes 'Get:1 http://deb.example.org/debian bookworm/main amd64 libfoo amd64 1.0-1 [12.3 kB]' | head -n 3000
	cat "$1"
}
on_github() {
	{ printf 'Current runner version: 2.336.0\n' && behind_an_installation "$1"; } |
		sed 's/^/2026-07-29T18:08:09.3849214Z /'
}
on_gitlab() {
	{ printf 'Running with gitlab-runner 17.0.0\n' && behind_a_compiler "$1"; } |
		sed 's/^/2026-07-29T18:08:09.384921Z 00O /; 2~2s/00O /01E /'
}
on_jenkins() {
	printf 'Started by user x\n[Pipeline] sh\n'
	behind_a_compiler "$1" | sed 's/^/[2026-07-29T18:08:09.384Z] /'
}
in_docker() {
	behind_a_compiler "$1" | sed 's/^/2026-07-29T18:08:09.384921412Z /'
}

counts() { # FILE: attempts, by outcome, and the state of the build
	rm -f x.db
	succeeds "$FT" ingest --db x.db --builder b --number 1 --started 2026-11-25 "$1" --json
	sed 's/.*\("tests":.*\)}/\1/' "$OUT"
	succeeds "$FT" report --json --db x.db --since 2026-11-01 --until 2026-11-26
	sed 's/.*\("builds":{.*\)/\1/; s/"first":"[^"]*"//g' "$OUT"
}

test_the_same_behind_something() {
	local file how want

	for file in pytest/verbose regrtest/3.12-rerun ctest/until-pass gotest/flaky.out libtest/cargo.json tap/node-test.tap; do
		cp "$samples/$file" alone.log
		want=$(counts alone.log)
		for how in behind_a_compiler on_github on_gitlab on_jenkins in_docker; do
			"$how" "$samples/$file" >long.log
			is "$file $how" "$(counts long.log)" "$want"
		done
	done
}

# Catches a long text that nobody reads for a failure, or that is passed over without a word.
test_nothing_in_it() {
	behind_a_compiler /dev/null >long.log
	succeeds "$FT" ingest --json --db x.db long.log
	contains "the answer" "$(cat "$OUT")" '"new":0,'
	contains "the remark" "$(cat "$ERR")" "'long.log' holds no tests"
}

run_tests "$@"
