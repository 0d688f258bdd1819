// The same name as in the library.
#[test]
fn adds() {}

#[test]
fn whole() {}
