#!/usr/bin/env bash
# The samples (../shared/samples, which nobody here wrote) through the whole program: packed in every
# way, they are the same builds; what the table says is what a report says of them.
# needs: zip, xz-utils, zstd, bzip2
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

samples=$ROOT/../shared/samples
facts=(--number 7 --builder b --branch main --revision 1f2e --started '2026-11-25 01:00')

# Everything that a report says of the builds in these paths: without the store's own names.
said_of() { # PATH...
	rm -f x.db
	succeeds "$FT" ingest --db x.db "${facts[@]}" "$@" >/dev/null
	succeeds "$FT" report --json --db x.db --since 2026-11-01 --until 2026-11-26 >/dev/null
	cat "$OUT"
}

# Each packs the folder `job` into one file, whose name it prints.
packed() { # HOW
	local f

	case $1 in
	zip) zip -qr job.zip job ;;
	tar) tar cf job.tar job ;;
	tar.gz) tar czf job.tar.gz job ;;
	tar.bz2) tar cjf job.tar.bz2 job ;;
	tar.xz) tar cJf job.tar.xz job ;;
	tar.zst) tar c job | zstd -q >job.tar.zst ;;
	zip.of.gz) cp -r job inner && gzip -r inner && (cd inner && zip -qr ../job.zip.of.gz .) ;;
	*) # each file on its own
		mkdir "job.$1"
		for f in job/*; do
			case $1 in
			gz) gzip -c "$f" ;;
			bz2) bzip2 -c "$f" ;;
			xz) xz -c "$f" ;;
			zst) zstd -qc "$f" ;;
			esac >"job.$1/${f##*/}.$1"
		done
		;;
	esac
	echo "job.$1"
}

# Catches a packing in which the jobs of a workflow are other builds than in a folder.
test_actions_logs_in_every_packing() {
	local how want file n=0

	[ -d "$samples/actions" ] || skip "no shared samples"
	need zip xz zstd bzip2
	mkdir job
	for file in "$samples"/actions/*.txt; do
		cp "$file" "job/$((n++))_$(basename "$file" .txt) (3.12).txt"
	done
	want=$(said_of job)
	contains "the folder" "$want" '"builds":{"unknown":0,"green":0,"orange":0,"red":4,"machine":1}'
	contains "the folder" "$want" '"builder":"b/pytest_failure (3.12)"'
	for how in zip tar tar.gz tar.bz2 tar.xz tar.zst gz bz2 xz zst zip.of.gz; do
		is "the folder as $how" "$(said_of "$(packed "$how")")" "$want"
		rm -rf job.* inner
	done
}

# What a report must say: a path, the state of its build, a test with a verdict ('!': the build failed as a whole).
rows='
actions/gha_cancellation_shutdown.txt|machine|
actions/pytest_failure.txt|red|distributed/test_c10d_spawn_gloo.py::TestDistributedNNFunctionsGloo::test_all_gather
actions/pytest_failures_section.txt|red|test_torch.py::TestTorchDeviceTypeCPU::test_cauchy_kstest_cpu_bfloat16
actions/test_file_timeout.txt|red|inductor/test_torchinductor_opinfo
actions/unittest_failed_consistently.txt|red|dynamo/test_dynamic_shapes.py::DynamicShapesReproTests::test_vars_traced_correctly_under_compile_dynamic_shapes
junit/junit-plugin/src/test/resources/hudson/tasks/junit/gh-237/TEST-io.olamy.FlakyTest.xml|orange|io.olamy.FlakyTest.testApp
junit/junit-plugin/src/test/resources/hudson/tasks/junit/gh-237/TEST-io.olamy.AlwaysFailTest.xml|red|io.olamy.AlwaysFailTest.testApp
junit/mikepenz-junit/test_results/junit_flaky_failure/marathon_junit_report.xml|orange|com.mikepenz.Class.testFlakyFailure
junit/mikepenz-junit/test_results/corrupt-junit/e2e-tests/corrupt/target/sf-reports/TEST-test.CorruptTest.xml|red|corrupt.CorruptTest.testEM
gotest/gotestsum/cmd/testdata/go-test-json-flaky-rerun.out|orange|gotest.tools/gotestsum/testdata/e2e/flaky.TestFailsOften
tap/node-test-commit-linux-nodes=debian9-64-19446.txt|red|sequential/test-inspector-port-zero-cluster
regrtest/main-2023-08-28.failure-then-success.tail.txt|orange|test_tools
regrtest/3.7-dev-2017.env-changed.txt|red|
regrtest/3.8-riscv.interrupted.txt|machine|test_multiprocessing_fork
regrtest/python3.13-dev_3.13.18-1_amd64.log.gz|green|
regrtest-reruns/py3.14-slow31.log.gz|red|!
regrtest-reruns/py3.9-slow31.log.gz|red|test_imaplib
regrtest-reruns/py2.7-run11.log.gz|red|test_sched
regrtest-reruns/py3.13-run11.log.gz|green|
'
test_what_a_report_says() {
	local path state test got

	[ -d "$samples" ] || skip "no shared samples"
	while IFS='|' read -r path state test; do
		[ -n "$path" ] || continue
		got=$(said_of "$samples/$path")
		contains "$path" "$got" "\"$state\":1"
		case $test in
		'') ;;
		!) contains "$path" "$got" '"broken":[{"what":"build","builder":"b"' ;;
		*) contains "$path" "$got" "\"test\":\"$test\",\"verdict\"" ;;
		esac
	done <<<"$rows"
}

# Catches a report of the failures alone, in which what is missing passes: the XML lacks the
# files that hung, so with the log beside it the build is red.
test_a_log_beside_its_xml() {
	local got

	[ -d "$samples/regrtest-reruns" ] || skip "no shared samples"
	mkdir job
	cp "$samples"/regrtest-reruns/py3.13-slow31.* job
	got=$(said_of job)
	contains "both" "$got" '"red":1'
	contains "both" "$got" '"test":"test_imaplib","verdict"'
}

# Job folders of Jenkins in a zip: builds with numbers of their own.
test_zipped_jobs_of_jenkins() {
	local zips=$samples/junit/junit-plugin/src/test/resources/hudson/tasks

	[ -d "$zips" ] || skip "no shared samples"
	succeeds "$FT" ingest --json --db h.db "$zips/junit/HistoryTest.zip"
	contains "HistoryTest.zip" "$(cat "$OUT")" '"new":4,'
	succeeds "$FT" ingest --json --db t.db "$zips/junit/JUnitResultArchiverTest/All.zip"
	contains "All.zip" "$(cat "$OUT")" '"tests":132,'
}

run_tests "$@"
