bats c.bats d.bats
