# Sourced first by tests/run and by every shell test: gives a clean environment
# (the script is started again under `env -i`), and for each function test_xxx
# of the script a folder of its own, asserts, and a look afterwards for
# processes and temporary files that it left behind.  Ends with `run_tests "$@"`.
#
# In a test: $PWD is an empty folder, $TMPDIR another one that must be empty
# again at the end, $FB and $FT the programs, $ROOT the project, $BUILD the build folder,
# $OUT and $ERR the files with the output of the last `run`.
# shellcheck shell=bash

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

# What a test may see of the caller's environment, and nothing else.
clean_exec() {
	local scratch="${TMPDIR:-/tmp}"

	exec env -i TEST_CLEAN=1 PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin \
		HOME="$scratch/flaketools-no-home" TMPDIR="$scratch" TEST_TMP="$scratch" SHELL=/bin/sh \
		LC_ALL=C.UTF-8 TZ=UTC TERM=dumb \
		http_proxy=http://127.0.0.1:9 https_proxy=http://127.0.0.1:9 GOPROXY=off GOFLAGS=-mod=mod \
		CARGO_NET_OFFLINE=true npm_config_offline=true \
		GOCACHE="$ROOT/build/cache/go" CARGO_HOME="$ROOT/build/cache/cargo" \
		ASAN_OPTIONS=exitcode=99 UBSAN_OPTIONS=print_stacktrace=1 \
		BUILD="${BUILD:-build}" ${TEST_KEEP:+TEST_KEEP="$TEST_KEEP"} \
		"$BASH" "$0" "$@"
}
[ -n "${TEST_CLEAN:-}" ] || clean_exec "$@"

case $BUILD in
/*) ;;
*) BUILD=$ROOT/$BUILD ;;
esac
# shellcheck disable=SC2034 # used by the tests
FB=$BUILD/flake-bisect FT=$BUILD/flake-triage

# marked NAME=VALUE: the ids of live processes with this in their environment.
marked() {
	[ -d /proc/self ] || return 0
	grep -lzxF -e "$1" /proc/[0-9]*/environ 2>/dev/null | sed 's,/proc/\([0-9]*\)/.*,\1,'
}

# end_marked NAME=VALUE: kills them, and prints what they were, one a line.
end_marked() {
	local pid tries

	for tries in 1 2 3 4 5; do
		[ -n "$(marked "$1")" ] || return 0
		sleep 0.1
	done
	for pid in $(marked "$1"); do
		printf 'left a process behind: %s %s\n' "$pid" "$(tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null)"
		kill -KILL "$pid" 2>/dev/null
	done
}

# --- asserts: the first that fails ends the test -------------------------------

# fail WHAT...: in whatever subshell it stands, the test has failed.
fail() {
	printf '%s\n' "$*" >&2
	: >"$SCRATCH/failed"
	exit 1
}

skip() {
	printf '%s\n' "$*" >"$SCRATCH/skipped"
	exit 0
}

# A misspelt command must not pass for a test.
command_not_found_handle() {
	fail "no such command: $1"
}

is() { # WHAT GOT WANT
	[ "$2" = "$3" ] || fail "$1 is
$2
and not
$3"
}

contains() { # WHAT TEXT PART
	case $2 in
	*"$3"*) ;;
	*) fail "$1 is
$2
and lacks
$3" ;;
	esac
}

lacks() { # WHAT TEXT PART
	case $2 in
	*"$3"*) fail "$1 is
$2
and must not hold
$3" ;;
	esac
}

matches() { # WHAT TEXT EXTENDED-REGEX: one whole line of TEXT matches
	printf '%s\n' "$2" | grep -Eqx -e "$3" || fail "$1 is
$2
and no line of it matches
$3"
}

# run CMD...: sets $status, $out and $err (and the files $OUT and $ERR).
run() {
	status=0
	"$@" >"$OUT" 2>"$ERR" </dev/null || status=$?
	out=$(tr -d '\0' <"$OUT")
	err=$(tr -d '\0' <"$ERR")
}

fails_with() { # STATUS CMD...: run, and it must end so
	local want=$1
	shift
	run "$@"
	[ "$status" = "$want" ] || fail "status $status, not $want, of: $*
--- stdout
$(head -c 4000 "$OUT")
--- stderr
$(head -c 4000 "$ERR")"
}

succeeds() { # CMD...
	fails_with 0 "$@"
}

# background CMD...: starts it with the default SIGINT and SIGQUIT (a script's
# background commands ignore them); sets $pid; its output goes to $OUT and $ERR.
background() {
	perl -e '$SIG{INT} = $SIG{QUIT} = "DEFAULT"; exec { $ARGV[0] } @ARGV or exit 127' -- \
		"$@" >"$OUT" 2>"$ERR" </dev/null &
	# shellcheck disable=SC2034
	pid=$!
}

# wait_for SECONDS CMD...: until CMD succeeds; the test fails if it never does.
wait_for() {
	local end=$((SECONDS + $1 + 1))
	shift
	until "$@" >/dev/null 2>&1; do
		[ "$SECONDS" -lt "$end" ] || fail "waited in vain for: $*"
		sleep 0.02
	done
}

# need PROGRAM PACKAGE: skips the test, with a word, where it is not installed.
need() {
	command -v "$1" >/dev/null || skip "no $1 (package $2)"
}

# need_that WHY CMD...: skips the test where CMD fails.
need_that() {
	local why=$1
	shift
	"$@" >/dev/null 2>&1 || skip "$why"
}

# --- running -----------------------------------------------------------------------

# Prints `ok`, `FAILED` or `skipped` and the name of the test; status 1: failed.
run_one() {
	local name=$1 left

	SCRATCH=$TEST_SCRATCH/$name
	OUT=$SCRATCH/out ERR=$SCRATCH/err
	mkdir -p "$SCRATCH/work" "$SCRATCH/tmp" "$SCRATCH/home"
	(
		export TMPDIR=$SCRATCH/tmp HOME=$SCRATCH/home TEST_MARK=$SCRATCH
		cd "$SCRATCH/work" || exit 1
		set -u
		"$name"
		: >"$SCRATCH/done"
	) >"$SCRATCH/log" 2>&1 </dev/null
	left=$(end_marked "TEST_MARK=$SCRATCH")
	left+=$(find "$SCRATCH/tmp" -mindepth 1 2>/dev/null | sed 's/^/left a file behind: /')
	if [ -e "$SCRATCH/failed" ] || [ -n "$left" ] || [ ! -e "$SCRATCH/done" ] && [ ! -e "$SCRATCH/skipped" ]; then
		sed 's/^/    /' "$SCRATCH/log"
		[ -z "$left" ] || printf '    %s\n' "$left"
		echo "FAILED $name"
		return 1
	fi
	if [ -e "$SCRATCH/skipped" ]; then
		echo "skipped $name: $(cat "$SCRATCH/skipped")"
	else
		echo "ok $name"
	fi
}

# run_tests [NAME...]: the script's test functions, or those named, in order.
run_tests() {
	local name bad=0 own=''

	if [ -z "${TEST_SCRATCH:-}" ]; then
		own=$(mktemp -d "$TEST_TMP/flaketools-test.XXXXXX")
		TEST_SCRATCH=$own
		trap 'rm -rf "$TEST_SCRATCH"' EXIT
	fi
	# In the order of the file; what only looks like one (in a here-document) is none.
	[ $# -gt 0 ] || set -- $(grep -o '^test_[A-Za-z0-9_]*' "$0" | while read -r name; do declare -F "$name"; done)
	for name; do
		run_one "$name" || bad=1
		[ -n "${TEST_KEEP:-}" ] || { chmod -R u+rwx "$SCRATCH" 2>/dev/null; rm -rf "$SCRATCH"; }
	done
	exit "$bad"
}
