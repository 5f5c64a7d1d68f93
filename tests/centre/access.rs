//! Who may do what.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;
use varco::centre::{AccountSettings, Config, Registry, Role, Server};

use super::setup::{Centre, problem, token};

/// Every route of the OpenAPI document: method, path with its parameters filled, roles.
async fn routes(centre: &Centre) -> Vec<(Method, String, Vec<String>)> {
    let document = centre.anonymous().json("/api/openapi.json").await;
    let mut routes = Vec::new();
    for (path, operations) in document["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            let method = Method::from_bytes(method.to_uppercase().as_bytes()).unwrap();
            let roles = operation["security"][0]["session"].as_array();
            let roles: Vec<String> =
                roles.into_iter().flatten().map(|role| role.as_str().unwrap().to_owned()).collect();
            let path = path
                .replace("{id}", "0190163d-8694-739b-aea5-966c26f8ad91")
                .replace("{sha256}", &"ab".repeat(32))
                .replace("{name}", "nobody");
            routes.push((method, path, roles));
        }
    }
    routes
}

#[tokio::test]
async fn every_route_asks_who_it_is_and_whether_they_may() {
    let centre = Centre::start().await;
    let anonymous = centre.anonymous();
    let mut browsers = Vec::new();
    for role in Role::ALL {
        browsers.push((role, centre.browser(*role).await));
    }
    let routes = routes(&centre).await;
    assert!(routes.len() >= 17, "{routes:?}");
    for (method, path, roles) in routes {
        let what = format!("{method} {path}");
        if roles.is_empty() {
            assert_eq!(what, "POST /api/v1/session", "only signing in is for everybody");
            continue;
        }
        let ask = anonymous.request(method.clone(), &path).header("x-varco", "1");
        assert_eq!(problem(ask.send().await.unwrap()).await.0, 401, "{what}");
        for (role, browser) in &browsers {
            if method == Method::DELETE {
                continue; // Signing out is for everybody who is signed in.
            }
            let ask = browser.request(method.clone(), &path).header("x-varco", "1");
            // Dropping the answer ends the live stream, too.
            let status = ask.send().await.unwrap().status();
            assert_ne!(status, StatusCode::UNAUTHORIZED, "{what} as {role}");
            let may = roles.iter().any(|it| it == role.name());
            assert_eq!(status != StatusCode::FORBIDDEN, may, "{what} as {role}: {status}");
        }
        if method != Method::GET {
            let (_, admin) = browsers.iter().find(|(role, _)| **role == Role::Admin).unwrap();
            let unguarded = admin.request(method.clone(), &path).send().await.unwrap();
            assert_eq!(problem(unguarded).await.1, "/problems/guard", "{what} without X-Varco");
        }
    }
}

#[tokio::test]
async fn the_first_sign_in_link_is_given_out_and_opens_once() {
    let mut centre = Centre::start().await;
    let url = centre.server().first_sign_in_url().unwrap();
    assert!(url.starts_with(&format!("{}/sign-in#", centre.server().url())), "{url}");
    // Not used, it is offered again; the old one still holds.
    centre.restart().await;
    assert!(centre.server().first_sign_in_url().is_some());
    let mut browser = centre.anonymous();
    let response = browser.sign_in(&json!({"link": token(&url)})).await;
    assert_eq!(response.status(), StatusCode::OK);
    let body: Value = response.json().await.unwrap();
    assert_eq!(body["account"]["name"], "admin");
    assert_eq!(body["account"]["role"], "admin");
    assert_eq!(browser.json("/api/v1/session").await, body);

    let again = centre.anonymous().sign_in(&json!({"link": token(&url)})).await;
    let (status, _, detail) = problem(again).await;
    assert_eq!(status, 401);
    assert!(detail.contains("varco centre sign-in-link"), "{detail}");

    // The session outlives a restart, and no first link is given out any more.
    centre.restart().await;
    assert!(centre.server().first_sign_in_url().is_none());
    browser.base = centre.anonymous().base;
    assert_eq!(browser.json("/api/v1/session").await, body);
    let ended = browser.request(Method::DELETE, "/api/v1/session").header("x-varco", "1");
    assert_eq!(ended.send().await.unwrap().status(), StatusCode::NO_CONTENT);
    assert_eq!(problem(browser.get("/api/v1/session").await).await.0, 401);
}

#[tokio::test]
async fn accounts_made_before_the_first_start_are_enough() {
    let folder = tempfile::tempdir().unwrap();
    let mut config = Config { data: folder.path().to_owned(), ..Config::default() };
    config.http.listen.set_port(0);
    config.link.listen.set_port(0);
    let registry = Registry::open(&config).await.unwrap();
    registry.add_account("anna", Role::Operator, AccountSettings::default()).await.unwrap();
    let cancel = CancellationToken::new();
    let server = Server::start(config, cancel.clone()).await.unwrap();
    assert_eq!(server.first_sign_in_url(), None, "nobody is made administrator unasked");
    let error = server.new_sign_in_url(None).await.unwrap_err().to_string();
    assert!(error.contains("--role admin"), "{error}");
    assert!(server.new_sign_in_url(Some("anna")).await.is_ok());
    cancel.cancel();
    server.wait().await.unwrap();
}

#[tokio::test]
async fn passwords_open_and_guessing_is_slowed_down() {
    let centre = Centre::start().await;
    let registry = centre.server().registry();
    assert!(registry.add_account("anna", Role::Operator, with_password("short")).await.is_err());
    registry.add_account("anna", Role::Operator, with_password("una lunga frase")).await.unwrap();
    let mut browser = centre.anonymous();
    let right = json!({"name": "Anna", "password": "una lunga frase"});
    assert_eq!(browser.sign_in(&right).await.status(), StatusCode::OK);
    assert_eq!(browser.json("/api/v1/session").await["account"]["name"], "anna");

    let wrong = json!({"name": "anna", "password": "una corta frase"});
    let mut stranger = centre.anonymous();
    for _ in 0..5 {
        assert_eq!(problem(stranger.sign_in(&wrong).await).await.0, 401);
    }
    let slowed = stranger.sign_in(&right).await;
    assert!(slowed.headers().contains_key("retry-after"));
    assert_eq!(problem(slowed).await.0, 429);
    let unknown = json!({"name": "bruno", "password": "una lunga frase"});
    let (_, _, told) = problem(stranger.sign_in(&unknown).await).await;
    assert_eq!(told, "name or password is wrong", "which names there are is not told");
    assert_eq!(problem(stranger.sign_in(&json!({"name": "anna"})).await).await.0, 400);
    // Who is signed in stays so.
    browser.json("/api/v1/session").await;
}

#[tokio::test]
async fn accounts_are_made_changed_and_disabled() {
    let centre = Centre::start().await;
    let admin = centre.browser(Role::Admin).await;
    let new = json!({"name": "carla", "role": "viewer", "language": "en"});
    let made = admin.post("/api/v1/accounts", &new).await;
    assert_eq!(made.status(), StatusCode::CREATED);
    assert_eq!(problem(admin.post("/api/v1/accounts", &new).await).await.0, 409);
    let link = admin.post("/api/v1/accounts/carla/sign-in-link", &json!({})).await;
    let link: Value = link.json().await.unwrap();
    let mut carla = centre.anonymous();
    let link = json!({"link": token(link["url"].as_str().unwrap())});
    assert_eq!(carla.sign_in(&link).await.status(), StatusCode::OK);
    assert_eq!(carla.json("/api/v1/session").await["account"]["language"], "en");

    let change = |path: &str, body: Value| {
        admin.request(Method::PATCH, path).header("x-varco", "1").json(&body).send()
    };
    let changed = change("/api/v1/accounts/carla", json!({"disabled": true})).await.unwrap();
    assert_eq!(changed.status(), StatusCode::OK);
    assert_eq!(problem(carla.get("/api/v1/hits").await).await.0, 401, "at once");
    let own = change("/api/v1/accounts/admin", json!({"disabled": true})).await.unwrap();
    assert_eq!(problem(own).await.0, 409, "nobody locks themselves out");
    let list = admin.json("/api/v1/accounts").await;
    assert!(!list.to_string().contains("argon2"), "secrets stay inside");
}

fn with_password(password: &str) -> AccountSettings<'_> {
    AccountSettings { password: Some(password), ..AccountSettings::default() }
}
