#!/usr/bin/env bash
# The completions that `make install` installs, asked as the shells ask them.
. "$(dirname "$0")/../lib.sh"

script() {
	"$FB" completion "$1" >"$1.txt" || fail "no completions for $1"
}

# bash_words WORD...: the replies while the last word is being written.
bash_words() {
	bash --norc -c '
		. ./bash.txt
		COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
		_flake_bisect 2>/dev/null
		printf "%s\n" "${COMPREPLY[@]}"' - flake-bisect "$@"
}

test_bash() {
	script bash
	bash -n bash.txt || fail "bash cannot read it"
	is "sub-commands" "$(bash_words r | tr '\n' ' ')" "rate resume "
	is "options" "$(bash_words --max | tr '\n' ' ')" "--max-tests --max-runs "
	contains "frameworks" "$(bash_words -F '')" "command"
	is "words of an option" "$(bash_words --timeout-is f)" "fail"
	is "words behind =" "$(bash_words --color = n)" "never"
	is "rate's options" "$(bash_words rate --al)" ""
	is "the search's options" "$(bash_words --al)" "--all"
	: >'a file'
	is "files" "$(bash_words -i a)" "a file"
	mkdir 'a folder'
	is "sessions" "$(bash_words show a)" "a folder"
	is "behind --" "$(bash_words -- cat a | sort | tr '\n' ' ')" "a file a folder "
}

test_zsh() {
	need zsh zsh
	script zsh
	zsh -n zsh.txt || fail "zsh cannot read it"
	[ "$(head -n 1 zsh.txt)" = "#compdef flake-bisect" ] || fail "zsh would not know whose it is"
}

# The specs that zsh's own _arguments takes, and what it offers at the prompt.
test_zsh_at_the_prompt() {
	need zsh zsh
	need tmux tmux
	script zsh
	mkdir fpath && cp zsh.txt fpath/_flake-bisect
	cat >.zshrc <<-'END'
		fpath=($PWD/fpath $fpath)
		autoload -Uz compinit && compinit -u -D
		PS1='> '
		print ready
	END
	local t=(tmux -L "fb$$" -f /dev/null)
	"${t[@]}" new-session -d -x 100 -y 50 "ZDOTDIR=$PWD zsh -i"
	wait_for 10 screen_has ready
	"${t[@]}" send-keys 'flake-bisect rate --stre' Tab
	wait_for 10 screen_has 'rate --stress'
	"${t[@]}" send-keys C-u 'flake-bisect resu' Tab
	wait_for 10 screen_has 'flake-bisect resume'
	"${t[@]}" send-keys C-u 'flake-bisect --timeout-is unr' Tab
	wait_for 10 screen_has 'timeout-is unresolved'
	"${t[@]}" kill-server
}
screen_has() {
	tmux -L "fb$$" capture-pane -p | grep -q -e "$1"
}

test_fish() {
	need fish fish
	script fish
	fish -n fish.txt || fail "fish cannot read it"
	offer() {
		HOME=$PWD XDG_CONFIG_HOME=$PWD XDG_DATA_HOME=$PWD fish --no-config -c "source fish.txt; complete -C '$1'" | cut -f1 | tr '\n' ' '
	}
	is "sub-commands" "$(offer 'flake-bisect re')" "resume "
	is "options" "$(offer 'flake-bisect --max')" "--max-runs --max-tests "
	is "rate's options" "$(offer 'flake-bisect rate --al')" ""
	is "words" "$(offer 'flake-bisect --timeout-is f')" "fail "
	contains "behind --" "$(offer 'flake-bisect -- mkdi')" "mkdir"
}

test_unknown_shell() {
	fails_with 129 "$FB" completion tcsh
	contains "the message" "$err" "there are no completions for 'tcsh'"
	fails_with 129 "$FB" completion
}

run_tests "$@"
