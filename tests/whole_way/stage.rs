//! A gate: a camera (RTSP server), a centre, a node.

use std::fs;
use std::path::{Path, PathBuf};

use crate::parts::{Ground, Process, free_port};

/// Folder, ports and settings that outlive the processes.
pub(crate) struct Stage {
    ground: Ground,
    camera_port: u16,
    centre_port: u16,
    link_port: u16,
}

impl Stage {
    /// A town with one camera and one wanted plate; the centre has admitted the node.
    pub(crate) fn new(plate: &str, same_passage_s: f64) -> Self {
        let stage = Self {
            ground: Ground::new(),
            camera_port: free_port(),
            centre_port: free_port(),
            link_port: free_port(),
        };
        let centre = format!(
            "data = {:?}\n[http]\nlisten = \"127.0.0.1:{}\"\n[link]\nlisten = \"127.0.0.1:{}\"\n",
            stage.path("centre"),
            stage.centre_port,
            stage.link_port
        );
        fs::write(stage.path("centre.toml"), centre).unwrap();
        let key = stage.ground.ask(&["centre", "key", "--config", "centre.toml"]);
        fs::write(
            stage.path("stolen.csv"),
            format!("plate,reason\n{plate},Reported stolen\nZZ999ZZ,Another one\n"),
        )
        .unwrap();
        let pipeline = format!(
            r#"
[node]
id = "gate"
name = "Gate server"
data = "node"
[centre]
url = "https://127.0.0.1:{}"
key = "{key}"
[[cameras]]
id = "north"
name = "North, in"
site = "North gate"
url = "rtsp://127.0.0.1:{}/stream"
transport = "tcp"
purpose = "Test"
legal_basis = "Test"
same_passage_s = {same_passage_s:?}
[[lists]]
id = "stolen"
kind = "stolen"
purpose = "Test"
legal_basis = "Test"
file = "stolen.csv"
[matching]
cooldown_s = 0
"#,
            stage.link_port, stage.camera_port
        );
        fs::write(stage.path("gate.toml"), pipeline).unwrap();
        let node_key = stage.ground.ask(&["node", "key", "gate.toml"]);
        let admit =
            ["centre", "admit", "--config", "centre.toml", "--id", "gate", "--name", "Gate"];
        stage.ground.ask(&[&admit[..], &[node_key.as_str()]].concat());
        stage
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.ground.path(name)
    }

    pub(crate) fn camera(&self, clip: &Path) -> Process {
        let port = self.camera_port.to_string();
        let clip = clip.to_str().unwrap();
        self.ground.start(&["rtsp-serve", clip, "--port", &port], Some("rtsp://"))
    }

    pub(crate) fn centre(&self) -> Process {
        self.ground.start(&["centre", "centre.toml"], Some("control room"))
    }

    pub(crate) fn node(&self) -> Process {
        self.ground.start(&["node", "gate.toml"], None)
    }

    /// A one-time sign-in address of the running centre.
    pub(crate) fn sign_in_link(&self) -> String {
        self.ground.ask(&["centre", "sign-in-link", "--config", "centre.toml"])
    }

    pub(crate) fn centre_url(&self) -> String {
        format!("http://127.0.0.1:{}", self.centre_port)
    }

    pub(crate) fn log(&self, name: &str) -> String {
        self.ground.log(name)
    }
}
