//! Registers outside that are asked about one plate: the seam for national sources.
//!
//! What a register answers is entries, as if they stood in a list. Nothing here knows a
//! particular register: [`HttpRegister`] speaks a small protocol of ours that a gateway in
//! front of a real one can speak too (docs/reference/registers.md).

mod bucket;
mod cache;
mod config;
mod error;
mod http;

use std::future::Future;
use std::pin::Pin;

use jiff::Timestamp;

use super::model::Entry;
use crate::plate::{Country, PlateText};
pub use config::HttpRegisterConfig;
pub use error::RegisterError;
pub use http::HttpRegister;

/// What a register is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// The plate.
    pub plate: PlateText,
    /// Where it is registered, if that is known.
    pub country: Option<Country>,
    /// Why it is asked: registers log it, and the law wants it said.
    pub reason: String,
    /// Who asks, as the register knows them.
    pub asker: String,
}

/// What a register answered.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// What it says of the plate; empty when it does not have it.
    pub entries: Vec<Entry>,
    /// When the register said it: an officer must see how old an answer is.
    pub said_at: Timestamp,
    /// True when it was remembered and not asked again.
    pub remembered: bool,
}

/// The future of an answer.
pub type Asking<'a> = Pin<Box<dyn Future<Output = Result<Answer, RegisterError>> + Send + 'a>>;

/// A register that can be asked.
pub trait Register: Send + Sync {
    /// Its name, for messages and the audit log.
    fn name(&self) -> &str;

    /// Asks about one plate. An error is never "not listed": the caller must show that the
    /// register could not be asked.
    ///
    /// # Errors
    /// [`RegisterError`] says why there is no answer, and whether asking again may help.
    fn ask<'a>(&'a self, question: &'a Question) -> Asking<'a>;
}
