setup_file() { true; }

@test "first (of all) [x] \$HOME" { true; }

@test "shared" { true; }

@test bare { skip "not here"; }

function by_comment { #@test
	true
}
