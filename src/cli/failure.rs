//! How a command fails: what is printed and with which exit status.

use std::error::Error;
use std::fmt::Write as _;
use std::process::ExitCode;

/// What every subcommand returns.
pub(super) type Outcome = Result<ExitCode, Failure>;

/// A command that could not do what it was asked.
#[derive(Debug)]
pub(super) struct Failure {
    status: u8,
    message: String,
}

impl Failure {
    /// It was tried and failed: exit status 1.
    pub(super) fn failed(message: impl Into<String>) -> Self {
        Self { status: 1, message: message.into() }
    }

    /// It was asked for in a way that cannot work: exit status 2.
    pub(super) fn usage(message: impl Into<String>) -> Self {
        Self { status: 2, message: message.into() }
    }

    /// Prints the message on standard error and gives the exit status.
    #[allow(clippy::print_stderr, reason = "the one place where a failure is told to the person")]
    pub(super) fn report(self) -> ExitCode {
        eprintln!("error: {}", self.message);
        ExitCode::from(self.status)
    }
}

/// Every error of the library becomes exit status 1, its causes joined by colons.
impl<E: Error> From<E> for Failure {
    fn from(error: E) -> Self {
        let mut message = error.to_string();
        let mut cause = error.source();
        while let Some(inner) = cause {
            let inner_text = inner.to_string();
            // Many errors repeat their cause in their own words.
            if !message.contains(&inner_text) {
                // Writing to a string does not fail.
                let _ = write!(message, ": {inner_text}");
            }
            cause = inner.source();
        }
        Self { status: 1, message }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("outer")]
    struct Outer(#[source] std::io::Error);

    #[test]
    fn causes_are_told_once() {
        let failure = Failure::from(Outer(std::io::Error::other("inner")));
        assert_eq!((failure.status, failure.message.as_str()), (1, "outer: inner"));
    }
}
