use Test::More tests => 2;
ok(1);
open my $f, ">", "$ENV{TMPDIR}/dirty" or die;
ok(1);
