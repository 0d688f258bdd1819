@test "polluter" { : >"$BATS_RUN_TMPDIR/dirty"; }

@test "shared" { true; }

  @test 'indented' {
	true
}

@test "victim" {
	[ ! -e "$BATS_RUN_TMPDIR/dirty" ]
}
