#!/usr/bin/env bash
# The man pages against the programs: nothing missing, nothing that is not there.
. "$(dirname "$0")/../lib.sh"

page=$ROOT/bisect/flake-bisect.1
triage_page=$ROOT/triage/flake-triage.1

# The options of the whole help, a line each: "-n, --max-tests N".
help_options() {
	"${1:-$FB}" --help | sed -nE 's/^ +((-[A-Za-z], )?--[a-z-]+(\[=[A-Z]+\]| [A-Z]+)?)( {2}.*)?$/\1/p'
}

# The tags of the page's options in the same form.
page_options() {
	sed -nE 's/^\.It (Fl .*)$/\1/p' "${1:-$page}" |
		sed -E 's/ Ns Op = Ns Ar ([A-Z]+)/[=\1]/; s/Fl -([a-z])/--\1/g; s/Fl ([A-Za-z]) ,/-\1,/; s/ Ar / /'
}

# An option that the page does not know, or that is gone from the program.
test_same_options_in_the_same_order() {
	is "the page's options" "$(page_options)" "$(help_options)"
	[ "$(help_options | wc -l)" -gt 20 ] || fail "the help was not read"
	is "the other page's options" "$(page_options "$triage_page")" "$(help_options "$FT")"
	[ "$(help_options "$FT" | wc -l)" -gt 20 ] || fail "the other help was not read"
}

test_every_command() {
	local name
	for name in $("$FB" --help | sed -n '/^Commands:/,/^$/s/^  \([a-z]*\) .*/\1/p'); do
		grep -qxF ".It Cm $name" "$page" || fail "the page lacks the command $name"
	done
	for name in $("$FT" --help | sed -n '/^Commands:/,/^$/s/^  \([a-z]*\) .*/\1/p'); do
		grep -qxF ".It Cm $name" "$triage_page" || fail "the other page lacks the command $name"
	done
}

test_every_verdict_and_status() {
	local word
	for word in isolated fails-alone brittle plain-flake not-reproduced undecided 0 1 125 128 129 128+n; do
		grep -qxF ".It $word" "$page" || fail "the page lacks $word"
	done
}

# A page that a formatter stumbles over.
test_lint() {
	need mandoc mandoc
	is "lint" "$(mandoc -Tlint -Wwarning "$page" "$triage_page")" ""
	mandoc -Tascii "$page" >text
	grep -q 'find the tests, or the commit, that make a command fail' text || fail "the page has no text"
}

test_groff() {
	need groff groff
	is "groff's warnings" "$(groff -mdoc -Tascii -ww "$page" "$triage_page" 2>&1 >/dev/null)" ""
}

run_tests "$@"
