//! Lists as towns and registers really send them: through the library and through
//! `varco lists`.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod adversarial;
mod csv;
mod delivery;
mod formats;
mod round_trip;
mod workbook;
