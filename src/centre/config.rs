//! The centre's settings file.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::config::{self, ConfigError};
use crate::link::Fingerprint;
use crate::lists::ListKind;
use crate::store::centre::Language;

/// Settings of a centre. Every key has a default: no file is needed.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Folder of database, evidence and key.
    pub data: PathBuf,
    /// Address under which people reach the control room, when it is not
    /// `http.listen` itself, such as `https://varco.comune.example`.
    pub public_url: Option<String>,
    /// Language of new accounts.
    pub language: Language,
    /// For people.
    pub http: HttpConfig,
    /// For nodes.
    pub link: LinkConfig,
    /// How long what is kept.
    pub retention: RetentionConfig,
    /// What is done with lists.
    pub lists: ListsConfig,
    /// Looking for cloned plates; without it, nobody looks.
    pub cloned_plates: Option<ClonedPlatesConfig>,
    /// Nodes that may deliver, besides those admitted by `varco centre admit`.
    pub nodes: Vec<AdmittedNode>,
}

/// Where the control room and the API are served.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct HttpConfig {
    /// Address and port; port 0 takes a free one.
    pub listen: SocketAddr,
}

/// Where nodes deliver.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LinkConfig {
    /// Address and port; port 0 takes a free one.
    pub listen: SocketAddr,
}

/// How many days what is kept. An open hit is kept until it is closed.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RetentionConfig {
    /// Transits without a hit, with their pictures.
    pub transits_days: u32,
    /// Hits, from their closing.
    pub hits_days: u32,
    /// Pictures of hits, from their closing.
    pub evidence_days: u32,
    /// Rows of the audit log.
    pub audit_days: u32,
}

/// What is done with the lists in `<data>/lists`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ListsConfig {
    /// A unit that keeps its lists sealed may read them for so many hours without having
    /// heard from the centre.
    pub offline_hours: u32,
    /// New entries are compared with the kept transits of so many days; 0: not at all.
    /// By default as long as transits are kept.
    pub look_back_days: Option<u32>,
    /// Lists of these kinds are looked back for.
    pub look_back_kinds: Vec<ListKind>,
    /// One version of a list gives at most so many hits in looking back.
    pub look_back_hits: u32,
    /// Which lists a node gets; a node that is not named gets all.
    pub nodes: BTreeMap<String, Vec<String>>,
}

impl Default for ListsConfig {
    fn default() -> Self {
        Self {
            offline_hours: 7 * 24,
            look_back_days: None,
            // Of the uninsured and not inspected there are millions: looking back for
            // them would bury what is urgent.
            look_back_kinds: vec![ListKind::Stolen, ListKind::Wanted, ListKind::Seized],
            look_back_hits: 200,
            nodes: BTreeMap::new(),
        }
    }
}

impl ListsConfig {
    /// Whether a node may have a list.
    pub(super) fn allows(&self, node: &str, list: &str) -> bool {
        self.nodes.get(node).is_none_or(|lists| lists.iter().any(|it| it == list))
    }
}

/// Looking for the same plate at two places too far apart in too short a time.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClonedPlatesConfig {
    /// Why passages are compared.
    pub purpose: String,
    /// The law, order or agreement that allows it.
    pub legal_basis: String,
    /// Nobody is faster.
    #[serde(default = "default_max_speed_kmh")]
    pub max_speed_kmh: f64,
    /// By so much two clocks together may be wrong.
    #[serde(default = "default_clock_error_s")]
    pub clock_error_s: u32,
    /// The plates are the same with at least this probability, 0 to 1.
    #[serde(default = "default_same_plate")]
    pub min_probability: f32,
    /// One plate is not reported again for so long.
    #[serde(default = "default_cloned_cooldown_s")]
    pub cooldown_s: u32,
}

fn default_max_speed_kmh() -> f64 {
    200.0
}

fn default_clock_error_s() -> u32 {
    60
}

fn default_same_plate() -> f32 {
    0.8
}

fn default_cloned_cooldown_s() -> u32 {
    6 * 3600
}

/// A node that may deliver.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AdmittedNode {
    /// As in its pipeline file.
    pub id: String,
    /// For people.
    pub name: String,
    /// Fingerprint of its key, as `varco node key` prints it.
    pub key: Fingerprint,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            data: PathBuf::from("var/centre"),
            public_url: None,
            language: Language::Italian,
            http: HttpConfig::default(),
            link: LinkConfig::default(),
            retention: RetentionConfig::default(),
            lists: ListsConfig::default(),
            cloned_plates: None,
            nodes: Vec::new(),
        }
    }
}

impl Default for HttpConfig {
    fn default() -> Self {
        Self { listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 8080)) }
    }
}

impl Default for LinkConfig {
    fn default() -> Self {
        Self { listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 8443)) }
    }
}

impl Default for RetentionConfig {
    fn default() -> Self {
        // Seven days is the limit for municipal security footage (D.L. 11/2009, art. 6).
        Self { transits_days: 7, hits_days: 365, evidence_days: 90, audit_days: 5 * 366 }
    }
}

/// The longest retention accepted; what is longer is a slip of the finger.
const MOST_DAYS: u32 = 36_500;

impl Config {
    /// Reads a settings file's text; `file` is only named in errors.
    ///
    /// # Errors
    /// [`ConfigError`] with the place of the fault.
    pub fn from_toml(text: &str, file: &Path) -> Result<Self, ConfigError> {
        let config: Self = config::parse(text, file)?;
        let fault = |key: &str, message: String| Err(ConfigError::at(file, text, key, message));
        if let Some(url) = &config.public_url
            && !(url.starts_with("http://") || url.starts_with("https://"))
        {
            return fault(
                "public_url",
                format!("public_url is {url:?}; it must start with https:// or http://"),
            );
        }
        let days = &config.retention;
        for (key, value) in [
            ("transits_days", days.transits_days),
            ("hits_days", days.hits_days),
            ("evidence_days", days.evidence_days),
            ("audit_days", days.audit_days),
        ] {
            if value > MOST_DAYS {
                return fault(key, format!("{key} is {value}; it must be at most {MOST_DAYS}"));
            }
        }
        if !(1..=24 * MOST_DAYS).contains(&config.lists.offline_hours) {
            let message = "offline_hours must be from 1 hour to 100 years".to_owned();
            return fault("offline_hours", message);
        }
        if let Some(id) = config.lists.nodes.keys().find(|id| !valid_node_id(id)) {
            return fault(id, format!("node id {id:?} {NODE_ID_RULE}"));
        }
        if let Some(cloned) = &config.cloned_plates {
            for (key, value) in [("purpose", &cloned.purpose), ("legal_basis", &cloned.legal_basis)]
            {
                if value.trim().is_empty() {
                    return fault(key, format!("{key} is empty; say why passages are compared"));
                }
            }
            if !(50.0..=1000.0).contains(&cloned.max_speed_kmh) {
                let message = "max_speed_kmh must be from 50 to 1000".to_owned();
                return fault("max_speed_kmh", message);
            }
            if !(0.0..=1.0).contains(&cloned.min_probability) {
                return fault("min_probability", "min_probability must be from 0 to 1".to_owned());
            }
        }
        for (place, node) in config.nodes.iter().enumerate() {
            if !valid_node_id(&node.id) {
                return fault(&node.id, format!("node id {:?} {NODE_ID_RULE}", node.id));
            }
            let earlier = config.nodes.iter().take(place);
            if let Some(twin) = earlier.clone().find(|it| it.id == node.id) {
                return fault(&twin.id, format!("node id {:?} is there twice", node.id));
            }
            if let Some(twin) = earlier.clone().find(|it| it.key == node.key) {
                return fault(
                    node.key.as_str(),
                    format!("nodes {:?} and {:?} have the same key", twin.id, node.id),
                );
            }
        }
        Ok(config)
    }
}

impl Config {
    /// The address that signs an account in, once, at a centre that runs with these settings.
    #[must_use]
    pub fn sign_in_url(&self, token: &str) -> String {
        sign_in_url(&address_for_people(self.public_url.as_deref(), self.http.listen), token)
    }
}

/// The public address, or the one that is listened on; `0.0.0.0` is none to go to.
pub(super) fn address_for_people(public_url: Option<&str>, bound: SocketAddr) -> String {
    match public_url {
        Some(url) => url.trim_end_matches('/').to_owned(),
        None if bound.ip().is_unspecified() => format!("http://127.0.0.1:{}", bound.port()),
        None => format!("http://{bound}"),
    }
}

/// The token stands after the `#`, so that it is in no log on the way.
pub(super) fn sign_in_url(address: &str, token: &str) -> String {
    format!("{address}/sign-in#{token}")
}

/// What a node id must be, for error messages.
pub(super) const NODE_ID_RULE: &str =
    "is not valid; use 1 to 64 lower-case letters, digits and hyphens, such as \"porta-nord\"";

/// Whether a text can be a node id.
pub(super) fn valid_node_id(id: &str) -> bool {
    (1..=64).contains(&id.len())
        && id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Config, String> {
        Config::from_toml(text, Path::new("centre.toml")).map_err(|e| e.to_string())
    }

    #[test]
    fn nothing_is_needed() {
        let config = read("").unwrap();
        assert_eq!(config.http.listen.to_string(), "127.0.0.1:8080");
        assert_eq!(config.link.listen.to_string(), "127.0.0.1:8443");
        assert_eq!(config.retention.transits_days, 7);
    }

    #[test]
    fn everything_can_be_set() {
        let text = format!(
            "data = \"/srv/varco\"\npublic_url = \"https://varco.example\"\nlanguage = \"en\"\n\
             [http]\nlisten = \"0.0.0.0:80\"\n[link]\nlisten = \"[::]:9443\"\n\
             [retention]\ntransits_days = 1\nhits_days = 30\nevidence_days = 10\n\
             audit_days = 400\n\
             [[nodes]]\nid = \"porta-nord\"\nname = \"Porta Nord\"\nkey = \"{}\"\n",
            "ab".repeat(32)
        );
        let config = read(&text).unwrap();
        assert_eq!(config.language, Language::English);
        assert_eq!(config.link.listen.port(), 9443);
        assert_eq!(config.nodes.len(), 1);
    }

    #[test]
    fn lists_go_to_the_nodes_that_are_named_for_them() {
        let text = "[lists]\noffline_hours = 48\nlook_back_kinds = [\"stolen\"]\n\
                    [lists.nodes]\npattuglia-3 = [\"stolen\"]\n";
        let lists = read(text).unwrap().lists;
        assert!(lists.allows("pattuglia-3", "stolen"));
        assert!(!lists.allows("pattuglia-3", "wanted"));
        assert!(lists.allows("porta-nord", "wanted"));
        let error = read("[lists]\noffline_hours = 0\n").unwrap_err();
        assert!(error.starts_with("centre.toml:2:1: "), "{error}");
    }

    #[test]
    fn nobody_looks_for_cloned_plates_without_a_legal_basis() {
        assert_eq!(read("").unwrap().cloned_plates, None);
        let error = read("[cloned_plates]\npurpose = \"p\"\n").unwrap_err();
        assert!(error.contains("legal_basis"), "{error}");
        let with = |more: &str| {
            read(&format!("[cloned_plates]\npurpose = \"p\"\nlegal_basis = \"b\"\n{more}"))
        };
        assert_eq!(with("").unwrap().cloned_plates.unwrap().clock_error_s, 60);
        let error = with("max_speed_kmh = 5.0\n").unwrap_err();
        assert!(error.starts_with("centre.toml:4:1: "), "{error}");
    }

    #[test]
    fn faults_name_their_place_and_the_way_out() {
        let error = read("\n[retention]\ntransit_days = 3\n").unwrap_err();
        assert!(error.starts_with("centre.toml:3:1: "), "{error}");
        assert!(error.ends_with("did you mean `transits_days`?"), "{error}");
        let error = read("public_url = \"varco.example\"\n").unwrap_err();
        assert!(error.contains("must start with https://"), "{error}");
        let error = read("[http]\nlisten = \"localhost\"\n").unwrap_err();
        assert!(error.starts_with("centre.toml:2:10: "), "{error}");
        let key = "ab".repeat(32);
        let error = read(&format!(
            "[[nodes]]\nid=\"a\"\nname=\"A\"\nkey=\"{key}\"\n[[nodes]]\nid=\"b\"\nname=\"B\"\nkey=\"{key}\"\n"
        ))
        .unwrap_err();
        assert!(error.contains("the same key"), "{error}");
        let error = read("[[nodes]]\nid=\"A b\"\nname=\"A\"\nkey=\"x\"\n").unwrap_err();
        assert!(error.contains("no key fingerprint"), "{error}");
    }
}
