prove t/nope.t
