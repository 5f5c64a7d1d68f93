//! A centre that is killed in the middle of its work loses nothing that it accepted.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};
use uuid::Uuid;
use varco::link::{EVENTS_PATH, Fingerprint, Identity};
use varco::lists::ListKind;
use varco::store::sha256_hex;

use super::publisher::{Publisher, plate};
use super::setup::{Browser, NODE, delivery, hit, link_client, plain_client, token, transit};

/// `varco centre` in a process of its own. Dropped, it is killed.
struct Process {
    child: Child,
    http: String,
    link: String,
    key: Fingerprint,
    sign_in: String,
}

impl Process {
    fn start(settings: &Path) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_varco"))
            .arg("centre")
            .arg(settings)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut said = BTreeMap::new();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        // Nobody signs in before the last start, so the address for that is always said.
        while !said.contains_key("sign in once") {
            let line = lines.next().expect("the centre says where it is").unwrap();
            let (what, value) = line.split_once("  ").unwrap();
            said.insert(what.to_owned(), value.trim().to_owned());
        }
        Self {
            child,
            http: said["control room"].clone(),
            link: said["nodes"].clone(),
            key: said["key"].parse().unwrap(),
            sign_in: token(&said["sign in once"]),
        }
    }

    fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What a node keeps in its outbox: a passage with a hit and their picture.
struct Waiting {
    transit: Uuid,
    hit: Uuid,
    jpeg: Vec<u8>,
}

impl Waiting {
    fn new(number: u32) -> Self {
        let jpeg = [b"\xff\xd8\xff".as_slice(), &number.to_be_bytes()].concat();
        Self { transit: Uuid::now_v7(), hit: Uuid::now_v7(), jpeg }
    }

    fn delivery(&self) -> String {
        let events = [
            transit(self.transit, 1, "AB123CD", Some(&self.jpeg)),
            hit(self.hit, self.transit, "AB123CD", &self.jpeg),
        ];
        delivery(&events, &[&self.jpeg])
    }
}

async fn send(process: &Process, node: &Identity, waiting: &Waiting) -> bool {
    let request = link_client(node, &process.key)
        .post(format!("https://{}{EVENTS_PATH}", process.link))
        .body(waiting.delivery());
    let Ok(response) = request.send().await else { return false };
    let Ok(receipt) = response.json::<Value>().await else { return false };
    assert_eq!(receipt, json!({"accepted": [1, 2], "refused": []}));
    true
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everything_arrives_once_though_the_centre_is_killed_again_and_again() {
    let folder = tempfile::tempdir().unwrap();
    let node = Identity::load_or_make(&folder.path().join("node.pem"), NODE).unwrap();
    let settings = folder.path().join("centre.toml");
    let text = format!(
        "data = {:?}\n[http]\nlisten = \"127.0.0.1:0\"\n[link]\nlisten = \"127.0.0.1:0\"\n\
         [[nodes]]\nid = \"{NODE}\"\nname = \"Porta Nord\"\nkey = \"{}\"\n",
        folder.path().join("data"),
        node.fingerprint(),
    );
    std::fs::write(&settings, text).unwrap();

    let mut accepted = Vec::new();
    let mut outbox: Option<Waiting> = None;
    let mut number = 0;
    for round in 0..4 {
        let process = Process::start(&settings);
        let killing = tokio::time::sleep(Duration::from_millis(60 + 70 * round));
        tokio::pin!(killing);
        loop {
            if accepted.len() >= 150 {
                break; // One page shall hold them all.
            }
            // What was under way at the last kill is sent again first.
            let waiting = outbox.take().unwrap_or_else(|| {
                number += 1;
                Waiting::new(number)
            });
            let sent = tokio::select! {
                sent = send(&process, &node, &waiting) => sent,
                () = &mut killing => false,
            };
            if sent {
                accepted.push(waiting);
            } else {
                outbox = Some(waiting);
                break;
            }
        }
        process.kill();
    }

    let process = Process::start(&settings);
    if let Some(waiting) = outbox {
        assert!(send(&process, &node, &waiting).await);
        accepted.push(waiting);
    }
    let mut browser =
        Browser { client: plain_client(), base: process.http.clone(), cookie: String::new() };
    assert_eq!(browser.sign_in(&json!({"link": process.sign_in})).await.status(), 200);
    for (path, ids) in [
        ("/api/v1/transits?limit=200", accepted.iter().map(|it| it.transit).collect::<Vec<_>>()),
        ("/api/v1/hits?limit=200", accepted.iter().map(|it| it.hit).collect()),
    ] {
        let page = browser.json(path).await;
        let mut stored: Vec<String> = page["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|it| it["id"].as_str().unwrap().to_owned())
            .collect();
        stored.reverse();
        let sent: Vec<String> = ids.iter().map(Uuid::to_string).collect();
        assert_eq!(stored, sent, "{path}");
    }
    for waiting in &accepted {
        let path = format!("/api/v1/evidence/{}", sha256_hex(&waiting.jpeg));
        assert_eq!(browser.get(&path).await.bytes().await.unwrap(), waiting.jpeg);
    }
    process.kill();
    let verified = Command::new(env!("CARGO_BIN_EXE_varco"))
        .args(["audit", "verify", "--config"])
        .arg(&settings)
        .output()
        .unwrap();
    assert!(verified.status.success(), "{verified:?}");
}

/// Hits on the centre's pages.
async fn hits_of(process: &Process) -> Vec<Value> {
    let mut browser =
        Browser { client: plain_client(), base: process.http.clone(), cookie: String::new() };
    assert_eq!(browser.sign_in(&json!({"link": process.sign_in})).await.status(), 200);
    browser.json("/api/v1/hits?limit=200").await["items"].as_array().unwrap().clone()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn new_entries_give_each_hit_once_though_the_centre_is_killed_again_and_again() {
    const PASSED: u32 = 60;
    let folder = tempfile::tempdir().unwrap();
    let node = Identity::load_or_make(&folder.path().join("node.pem"), NODE).unwrap();
    let settings = folder.path().join("centre.toml");
    let text = format!(
        "data = {:?}\n[http]\nlisten = \"127.0.0.1:0\"\n[link]\nlisten = \"127.0.0.1:0\"\n\
         [[nodes]]\nid = \"{NODE}\"\nname = \"Porta Nord\"\nkey = \"{}\"\n",
        folder.path().join("data"),
        node.fingerprint(),
    );
    std::fs::write(&settings, text).unwrap();
    let process = Process::start(&settings);
    for number in 0..PASSED {
        let jpeg = [b"\xff\xd8\xff".as_slice(), &number.to_be_bytes()].concat();
        // The number in the middle of the list that will come, spread over all of it.
        let plate = plate(number * 997);
        let passage = transit(Uuid::now_v7(), 2, &plate, Some(&jpeg));
        let request = link_client(&node, &process.key)
            .post(format!("https://{}{EVENTS_PATH}", process.link))
            .body(delivery(&[passage], &[&jpeg]));
        assert!(request.send().await.unwrap().status().is_success());
    }
    let publisher = Publisher::in_folder(&folder.path().join("data/lists"));
    publisher.publish("stolen", ListKind::Stolen, 1, 0..PASSED * 997);
    let mut process = process;
    for round in 0..6 {
        tokio::time::sleep(Duration::from_millis(900 + 130 * round)).await;
        process.kill();
        process = Process::start(&settings);
    }
    let database = folder.path().join("data/centre.db");
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(database).read_only(true);
    let pool = sqlx::SqlitePool::connect_with(options).await.unwrap();
    let began = std::time::Instant::now();
    loop {
        let query = "SELECT count(*) FROM list_versions WHERE compared_ms IS NOT NULL";
        if sqlx::query_scalar::<_, i64>(query).fetch_one(&pool).await.unwrap() == 1 {
            break;
        }
        assert!(began.elapsed() < Duration::from_secs(60), "never compared");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    pool.close().await;
    let hits = hits_of(&process).await;
    let transits: std::collections::BTreeSet<&str> =
        hits.iter().map(|hit| hit["transit"].as_str().unwrap()).collect();
    assert_eq!((hits.len(), transits.len()), (PASSED as usize, PASSED as usize));
    assert!(hits.iter().all(|hit| hit["retrospective"] == true));
}
