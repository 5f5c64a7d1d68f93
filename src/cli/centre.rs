//! `varco centre` and the commands beside a centre; `varco audit verify`.

use std::io::{self, BufRead, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use clap::{Args as ClapArgs, Subcommand};

use super::failure::{Failure, Outcome};
use super::interrupt;
use crate::centre::{AccountSettings, CentreError, Config, Language, Registry, Role, Server};
use crate::link::Fingerprint;

#[derive(Debug, ClapArgs)]
#[command(
    args_conflicts_with_subcommands = true,
    after_help = "Examples:\n  \
        varco centre                           run with defaults, data in ./var/centre\n  \
        varco centre /etc/varco/centre.toml\n  \
        varco centre key                       what nodes must be told\n  \
        varco centre admit --name 'Porta Nord' 4f1c…\n  \
        varco centre account add anna --role operator"
)]
pub(super) struct Args {
    /// Settings file; without one, defaults.
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Option<Beside>,
}

#[derive(Debug, ClapArgs)]
struct Settings {
    /// Settings file of the centre; without one, defaults.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
enum Beside {
    /// Prints the fingerprint of the centre's key, which its nodes must be told.
    Key(Settings),
    /// Admits a node by the fingerprint that `varco node key` prints.
    Admit {
        /// Name for people.
        #[arg(long)]
        name: String,
        /// Id as in the node's pipeline file; without it, made from the name.
        #[arg(long)]
        id: Option<String>,
        /// Fingerprint of the node's key.
        fingerprint: Fingerprint,
        #[command(flatten)]
        settings: Settings,
    },
    /// Takes a node's admission away; its transits and hits stay.
    Dismiss {
        /// Id of the node.
        id: String,
        #[command(flatten)]
        settings: Settings,
    },
    /// Lists the admitted nodes.
    Nodes(Settings),
    /// People's accounts.
    #[command(subcommand)]
    Account(Account),
    /// Prints a one-time sign-in link; it holds for a day.
    SignInLink {
        /// For this account; without it, for the first administrator.
        #[arg(long, value_name = "NAME")]
        account: Option<String>,
        #[command(flatten)]
        settings: Settings,
    },
}

#[derive(Debug, Subcommand)]
enum Account {
    /// Makes an account; the password is asked for, or read from standard input.
    Add {
        /// Name to sign in with.
        name: String,
        /// viewer (sees), operator (sees and acts), admin (everything), auditor (audit log).
        #[arg(long)]
        role: Role,
        /// it or en; without it, the centre's.
        #[arg(long)]
        language: Option<Language>,
        /// Group it belongs to; may be given several times. An account in no group is told
        /// of every hit, the others of lists that name their group or nobody.
        #[arg(long = "group", value_name = "NAME")]
        groups: Vec<String>,
        /// No password: signs in by one-time links only.
        #[arg(long)]
        no_password: bool,
        #[command(flatten)]
        settings: Settings,
    },
    /// Sets a password, asked for or read from standard input; ends all sessions.
    Password {
        /// Name of the account.
        name: String,
        #[command(flatten)]
        settings: Settings,
    },
    /// Puts an account into groups and ends its sessions; without a group, out of all.
    Groups {
        /// Name of the account.
        name: String,
        /// All groups it shall belong to.
        groups: Vec<String>,
        #[command(flatten)]
        settings: Settings,
    },
    /// Disables an account and ends its sessions.
    Disable {
        /// Name of the account.
        name: String,
        #[command(flatten)]
        settings: Settings,
    },
    /// Lists the accounts.
    List(Settings),
}

/// `varco audit …`.
#[derive(Debug, ClapArgs)]
pub(super) struct AuditArgs {
    #[command(subcommand)]
    command: Audit,
}

#[derive(Debug, Subcommand)]
enum Audit {
    /// Checks that the audit log is whole and prints the hash of its last row.
    #[command(after_help = "Keep the printed hash elsewhere: given later with --known, it shows \
                            whether rows were cut off the end.")]
    Verify {
        /// A hash printed earlier that must still be in the log.
        #[arg(long, value_name = "HASH")]
        known: Option<String>,
        #[command(flatten)]
        settings: Settings,
    },
}

pub(super) fn run(args: &Args) -> Outcome {
    let runtime = tokio::runtime::Runtime::new()?;
    runtime.block_on(async {
        match &args.command {
            None => serve(load(args.config.as_deref())?).await,
            Some(command) => beside(command).await,
        }
    })
}

pub(super) fn audit(args: &AuditArgs) -> Outcome {
    let Audit::Verify { known, settings } = &args.command;
    let runtime = tokio::runtime::Runtime::new()?;
    runtime.block_on(async {
        let check = open(settings).await?.verify_audit(known.as_deref()).await?;
        say(&format!(
            "whole: {} rows from row {}; last hash {}",
            check.rows, check.first_seq, check.head
        ))
    })
}

async fn serve(config: Config) -> Outcome {
    let server = Server::start(config, interrupt::token()).await?;
    say(&format!("control room  {}", server.url()))?;
    say(&format!("nodes         {}", server.link_address()))?;
    say(&format!("key           {}", server.fingerprint()))?;
    if let Some(url) = server.first_sign_in_url() {
        say(&format!("sign in once  {url}"))?;
    }
    server.wait().await?;
    Ok(ExitCode::SUCCESS)
}

async fn beside(command: &Beside) -> Outcome {
    match command {
        Beside::Key(settings) => say(open(settings).await?.identity()?.fingerprint().as_str()),
        Beside::Admit { name, id, fingerprint, settings } => {
            let id = id.clone().unwrap_or_else(|| id_from_name(name));
            open(settings).await?.admit(&id, name, fingerprint).await?;
            say(&format!("admitted: node {id} ({name})"))
        }
        Beside::Dismiss { id, settings } => {
            open(settings).await?.dismiss(id).await?;
            say(&format!("dismissed: node {id}"))
        }
        Beside::Nodes(settings) => {
            for node in open(settings).await?.nodes().await? {
                let seen = node.last_seen_at.map_or("never".to_owned(), |at| at.to_string());
                say(&format!("{}\t{}\t{}\tlast seen {seen}", node.id, node.name, node.key))?;
            }
            Ok(ExitCode::SUCCESS)
        }
        Beside::Account(command) => account(command).await,
        Beside::SignInLink { account, settings } => {
            let config = load(settings.config.as_deref())?;
            let link = Registry::open(&config).await?.sign_in_link(account.as_deref()).await?;
            say(&config.sign_in_url(&link.token))
        }
    }
}

async fn account(command: &Account) -> Outcome {
    match command {
        Account::Add { name, role, language, groups, no_password, settings } => {
            let registry = open(settings).await?;
            let password = if *no_password { None } else { Some(read_password(name)?) };
            let settings = AccountSettings {
                language: *language,
                groups: Some(groups.clone()),
                password: password.as_deref(),
            };
            let made = registry.add_account(name, *role, settings).await?;
            say(&format!("made: {} ({})", made.name, made.role))
        }
        Account::Password { name, settings } => {
            let registry = open(settings).await?;
            let password = read_password(name)?;
            let settings =
                AccountSettings { password: Some(&password), ..AccountSettings::default() };
            registry.change_account(name, None, settings, None).await?;
            say(&format!("changed: {name}"))
        }
        Account::Groups { name, groups, settings } => {
            let registry = open(settings).await?;
            let settings =
                AccountSettings { groups: Some(groups.clone()), ..AccountSettings::default() };
            let account = registry.change_account(name, None, settings, None).await?;
            say(&match account.groups.as_slice() {
                [] => format!("{name} is in no group and told of every hit"),
                groups => format!("{name} is in {}", groups.join(", ")),
            })
        }
        Account::Disable { name, settings } => {
            open(settings)
                .await?
                .change_account(name, None, AccountSettings::default(), Some(true))
                .await?;
            say(&format!("disabled: {name}"))
        }
        Account::List(settings) => {
            for account in open(settings).await?.accounts().await? {
                let state = if account.disabled_at.is_some() { "disabled" } else { "" };
                let groups = account.groups.join(",");
                say(&format!(
                    "{}\t{}\t{}\t{groups}\t{state}",
                    account.name, account.role, account.language
                ))?;
            }
            Ok(ExitCode::SUCCESS)
        }
    }
}

/// The settings of a file, or the defaults.
pub(super) fn load(file: Option<&Path>) -> Result<Config, Failure> {
    let Some(file) = file else { return Ok(Config::default()) };
    let text = std::fs::read_to_string(file)
        .map_err(|source| CentreError::Settings { path: file.to_owned(), source })?;
    Config::from_toml(&text, file).map_err(|error| Failure::usage(error.to_string()))
}

async fn open(settings: &Settings) -> Result<Registry, Failure> {
    Ok(Registry::open(&load(settings.config.as_deref())?).await?)
}

/// "Porta Nord" → "porta-nord".
fn id_from_name(name: &str) -> String {
    let words = name.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_ascii_lowercase).collect::<Vec<_>>().join("-")
}

/// From the terminal without showing it, or a line of standard input.
fn read_password(name: &str) -> Result<String, Failure> {
    let terminal = io::stdin().is_terminal();
    if !terminal {
        return read_line();
    }
    let first = ask(&format!("password for {name}: "))?;
    let second = ask("once more: ")?;
    if first != second {
        return Err(Failure::failed("the two passwords differ; nothing was changed"));
    }
    Ok(first)
}

fn ask(question: &str) -> Result<String, Failure> {
    let mut error = io::stderr();
    write!(error, "{question}").and_then(|()| error.flush())?;
    let hidden = echo(false);
    let line = read_line();
    if hidden {
        echo(true);
        writeln!(error)?;
    }
    line
}

/// Switches the terminal's echo; says whether that worked.
fn echo(on: bool) -> bool {
    Command::new("stty")
        .arg(if on { "echo" } else { "-echo" })
        .stdin(Stdio::inherit())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

fn read_line() -> Result<String, Failure> {
    let mut line = String::new();
    if io::stdin().lock().read_line(&mut line)? == 0 {
        return Err(Failure::failed("no password came: type it, or give it on standard input"));
    }
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

fn say(line: &str) -> Outcome {
    let mut out = io::stdout();
    writeln!(out, "{line}").and_then(|()| out.flush())?;
    Ok(ExitCode::SUCCESS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_node_id_is_made_from_its_name() {
        assert_eq!(id_from_name("Porta Nord, corsia 2"), "porta-nord-corsia-2");
    }
}
