prove t/a.t t/z.t t/b.t
