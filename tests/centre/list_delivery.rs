//! Lists on their way from a real centre to a real node, over lines that break.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use varco::centre::Role;
use varco::lists::{ListKind, SnapshotStore};
use varco::node::{self, NodeError, Pipeline};

use super::proxy::Proxy;
use super::publisher::{Publisher, plate};
use super::setup::{Browser, Centre};

const UNIT: &str = "pattuglia-3";
/// Big enough for a download that can be cut, more than one sealed piece.
const MANY: u32 = 200_000;

/// A node without a running camera: what counts here is its lists.
struct Unit {
    file: PathBuf,
    started_at: Timestamp,
    running: Option<(CancellationToken, JoinHandle<Result<(), NodeError>>)>,
}

impl Unit {
    /// A node that reaches the centre by this address, admitted there.
    async fn new(centre: &Centre, address: &str, settings: &str) -> Self {
        let file = centre.folder.path().join("unit.toml");
        let text = format!(
            "[node]\nid = \"{UNIT}\"\nname = \"Pattuglia 3\"\ndata = \"unit\"\n\
             [centre]\nurl = \"https://{address}\"\nkey = \"{}\"\nheartbeat_s = 0.2\n{settings}\n\
             [[cameras]]\nid = \"front\"\nname = \"Davanti\"\nsite = \"Pattuglia 3\"\n\
             url = \"none.mp4\"\nenabled = false\npurpose = \"p\"\nlegal_basis = \"b\"\n",
            centre.server().fingerprint(),
        );
        fs::write(&file, text).unwrap();
        let key = node::identity(&Pipeline::load(&file).unwrap()).unwrap();
        centre.server().registry().admit(UNIT, "Pattuglia 3", key.fingerprint()).await.unwrap();
        Self { file, started_at: Timestamp::now(), running: None }
    }

    fn start(&mut self) {
        self.started_at = Timestamp::now();
        let stop = CancellationToken::new();
        let running = tokio::spawn(node::run(Pipeline::load(&self.file).unwrap(), stop.clone()));
        self.running = Some((stop, running));
    }

    async fn stop(&mut self) {
        let (stop, running) = self.running.take().unwrap();
        stop.cancel();
        running.await.unwrap().unwrap();
    }

    fn data(&self) -> PathBuf {
        self.file.with_file_name("unit")
    }

    /// All files below the folder for lists.
    fn list_files(&self) -> Vec<PathBuf> {
        files(&self.data().join("lists"))
    }
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let Ok(read) = fs::read_dir(folder) else { return Vec::new() };
    let mut found = Vec::new();
    for path in read.map(|entry| entry.unwrap().path()) {
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found
}

/// What the centre knows of a list on the unit since that was last started.
async fn list_of(browser: &Browser, unit: &Unit, id: &str) -> Option<Value> {
    let nodes = browser.json("/api/v1/nodes").await;
    let nodes = nodes["items"].as_array().unwrap();
    let known = nodes.iter().find(|node| node["id"] == UNIT)?;
    let started_at: Timestamp = known["started_at"].as_str()?.parse().unwrap();
    if started_at < unit.started_at {
        return None;
    }
    let lists = known["lists"].as_array().unwrap();
    Some(lists.iter().find(|list| list["id"] == id).cloned().unwrap_or(Value::Null))
}

/// Waits until the unit's list is as it should be.
async fn until(
    browser: &Browser,
    unit: &Unit,
    what: &str,
    ready: impl Fn(&Value) -> bool,
) -> Value {
    let began = Instant::now();
    loop {
        let list = list_of(browser, unit, "stolen").await;
        if let Some(list) = list.as_ref().filter(|list| ready(list)) {
            return list.clone();
        }
        assert!(began.elapsed() < Duration::from_secs(90), "waited in vain for {what}: {list:?}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

async fn until_file(what: &str, ready: impl Fn() -> bool) {
    let began = Instant::now();
    while !ready() {
        assert!(began.elapsed() < Duration::from_secs(60), "waited in vain for {what}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn a_list_comes_whole_then_as_a_delta_and_goes_when_it_is_withdrawn() {
    let centre = Centre::start().await;
    let publisher = Publisher::of(&centre);
    let first = publisher.publish("stolen", ListKind::Stolen, 1, 0..MANY);
    let line = Proxy::start(centre.server().link_address()).await;
    let mut unit = Unit::new(&centre, &line.address(), "lists = true").await;
    unit.start();
    let browser = centre.browser(Role::Viewer).await;
    let list = until(&browser, &unit, "version 1", |list| list["version"] == 1).await;
    assert_eq!(list["entries"], MANY);
    assert_eq!((&list["source"], &list["kind"]), (&"centre".into(), &"stolen".into()));
    assert!(list["error"].is_null() && list["compiled_at"].is_string());
    assert!(line.bytes_down() >= first);

    // One plate in a hundred is another.
    let before = line.bytes_down();
    let changed = (0..MANY).map(|n| if n % 100 == 7 { n + MANY } else { n });
    let second = publisher.publish("stolen", ListKind::Stolen, 2, changed);
    until(&browser, &unit, "version 2", |list| list["version"] == 2).await;
    let came = line.bytes_down() - before;
    assert!(came < second / 3, "{came} of {second} bytes came for one per cent");

    // What a unit has, it keeps over a restart, also without the centre.
    unit.stop().await;
    line.block(true);
    unit.start();
    tokio::time::sleep(Duration::from_secs(2)).await;
    line.block(false);
    let before = line.bytes_down();
    until(&browser, &unit, "version 2 again", |list| list["version"] == 2).await;
    assert!(line.bytes_down() - before < second / 10, "nothing was fetched again");

    fs::remove_dir_all(publisher.folder().join("stolen")).unwrap();
    until(&browser, &unit, "the list gone", Value::is_null).await;
    assert!(!unit.data().join("lists/stolen").exists());
    unit.stop().await;
    let audit = centre.browser(Role::Auditor).await.json("/api/v1/audit").await.to_string();
    assert!(audit.contains("list.publish") && audit.contains("list.withdraw"), "{audit}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn a_download_that_breaks_again_and_again_goes_on_where_it_ended() {
    for settings in ["lists = true", "lists = true\nencrypt_lists = true"] {
        let centre = Centre::start().await;
        let publisher = Publisher::of(&centre);
        let size = publisher.publish("stolen", ListKind::Stolen, 1, 0..MANY);
        let line = Proxy::start(centre.server().link_address()).await;
        let mut unit = Unit::new(&centre, &line.address(), settings).await;
        let browser = centre.browser(Role::Viewer).await;
        // Each connection carries so much; each fourth part, the unit is started anew, too.
        line.cut_after(size / 4 + 10_000);
        for _ in 0..3 {
            let before = line.cuts();
            unit.start();
            until_file("a broken line", || line.cuts() > before).await;
            unit.stop().await;
        }
        line.cut_after(u64::MAX);
        let before = line.bytes_down();
        unit.start();
        until(&browser, &unit, "version 1", |list| list["version"] == 1).await;
        let rest = line.bytes_down() - before;
        assert!(rest < size * 2 / 3, "{rest} of {size} bytes came again: {settings}");
        unit.stop().await;
        assert!(unit.list_files().iter().all(|file| !file.to_string_lossy().contains("part")));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn a_bad_snapshot_is_refused_and_the_last_good_one_stays() {
    let centre = Centre::start().await;
    let publisher = Publisher::of(&centre);
    publisher.publish("stolen", ListKind::Stolen, 1, 0..100);
    let address = centre.server().link_address().to_string();
    let mut unit = Unit::new(&centre, &address, "lists = true").await;
    unit.start();
    let browser = centre.browser(Role::Viewer).await;
    until(&browser, &unit, "version 1", |list| list["version"] == 1).await;

    // At the centre: a file that was damaged on its way there.
    publisher.publish_damaged("stolen", ListKind::Stolen, 2, 0..200);
    let auditor = centre.browser(Role::Auditor).await;
    let began = Instant::now();
    while !auditor.json("/api/v1/audit").await.to_string().contains("list.refuse") {
        assert!(began.elapsed() < Duration::from_secs(30));
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    publisher.publish("stolen", ListKind::Stolen, 3, 0..300);
    let list = until(&browser, &unit, "version 3", |list| list["version"] == 3).await;
    assert_eq!(list["entries"], 300);
    unit.stop().await;

    // At the unit: the newest file is damaged while it was off; the one before it is used.
    let mut kept = unit.list_files();
    kept.retain(|file| file.extension().is_some_and(|it| it == "varcolist"));
    kept.sort();
    assert_eq!(kept.len(), 2, "{kept:?}");
    let newest = kept.pop().unwrap();
    let mut bytes = fs::read(&newest).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&newest, bytes).unwrap();
    let store = SnapshotStore::open(&unit.data().join("lists")).unwrap();
    let good = store.current("stolen", &publisher.key()).unwrap().snapshot.unwrap();
    assert_eq!(good.header().version, 1);
    unit.start();
    // And the good newest one is fetched anew.
    until(&browser, &unit, "version 3 again", |list| list["version"] == 3).await;
    unit.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn lists_of_another_publisher_are_not_taken() {
    let centre = Centre::start().await;
    let publisher = Publisher::of(&centre);
    publisher.publish("stolen", ListKind::Stolen, 1, 0..100);
    let address = centre.server().link_address().to_string();
    let settings = format!("lists = true\nlist_publisher = \"{}\"", "ab".repeat(32));
    let mut unit = Unit::new(&centre, &address, &settings).await;
    unit.start();
    let browser = centre.browser(Role::Viewer).await;
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert!(list_of(&browser, &unit, "stolen").await.unwrap()["version"].is_null());
    unit.stop().await;
    assert!(unit.list_files().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn a_node_gets_only_the_lists_that_are_meant_for_it() {
    let centre = Centre::start_with(|config| {
        config.lists.nodes.insert(UNIT.to_owned(), vec!["stolen".to_owned()]);
    })
    .await;
    let publisher = Publisher::of(&centre);
    publisher.publish("stolen", ListKind::Stolen, 1, 0..10);
    publisher.publish("wanted", ListKind::Wanted, 1, 0..10);
    let address = centre.server().link_address().to_string();
    let mut unit = Unit::new(&centre, &address, "lists = true").await;
    unit.start();
    let browser = centre.browser(Role::Viewer).await;
    until(&browser, &unit, "version 1", |list| list["version"] == 1).await;
    assert!(list_of(&browser, &unit, "wanted").await.unwrap().is_null());
    unit.stop().await;
    assert!(!unit.data().join("lists/wanted").exists());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn a_withdrawn_unit_deletes_its_key_and_its_lists() {
    let centre = Centre::start().await;
    let publisher = Publisher::of(&centre);
    publisher.publish("stolen", ListKind::Stolen, 1, 0..1000);
    let address = centre.server().link_address().to_string();
    let mut unit = Unit::new(&centre, &address, "lists = true\nencrypt_lists = true").await;
    unit.start();
    let browser = centre.browser(Role::Viewer).await;
    let list = until(&browser, &unit, "version 1", |list| list["version"] == 1).await;
    assert!(list["readable_until"].is_string(), "{list}");
    // Nothing of the list can be read from the disk.
    let (key, kept) = (unit.data().join("list-key"), unit.list_files());
    assert!(key.is_file() && !kept.is_empty());
    for file in files(&unit.data()) {
        let bytes = fs::read(&file).unwrap();
        let plain = plate(1);
        let found = bytes.windows(plain.len()).any(|window| window == plain.as_bytes());
        assert!(!found, "{} is readable", file.display());
    }
    // Started again it has its key.
    unit.stop().await;
    unit.start();
    until(&browser, &unit, "version 1 again", |list| list["version"] == 1).await;

    centre.server().registry().dismiss(UNIT).await.unwrap();
    until_file("the key to be deleted", || !key.exists()).await;
    until_file("the lists to be deleted", || unit.list_files().is_empty()).await;
    unit.stop().await;

    // Admitted again, it gets another key and its lists.
    let identity = node::identity(&Pipeline::load(&unit.file).unwrap()).unwrap();
    let registry = centre.server().registry();
    registry.admit(UNIT, "Pattuglia 3", identity.fingerprint()).await.unwrap();
    unit.start();
    until(&browser, &unit, "version 1 anew", |list| list["version"] == 1).await;
    unit.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn a_key_whose_time_is_over_is_deleted_without_the_centre() {
    let centre = Centre::start().await;
    let publisher = Publisher::of(&centre);
    publisher.publish("stolen", ListKind::Stolen, 1, 0..1000);
    let line = Proxy::start(centre.server().link_address()).await;
    let mut unit = Unit::new(&centre, &line.address(), "lists = true\nencrypt_lists = true").await;
    unit.start();
    let browser = centre.browser(Role::Viewer).await;
    until(&browser, &unit, "version 1", |list| list["version"] == 1).await;
    unit.stop().await;
    line.block(true);
    // Eight days in a drawer.
    let key = unit.data().join("list-key");
    let mut lease: Value = serde_json::from_slice(&fs::read(&key).unwrap()).unwrap();
    let lent_at: Timestamp = lease["lent_at"].as_str().unwrap().parse().unwrap();
    let long_ago = lent_at - SignedDuration::from_hours(8 * 24);
    lease["lent_at"] = long_ago.to_string().into();
    lease["own_at"] = long_ago.to_string().into();
    fs::write(&key, lease.to_string()).unwrap();
    unit.start();
    until_file("the key to be deleted", || !key.exists()).await;
    // The files stay, unreadable; with the centre's word they are read again.
    assert!(!unit.list_files().is_empty());
    let before = line.bytes_down();
    line.block(false);
    until(&browser, &unit, "version 1 again", |list| list["version"] == 1).await;
    assert!(key.is_file());
    assert!(line.bytes_down() - before < 20_000, "the snapshot was fetched again");
    unit.stop().await;
}
