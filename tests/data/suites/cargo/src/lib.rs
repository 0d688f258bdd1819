//! One polluter, b_dollars, and its victim, c_euros.
pub fn add(a: u32, b: u32) -> u32 {
    a + b
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    static CURRENCY: AtomicU32 = AtomicU32::new(0);

    #[test]
    fn adds() {
        assert_eq!(super::add(1, 1), 2);
    }

    #[test]
    fn b_dollars() {
        CURRENCY.store(1, Ordering::SeqCst);
    }

    #[test]
    fn c_euros() {
        assert_eq!(CURRENCY.load(Ordering::SeqCst), 0, "currency is not EUR");
    }

    #[test]
    #[ignore]
    fn ignored() {}

    #[test]
    fn knows_its_folder() {
        std::env::var("CARGO_MANIFEST_DIR").unwrap();
    }

    // Crashes when asked to by the environment.
    #[test]
    fn may_abort() {
        if std::env::var("CRASH").is_ok() {
            std::process::abort()
        }
    }

    #[test]
    #[should_panic]
    fn panics() {
        panic!("as it should");
    }
}
