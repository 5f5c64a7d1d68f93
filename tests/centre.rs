//! The centre from outside: real TLS, a real database, a real HTTP client.

mod centre {
    pub mod access;
    pub mod delivery;
    pub mod evidence;
    pub mod live;
    pub mod pages;
    pub mod setup;
    pub mod work;
}
