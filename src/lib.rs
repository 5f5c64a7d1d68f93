//! Varco: number-plate reading and traffic analytics, from the camera to the officer.
//!
//! The modules follow the way of the data. A module may use only those that
//! stand before it; `tests/architecture.rs` holds the rule and checks it.
//!
//! | module | what it does | input/output |
//! |---|---|---|
//! | [`config`] | settings files, with errors a person can act on | pure |
//! | [`keyfile`] | private keys in files of the own user alone | files |
//! | [`durable`] | files that are whole, or as they were before | files |
//! | [`clock`] | the node's time, corrected | clock |
//! | [`pages`] | the built web pages | embedded files |
//! | [`plate`] | plate text, readings, country grammars | pure |
//! | [`frame`] | pictures, frames, geometry | pure |
//! | [`scene`] | whether anything moves before a camera | pure |
//! | [`video`] | camera streams and files into frames | GStreamer |
//! | [`vision`] | find plates, rectify, read | ONNX Runtime |
//! | [`tracking`] | one transit per passing vehicle | pure |
//! | [`traffic`] | one passage per vehicle, with or without a plate | pure |
//! | [`siting`] | whether a camera sees plates well enough, and what to change | pure |
//! | [`lists`] | named registers of plates | files |
//! | [`matching`] | transits against lists | pure |
//! | [`event`] | the versioned messages: transit, hit, heartbeat, what was decided | pure |
//! | [`position`] | where the unit is: gpsd, serial receivers, recorded logs | TCP, devices, files |
//! | [`store`] | databases of node and centre, evidence pictures | SQLite |
//! | [`link`] | node ↔ centre, known to each other by key | HTTPS |
//! | [`node`] | the edge process | all of the above |
//! | [`centre`] | the operations centre's server and control room | HTTP |
//! | [`cli`] | the command line | terminal |

pub mod centre;
pub mod cli;
pub mod clock;
pub mod config;
pub mod durable;
pub mod event;
pub mod frame;
pub mod keyfile;
pub mod link;
pub mod lists;
pub mod matching;
pub mod node;
pub mod pages;
pub mod plate;
pub mod position;
pub mod scene;
pub mod siting;
pub mod store;
pub mod tracking;
pub mod traffic;
pub mod video;
pub mod vision;
