//! Ports for the parts of a test to listen on.

use std::net::TcpListener;
use std::process;
use std::sync::atomic::{AtomicU16, Ordering};

/// Below the ports that systems lend to outgoing connections (Linux from 32768, others
/// from 49152): a browser's connection must not sit on a part's port by the time that the
/// part starts, or starts again.
const FIRST: u16 = 20_000;
const COUNT: u16 = 12_000;

/// A port of 127.0.0.1 that nothing listens on, and that this process never gave before.
pub(crate) fn free_port() -> u16 {
    static GIVEN: AtomicU16 = AtomicU16::new(0);
    // Test programs that run side by side begin at places of their own.
    let begin = process::id().wrapping_mul(97) % u32::from(COUNT);
    for _ in 0..COUNT {
        let place = begin + u32::from(GIVEN.fetch_add(1, Ordering::Relaxed));
        let port = FIRST + (place % u32::from(COUNT)) as u16;
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
    panic!("no port of {FIRST} to {} is free", FIRST + COUNT - 1);
}
