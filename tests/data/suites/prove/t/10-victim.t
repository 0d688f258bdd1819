use Test::More tests => 2;
ok(1);
ok(!-e "$ENV{TMPDIR}/dirty", "all is clean");
