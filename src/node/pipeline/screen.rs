//! The `[screen]` section of a pipeline file.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use serde::Deserialize;

/// The in-car screen.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ScreenConfig {
    /// Address and port that it is served on.
    pub listen: SocketAddr,
    /// Names by which browsers may call it, besides numeric addresses and `localhost`.
    pub hosts: Vec<String>,
    /// File whose first line a browser on another machine must know.
    pub token_file: Option<PathBuf>,
    /// Groups that the crew belongs to: of a list that names others, it is not told.
    /// In none, it is told of every hit.
    pub groups: Vec<String>,
}

impl Default for ScreenConfig {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 8090)),
            hosts: Vec::new(),
            token_file: None,
            groups: Vec::new(),
        }
    }
}

impl ScreenConfig {
    /// What is wrong with it: the key at fault and the message.
    ///
    /// # Errors
    /// In words for people.
    pub fn check(&self) -> Result<(), (&'static str, String)> {
        if !self.listen.ip().is_loopback() && self.token_file.is_none() {
            let message = format!(
                "the screen would be open to everybody at {}: set a token_file, or listen on \
                 127.0.0.1",
                self.listen
            );
            return Err(("listen", message));
        }
        Ok(())
    }
}
