//! The centre from outside: real TLS, a real database, a real HTTP client.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod centre {
    pub(crate) mod access;
    pub(crate) mod clones;
    pub(crate) mod delivery;
    pub(crate) mod evidence;
    pub(crate) mod killed;
    pub(crate) mod live;
    pub(crate) mod pages;
    pub(crate) mod setup;
    pub(crate) mod work;
}
