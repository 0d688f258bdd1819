#!/usr/bin/env bash
# Wrong usage: status 129, nothing on standard output, one clear message.
. "$(dirname "$0")/../lib.sh"

# usage_error MESSAGE ARG...: the message is standard error's only one.
usage_error() {
	local want=$1
	shift
	fails_with 129 "$FB" "$@"
	is "standard output" "$out" ""
	is "the message" "$err" "flake-bisect: $want"
}

# A usage error in the range that `git bisect run` takes for a bad commit, or without words.
test_wrong_options() {
	usage_error "there is no option '--confidnece'; did you mean '--confidence'?" --confidnece=1 -- true
	usage_error "there is no option '-Z'; --help lists them" -Z -- true
	usage_error "option '--max-runs': '0' is not a whole number of 1 or more" --max-runs 0 -- true
	usage_error "option '-j': '9999' is not a whole number from 1 to 1024" -j9999 -- true
	usage_error "option '-n' needs an argument: -n N" -n -- true
	usage_error "option '-c': '1' is not between 0.5 and 0.999999; the default is 0.99" -c 1 -- true
	usage_error "option '-t': 'soon' is not a duration; write one like 90s, 30m or 1h30m" -t soon -- true
	usage_error "option '--timeout-is': 'bad' is neither 'fail' nor 'unresolved'" --timeout-is bad -- true
	usage_error "option '--color': 'red' is none of auto, always, never" --color=red -- true
	usage_error "option '--shuffle': 'x' is no seed: write a whole number" --shuffle=x -- true
	usage_error "option '-F': there is no framework 'nose'; \`flake-bisect frameworks\` lists them" -F nose -- true
}

# A list of statuses that matches nothing, or a regular expression that is none, found
# only after the first run.
test_wrong_values_are_seen_at_once() {
	local list
	for list in 256 1,,2 7-3 x -1 1- ''; do
		fails_with 129 "$FB" "--fail-exit=$list" -- true
		contains "message for '$list'" "$err" "is no list of exit statuses"
	done
	fails_with 129 "$FB" -m 'a(b' -- true
	contains "the message" "$err" "option '-m': 'a(b'"
}

# Options that contradict each other, one of them silently without effect.
test_contradictions() {
	usage_error "'--input' and '--list-command' both give the list of tests; leave one out" \
		-i list --list-command ls -- true
	usage_error "'--stop-at-match' needs a '--match REGEX'" --stop-at-match -- true
	usage_error "'--quiet' and '--verbose' contradict each other; leave one out" -qv -- true
}

# An option of another command, accepted and ignored.
test_options_of_another_command() {
	usage_error "'--all' is not an option of 'rate'" rate --all -- true
	usage_error "'-i' is not an option of 'show'" show -i list
	usage_error "'--victim' is not an option of 'resume'" resume --victim x
}

# A command that is run although "--" was forgotten, with options of ours taken from it.
test_forgotten_dashes() {
	fails_with 129 "$FB" -N 20 pytest -x 'a b'
	is "the message" "$err" "flake-bisect: put '--' before the command to run:
  flake-bisect -N 20 -- pytest -x 'a b'"
	usage_error "there is no command 'frameworsk'; did you mean 'frameworks'?" frameworsk
	fails_with 129 "$FB" -v rate -- true
	contains "the message" "$err" "'rate' must be the first word"
	fails_with 129 "$FB" x -- true
	contains "the message" "$err" "'x' is no option; the command to run stands behind '--'"
}

test_no_command() {
	local words
	for words in '--' '-q' 'rate' 'rate --'; do
		fails_with 129 "$FB" $words
		contains "the message" "$err" "no command to run; put it behind '--'"
	done
	usage_error "the command behind '--' is empty" -- ''
	fails_with 129 "$FB" show -- true
	contains "the message" "$err" "'show' takes no command to run"
	fails_with 129 "$FB" frameworks more
	contains "the message" "$err" "'more' is one word too many"
}

# A history that is not there, or of which test is not said, must not be searched without.
test_history() {
	fails_with 128 "$FB" --history triage.db -- true
	contains "the message" "$err" "there is no store 'triage.db'"
	fails_with 129 "$FB" commits --history triage.db a..b -- true
	contains "the message" "$err" "needs '--victim TEST'"
	fails_with 129 "$FB" commits --victim t a..b -- true
	contains "the message" "$err" "or give both"
}

# What test.bisect_cmd calls its options is understood.
test_bisect_cmd_spelling() {
	printf 'a\nb\n' >list
	fails_with 1 "$FB" --input list --output out --max-tests 1 --max-iter 100 -- true '{tests}'
	contains "the answer" "$out" "it never failed"
}

run_tests "$@"
