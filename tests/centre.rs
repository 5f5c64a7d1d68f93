//! The centre from outside: real TLS, a real database, a real HTTP client.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod centre {
    pub(crate) mod access;
    pub(crate) mod clones;
    pub(crate) mod delivery;
    pub(crate) mod evidence;
    pub(crate) mod killed;
    pub(crate) mod list_delivery;
    pub(crate) mod lists;
    pub(crate) mod live;
    pub(crate) mod pages;
    pub(crate) mod proxy;
    pub(crate) mod publisher;
    pub(crate) mod setup;
    pub(crate) mod units;
    pub(crate) mod work;
}
