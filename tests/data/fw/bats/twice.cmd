bats a.bats b.bats
