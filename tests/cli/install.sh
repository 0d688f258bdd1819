#!/usr/bin/env bash
# make install, make uninstall, and what is installed.
. "$(dirname "$0")/../lib.sh"

make_here() {
	make -s -C "$ROOT" DESTDIR="$PWD/dest" PREFIX=/opt/it "$@"
}

# PREFIX or DESTDIR taken wrongly would write into the running system.
test_places() {
	need make make
	succeeds make_here install
	is "what is installed" "$(cd dest && find . -type f | sort)" \
		"./opt/it/bin/flake-bisect
./opt/it/bin/flake-triage
./opt/it/share/bash-completion/completions/flake-bisect
./opt/it/share/bash-completion/completions/flake-triage
./opt/it/share/fish/vendor_completions.d/flake-bisect.fish
./opt/it/share/fish/vendor_completions.d/flake-triage.fish
./opt/it/share/flake-triage/warnings.rules
./opt/it/share/man/man1/flake-bisect.1
./opt/it/share/man/man1/flake-triage.1
./opt/it/share/zsh/site-functions/_flake-bisect
./opt/it/share/zsh/site-functions/_flake-triage"
	is "empty files" "$(find dest -type f -empty)" ""
	succeeds dest/opt/it/bin/flake-bisect --version
	succeeds dest/opt/it/bin/flake-triage --version
	succeeds make_here uninstall
	is "what is left" "$(find dest -type f)" ""
}

# A completion script that its shell cannot read breaks each new shell.
test_completions() {
	local name
	need zsh zsh
	need fish fish
	succeeds make_here install
	for name in flake-bisect flake-triage; do
		succeeds bash -n dest/opt/it/share/bash-completion/completions/$name
		succeeds zsh -n dest/opt/it/share/zsh/site-functions/_$name
		succeeds fish -n dest/opt/it/share/fish/vendor_completions.d/$name.fish
	done
}

run_tests "$@"
