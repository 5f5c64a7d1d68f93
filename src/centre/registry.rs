//! Who may take part: nodes and people. Used by the running centre and by the
//! commands beside it, which open the same database.

use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use jiff::{SignedDuration, Timestamp};

use super::config::{AdmittedNode, Config, valid_node_id};
use super::error::CentreError;
use super::secret::{Token, hash_password};
use crate::link::{Fingerprint, Identity};
use crate::store::centre::{
    Account, AuditCheck, AuditError, CentreStore, Language, NewAccount, NodeRecord, Origin, Role,
    Writing,
};

/// How long a sign-in link waits to be used.
const LINK_HOLDS: SignedDuration = SignedDuration::from_hours(24);
/// The account that is made when there is none.
const FIRST_ACCOUNT: &str = "admin";

/// Nodes and people of a centre.
#[derive(Debug, Clone)]
pub struct Registry {
    store: CentreStore,
    folder: PathBuf,
    by: String,
    language: Language,
}

/// What can be set of an account, at any time; `None` leaves as it is.
#[derive(Debug, Clone, Default)]
pub struct AccountSettings<'a> {
    /// Language of its screens; the centre's, when the account is new.
    pub language: Option<Language>,
    /// Groups it belongs to, of all its groups; an account in no group is told of every hit.
    pub groups: Option<Vec<String>>,
    /// Password; without one, an account is entered by sign-in links only.
    pub password: Option<&'a str>,
}

/// A one-time way in.
#[derive(Debug, Clone)]
pub struct SignInLink {
    /// For which account.
    pub account: String,
    /// What the page posts; it opens the account once.
    pub token: String,
    /// Until when.
    pub expires_at: Timestamp,
}

impl Registry {
    /// Opens a centre's data folder, making it when missing. A running centre
    /// need not be stopped.
    ///
    /// # Errors
    /// [`CentreError`] when folder or database cannot be used.
    pub async fn open(config: &Config) -> Result<Self, CentreError> {
        let folder = config.data.clone();
        // Others on the machine have no business in here.
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&folder)
            .map_err(|source| CentreError::Data { path: folder.clone(), source })?;
        let store = CentreStore::open(&folder.join("centre.db")).await?;
        Ok(Self { store, folder, by: "command line".to_owned(), language: config.language })
    }

    /// The same, with another name in the audit log.
    pub(super) fn acting_as(&self, by: &str) -> Self {
        Self { by: by.to_owned(), ..self.clone() }
    }

    /// The data folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    pub(super) fn store(&self) -> &CentreStore {
        &self.store
    }

    /// The centre's own key, made at the first call.
    ///
    /// # Errors
    /// [`CentreError::Identity`].
    pub fn identity(&self) -> Result<Identity, CentreError> {
        Ok(Identity::load_or_make(&self.folder.join("centre-key.pem"), "varco-centre")?)
    }

    /// Admits a node, or gives an admitted one a new name or key.
    ///
    /// # Errors
    /// [`CentreError`] when the id is not valid or the key is another node's.
    pub async fn admit(&self, id: &str, name: &str, key: &Fingerprint) -> Result<(), CentreError> {
        let mut writing = self.store.write().await?;
        self.admit_in(&mut writing, id, name, key, Origin::Command).await?;
        Ok(writing.commit().await?)
    }

    async fn admit_in(
        &self,
        writing: &mut Writing,
        id: &str,
        name: &str,
        key: &Fingerprint,
        origin: Origin,
    ) -> Result<(), CentreError> {
        if !valid_node_id(id) {
            return Err(CentreError::NodeId { id: id.to_owned() });
        }
        let now = Timestamp::now();
        if !writing.admit(id, name, key.as_str(), origin, now).await? {
            return Err(CentreError::KeyTaken { key: key.to_string() });
        }
        writing.audit(now, &self.by, "node.admit", id, Some(key.as_str())).await?;
        Ok(())
    }

    /// Brings the admissions in line with the settings file: what was in it and
    /// no longer is loses its admission.
    pub(super) async fn admit_settings(&self, nodes: &[AdmittedNode]) -> Result<(), CentreError> {
        let known = self.store.nodes().await?;
        let mut writing = self.store.write().await?;
        for old in known.iter().filter(|old| old.origin == Origin::Settings) {
            if !nodes.iter().any(|node| node.id == old.id) {
                writing.dismiss(&old.id).await?;
                writing.audit(Timestamp::now(), &self.by, "node.dismiss", &old.id, None).await?;
            }
        }
        for node in nodes {
            let same = known.iter().any(|old| {
                (&old.id, &old.name, old.key.as_str(), old.origin)
                    == (&node.id, &node.name, node.key.as_str(), Origin::Settings)
            });
            if !same {
                self.admit_in(&mut writing, &node.id, &node.name, &node.key, Origin::Settings)
                    .await?;
            }
        }
        Ok(writing.commit().await?)
    }

    /// Takes a node's admission away.
    ///
    /// # Errors
    /// [`CentreError::NoNode`] when there is none of that id.
    pub async fn dismiss(&self, id: &str) -> Result<(), CentreError> {
        let mut writing = self.store.write().await?;
        if !writing.dismiss(id).await? {
            return Err(CentreError::NoNode { id: id.to_owned() });
        }
        writing.audit(Timestamp::now(), &self.by, "node.dismiss", id, None).await?;
        Ok(writing.commit().await?)
    }

    /// Admitted nodes.
    ///
    /// # Errors
    /// [`CentreError::Database`].
    pub async fn nodes(&self) -> Result<Vec<NodeRecord>, CentreError> {
        Ok(self.store.nodes().await?)
    }

    /// Accounts.
    ///
    /// # Errors
    /// [`CentreError::Database`].
    pub async fn accounts(&self) -> Result<Vec<Account>, CentreError> {
        Ok(self.store.accounts().await?)
    }

    /// Makes an account.
    ///
    /// # Errors
    /// [`CentreError`] when the name is taken, a group has no name, or the password is too
    /// weak.
    pub async fn add_account(
        &self,
        name: &str,
        role: Role,
        settings: AccountSettings<'_>,
    ) -> Result<Account, CentreError> {
        if name.is_empty() || name.chars().count() > 64 || name.trim() != name {
            return Err(CentreError::AccountName { name: name.to_owned() });
        }
        let groups = checked(settings.groups.unwrap_or_default())?;
        let password = hash(settings.password).await?;
        let language = settings.language.unwrap_or(self.language);
        let new = NewAccount { name: name.to_owned(), role, language, groups, password };
        let now = Timestamp::now();
        let mut writing = self.store.write().await?;
        if writing.add_account(&new, now).await?.is_none() {
            return Err(CentreError::AccountTaken { name: name.to_owned() });
        }
        writing.audit(now, &self.by, "account.add", name, Some(role.name())).await?;
        writing.commit().await?;
        self.account(name).await
    }

    /// Changes an account and ends its sessions; `None` leaves as it is.
    ///
    /// # Errors
    /// [`CentreError`] when there is no such account, a group has no name, or the password
    /// is too weak.
    pub async fn change_account(
        &self,
        name: &str,
        role: Option<Role>,
        settings: AccountSettings<'_>,
        disabled: Option<bool>,
    ) -> Result<Account, CentreError> {
        let AccountSettings { language, groups, password } = settings;
        let groups = groups.map(checked).transpose()?;
        let old = self.account(name).await?;
        let to_groups = groups.as_ref().map(|groups| match groups.as_slice() {
            [] => "no group".to_owned(),
            groups => format!("groups {}", groups.join(" ")),
        });
        let change = NewAccount {
            name: old.name.clone(),
            role: role.unwrap_or(old.role),
            language: language.unwrap_or(old.language),
            groups: groups.unwrap_or(old.groups),
            password: hash(password).await?,
        };
        let now = Timestamp::now();
        let disabled_at = match disabled {
            None => old.disabled_at,
            Some(false) => None,
            Some(true) => old.disabled_at.or(Some(now)),
        };
        let what = [
            role.map(|role| format!("role {role}")),
            language.map(|language| format!("language {language}")),
            to_groups,
            password.map(|_| "password".to_owned()),
            disabled.map(|is| if is { "disabled" } else { "enabled" }.to_owned()),
        ];
        let what = what.into_iter().flatten().collect::<Vec<_>>().join(", ");
        let mut writing = self.store.write().await?;
        writing.change_account(old.id, &change, disabled_at).await?;
        writing.audit(now, &self.by, "account.change", &old.name, Some(&what)).await?;
        writing.commit().await?;
        self.account(name).await
    }

    /// Makes a one-time way into an account; without a name, into the first
    /// administrator's, which is made when there is no account at all.
    ///
    /// # Errors
    /// [`CentreError::NoAccount`] when there is no such account that may sign in.
    pub async fn sign_in_link(&self, name: Option<&str>) -> Result<SignInLink, CentreError> {
        let accounts = self.store.accounts().await?;
        if accounts.is_empty() && name.is_none() {
            self.add_account(FIRST_ACCOUNT, Role::Admin, AccountSettings::default()).await?;
        }
        let account = match name {
            Some(name) => self.account(name).await?,
            None => self
                .store
                .accounts()
                .await?
                .into_iter()
                .filter(|it| it.role == Role::Admin && it.disabled_at.is_none())
                .min_by_key(|it| it.id)
                .ok_or(CentreError::NoAdministrator)?,
        };
        if account.disabled_at.is_some() {
            return Err(no_account(&account.name, &accounts));
        }
        let token = Token::new()?;
        let now = Timestamp::now();
        let expires_at = now + LINK_HOLDS;
        let mut writing = self.store.write().await?;
        writing.put_link(&token.hash, account.id, now, expires_at).await?;
        writing.audit(now, &self.by, "account.sign-in-link", &account.name, None).await?;
        writing.commit().await?;
        Ok(SignInLink { account: account.name, token: token.text, expires_at })
    }

    /// A way in for the first administrator, while nobody has ever signed in.
    pub(super) async fn first_link(&self) -> Result<Option<SignInLink>, CentreError> {
        if self.store.accounts().await?.iter().any(|it| it.last_sign_in_at.is_some()) {
            return Ok(None);
        }
        match self.sign_in_link(None).await {
            Ok(link) => Ok(Some(link)),
            // Somebody made accounts already, and chose to have no administrator yet.
            Err(CentreError::NoAdministrator) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Checks the audit log; see [`CentreStore::verify_audit`].
    ///
    /// # Errors
    /// [`AuditError`] names the fault.
    pub async fn verify_audit(&self, known: Option<&str>) -> Result<AuditCheck, AuditError> {
        self.store.verify_audit(known).await
    }

    async fn account(&self, name: &str) -> Result<Account, CentreError> {
        match self.store.account(name).await? {
            Some(account) => Ok(account),
            None => Err(no_account(name, &self.store.accounts().await?)),
        }
    }
}

fn no_account(name: &str, accounts: &[Account]) -> CentreError {
    let known: Vec<&str> =
        accounts.iter().filter(|it| it.disabled_at.is_none()).map(|it| it.name.as_str()).collect();
    let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
    CentreError::NoAccount { name: name.to_owned(), known }
}

/// Groups in order, each once.
fn checked(mut groups: Vec<String>) -> Result<Vec<String>, CentreError> {
    let bad = |group: &&String| {
        group.is_empty() || group.chars().count() > 64 || group.trim() != group.as_str()
    };
    if let Some(group) = groups.iter().find(bad) {
        return Err(CentreError::GroupName { name: group.clone() });
    }
    groups.sort();
    groups.dedup();
    Ok(groups)
}

/// Hashes a password where it blocks nobody.
async fn hash(password: Option<&str>) -> Result<Option<String>, CentreError> {
    let Some(password) = password.map(str::to_owned) else { return Ok(None) };
    let hashed = tokio::task::spawn_blocking(move || hash_password(&password)).await;
    match hashed {
        Ok(hashed) => Ok(Some(hashed?)),
        Err(error) => Err(super::secret::SecretError::Hash(error.to_string()).into()),
    }
}
