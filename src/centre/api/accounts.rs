//! People's accounts.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::access::{Administer, Allowed};
use super::paging::{Body, Path, Whole};
use crate::centre::error::CentreError;
use crate::centre::problem::Problem;
use crate::centre::registry::AccountSettings;
use crate::centre::state::App;
use crate::store::centre::{Account, Language, Role};

/// An account, without its secrets.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct AccountRow {
    id: i64,
    name: String,
    role: Role,
    language: Language,
    /// Groups it belongs to; in none, it is told of every hit.
    groups: Vec<String>,
    /// Whether it has a password; without, it signs in by link only.
    password: bool,
    created_at: Timestamp,
    disabled_at: Option<Timestamp>,
    last_sign_in_at: Option<Timestamp>,
}

impl From<Account> for AccountRow {
    fn from(account: Account) -> Self {
        Self {
            id: account.id,
            name: account.name,
            role: account.role,
            language: account.language,
            groups: account.groups,
            password: account.password.is_some(),
            created_at: account.created_at,
            disabled_at: account.disabled_at,
            last_sign_in_at: account.last_sign_in_at,
        }
    }
}

/// An account to be made.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewAccount {
    name: String,
    role: Role,
    language: Option<Language>,
    /// Groups it belongs to; in none, it is told of every hit.
    groups: Option<Vec<String>>,
    /// At least 10 characters.
    password: Option<String>,
}

/// What is to change; what is not given stays.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AccountChange {
    role: Option<Role>,
    language: Option<Language>,
    /// All groups it belongs to; in none, it is told of every hit.
    groups: Option<Vec<String>>,
    /// At least 10 characters.
    password: Option<String>,
    /// True: it can no longer sign in.
    disabled: Option<bool>,
}

/// A one-time way in.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Link {
    /// To be opened in a browser, once.
    url: String,
    expires_at: Timestamp,
}

impl From<CentreError> for Problem {
    fn from(error: CentreError) -> Self {
        match error {
            CentreError::NoAccount { .. } => Self::not_found(error.to_string()),
            CentreError::AccountTaken { .. } => Self::conflict(error.to_string()),
            CentreError::AccountName { .. } | CentreError::GroupName { .. } => {
                Self::bad_request(error.to_string())
            }
            CentreError::Secret(error) => error.into(),
            CentreError::Database(error) => error.into(),
            error => Self::internal(&error),
        }
    }
}

#[utoipa::path(get, path = "/api/v1/accounts", operation_id = "accounts_list",
    summary = "All accounts",
    responses((status = 200, description = "All of them.",
               body = ref("#/components/schemas/AccountList"))),
    security(("session" = ["admin"])))]
pub(super) async fn list(
    _by: Allowed<Administer>,
    State(app): State<App>,
) -> Result<Json<Whole<AccountRow>>, Problem> {
    let accounts = app.registry.accounts().await?;
    Ok(Json(Whole { items: accounts.into_iter().map(AccountRow::from).collect() }))
}

#[utoipa::path(post, path = "/api/v1/accounts", operation_id = "accounts_add",
    summary = "Make an account",
    request_body = ref("#/components/schemas/NewAccount"),
    responses((status = 201, description = "The account.",
               body = ref("#/components/schemas/AccountRow"))),
    security(("session" = ["admin"])))]
pub(super) async fn add(
    by: Allowed<Administer>,
    State(app): State<App>,
    Body(new): Body<NewAccount>,
) -> Result<(StatusCode, Json<AccountRow>), Problem> {
    let registry = app.registry.acting_as(&by.session.name);
    let settings = AccountSettings {
        language: new.language,
        groups: new.groups,
        password: new.password.as_deref(),
    };
    let account = registry.add_account(&new.name, new.role, settings).await?;
    Ok((StatusCode::CREATED, Json(account.into())))
}

#[utoipa::path(patch, path = "/api/v1/accounts/{name}", operation_id = "accounts_change",
    summary = "Change an account; ends its sessions",
    params(("name" = String, Path, description = "Name of the account")),
    request_body = ref("#/components/schemas/AccountChange"),
    responses((status = 200, description = "The account as it is now.",
               body = ref("#/components/schemas/AccountRow"))),
    security(("session" = ["admin"])))]
pub(super) async fn change(
    by: Allowed<Administer>,
    State(app): State<App>,
    Path(name): Path<String>,
    Body(change): Body<AccountChange>,
) -> Result<Json<AccountRow>, Problem> {
    let own = by.session.name.to_lowercase() == name.to_lowercase();
    if own && (change.disabled == Some(true) || change.role.is_some_and(|it| it != Role::Admin)) {
        return Err(Problem::conflict(
            "nobody can disable their own account or take their own role away",
        ));
    }
    let registry = app.registry.acting_as(&by.session.name);
    let settings = AccountSettings {
        language: change.language,
        groups: change.groups,
        password: change.password.as_deref(),
    };
    let account = registry.change_account(&name, change.role, settings, change.disabled).await?;
    Ok(Json(account.into()))
}

#[utoipa::path(post, path = "/api/v1/accounts/{name}/sign-in-link",
    operation_id = "accounts_link",
    summary = "Make a one-time sign-in link for an account",
    params(("name" = String, Path, description = "Name of the account")),
    responses((status = 200, description = "The link; it cannot be shown again.",
               body = ref("#/components/schemas/Link"))),
    security(("session" = ["admin"])))]
pub(super) async fn link(
    by: Allowed<Administer>,
    State(app): State<App>,
    Path(name): Path<String>,
) -> Result<Json<Link>, Problem> {
    let registry = app.registry.acting_as(&by.session.name);
    let link = registry.sign_in_link(Some(&name)).await?;
    Ok(Json(Link { url: app.sign_in_url(&link.token), expires_at: link.expires_at }))
}
