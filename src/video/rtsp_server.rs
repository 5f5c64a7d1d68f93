//! An RTSP server that plays a file as a camera would, for tests and the demo.
//!
//! The file's access units are sent as they are, paced by their own times. Played
//! again and again, each round's times follow the last one's without a step, and
//! RTCP sender reports tie them to this machine's clock.

use std::fmt;
use std::net::{TcpListener, ToSocketAddrs};
use std::path::{Path, PathBuf};
use std::thread::{self, JoinHandle};

use gstreamer as gst;
use gstreamer::glib;
use gstreamer::prelude::*;
use gstreamer_app as gst_app;
use gstreamer_rtsp_server as gst_rtsp_server;
use gstreamer_rtsp_server::gst_rtsp;
use gstreamer_rtsp_server::prelude::*;

use super::error::VideoError;
use super::pipeline::initialise;
use super::reader::{ClipReader, Treatment};
use super::secret::Secret;

/// What to serve and where.
#[derive(Debug, Clone)]
pub struct RtspServerConfig {
    /// The video: H.264 and H.265 are sent as they are, anything else is encoded as H.264.
    pub file: PathBuf,
    /// Address to listen on.
    pub address: String,
    /// Port to listen on; 0 for any free one.
    pub port: u16,
    /// Path of the stream, with its leading slash.
    pub path: String,
    /// User and password that a client must give (digest authentication).
    pub login: Option<(String, Secret)>,
    /// Whether the file starts again at its end.
    pub repeat: bool,
}

impl RtspServerConfig {
    /// The file again and again on a free port of this machine, open to every client on it.
    #[must_use]
    pub fn new(file: impl Into<PathBuf>) -> Self {
        Self {
            file: file.into(),
            address: "127.0.0.1".to_owned(),
            port: 0,
            path: "/stream".to_owned(),
            login: None,
            repeat: true,
        }
    }
}

/// A running server. Dropping it closes its port and every connection.
pub struct RtspServer {
    server: gst_rtsp_server::RTSPServer,
    main_loop: glib::MainLoop,
    source: Option<glib::SourceId>,
    thread: Option<JoinHandle<()>>,
    url: String,
    port: u16,
}

impl RtspServer {
    /// Starts serving.
    ///
    /// # Errors
    /// [`VideoError`] when the file is no video, the port is taken, or GStreamer is not complete.
    pub fn start(config: &RtspServerConfig) -> Result<Self, VideoError> {
        initialise()?;
        if !config.file.is_file() {
            return Err(VideoError::NotFound { path: config.file.clone() });
        }
        let refused = |reason: String| VideoError::Server {
            address: format!("{}:{}", config.address, config.port),
            reason,
        };
        check_port(&config.address, config.port).map_err(refused)?;

        let context = glib::MainContext::new();
        let main_loop = glib::MainLoop::new(Some(&context), false);
        let server = gst_rtsp_server::RTSPServer::new();
        server.set_address(&config.address);
        server.set_service(&config.port.to_string());
        let factory = factory(config)?;
        if let Some((user, password)) = &config.login {
            server.set_auth(Some(&login(&factory, user, password)));
        }
        let mounts = server.mount_points().ok_or_else(|| refused("it has no paths".to_owned()))?;
        mounts.add_factory(&config.path, factory);
        let source = server.attach(Some(&context)).map_err(|error| refused(error.to_string()))?;
        let port = u16::try_from(server.bound_port()).unwrap_or(config.port);
        let running = main_loop.clone();
        let thread = thread::Builder::new()
            .name("rtsp-server".to_owned())
            .spawn(move || {
                // Only this thread uses the context, so it cannot be taken already.
                let _ = context.with_thread_default(|| running.run());
            })
            .map_err(|error| VideoError::Thread {
                what: "the RTSP server".to_owned(),
                reason: error.to_string(),
            })?;
        let url = format!("rtsp://{}:{port}{}", config.address, config.path);
        tracing::info!(url, file = %config.file.display(), "RTSP server started");
        Ok(Self { server, main_loop, source: Some(source), thread: Some(thread), url, port })
    }

    /// Address of the stream, without user and password.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The port it listens on.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }
}

impl fmt::Debug for RtspServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RtspServer({})", self.url)
    }
}

impl Drop for RtspServer {
    fn drop(&mut self) {
        if let Some(source) = self.source.take() {
            let context = self.main_loop.context();
            if let Some(listening) = context.find_source_by_id(&source) {
                listening.destroy();
            }
        }
        self.server.client_filter(Some(&mut |_, _| gst_rtsp_server::RTSPFilterResult::Remove));
        if let Some(sessions) = self.server.session_pool() {
            sessions.filter(Some(&mut |_, _| gst_rtsp_server::RTSPFilterResult::Remove));
        }
        self.main_loop.quit();
        if let Some(thread) = self.thread.take() {
            // A panic of that thread has been printed; there is nothing left to do.
            let _ = thread.join();
        }
    }
}

/// Whether the port is free, for GStreamer does not say why it cannot have it.
fn check_port(address: &str, port: u16) -> Result<(), String> {
    let addresses = (address, port).to_socket_addrs().map_err(|error| error.to_string())?;
    for address in addresses {
        TcpListener::bind(address).map_err(|error| match error.kind() {
            std::io::ErrorKind::AddrInUse => {
                "another program listens on that port: stop it or choose another port".to_owned()
            }
            std::io::ErrorKind::PermissionDenied => {
                "that port needs more rights: choose one above 1024".to_owned()
            }
            _ => error.to_string(),
        })?;
    }
    Ok(())
}

/// Lets in only clients that know user and password.
fn login(
    factory: &gst_rtsp_server::RTSPMediaFactory,
    user: &str,
    password: &Secret,
) -> gst_rtsp_server::RTSPAuth {
    const ROLE: &str = "viewer";
    let permissions = gst::Structure::builder(ROLE)
        .field("media.factory.access", true)
        .field("media.factory.construct", true)
        .build();
    factory.add_role_from_structure(&permissions);
    let token = gst_rtsp_server::RTSPToken::builder().field("media.factory.role", ROLE).build();
    let auth = gst_rtsp_server::RTSPAuth::new();
    auth.set_supported_methods(gst_rtsp::RTSPAuthMethod::Digest);
    auth.add_digest(user, password.expose(), &token);
    auth
}

/// Makes the stream when the first client asks for it; all clients share it.
fn factory(config: &RtspServerConfig) -> Result<gst_rtsp_server::RTSPMediaFactory, VideoError> {
    let clip = ClipReader::open(&config.file)?;
    let (encoding, treatment, caps) = (clip.encoding.name(), clip.treatment, clip.caps.clone());
    drop(clip);
    let factory = gst_rtsp_server::RTSPMediaFactory::new();
    factory.set_launch(&format!(
        "( appsrc name=feed format=time max-bytes=8000000 ! \
         rtp{encoding}pay name=pay0 pt=96 config-interval=-1 )"
    ));
    factory.set_shared(true);
    let (path, repeat) = (config.file.clone(), config.repeat);
    factory.connect_media_configure(move |_, media| {
        let feed = media
            .element()
            .downcast::<gst::Bin>()
            .ok()
            .and_then(|bin| bin.by_name("feed"))
            .and_then(|feed| feed.downcast::<gst_app::AppSrc>().ok());
        let Some(feed) = feed else {
            tracing::error!("the RTSP server's stream has no place for its video");
            return;
        };
        feed.set_caps(Some(&caps));
        let mut rounds = Rounds::new(path.clone(), treatment, repeat);
        feed.set_callbacks(
            gst_app::AppSrcCallbacks::builder().need_data(move |feed, _| rounds.feed(feed)).build(),
        );
    });
    Ok(factory)
}

/// Access units handed over at each request.
const UNITS_AT_ONCE: usize = 25;
/// For a clip that does not say how long a picture is shown.
const USUAL_STEP: gst::ClockTime = gst::ClockTime::from_mseconds(40);

/// A clip's access units, round after round on one time line.
struct Rounds {
    path: PathBuf,
    treatment: Treatment,
    repeat: bool,
    reader: Option<ClipReader>,
    /// Where this round starts on the time line.
    start: gst::ClockTime,
    /// The first access unit's time within the file.
    first: Option<gst::ClockTime>,
    /// How long before its first picture is shown the round's first unit is decoded.
    lead: gst::ClockTime,
    /// Where the round's last picture ends, as far as it is read.
    end: gst::ClockTime,
    over: bool,
}

impl Rounds {
    fn new(path: PathBuf, treatment: Treatment, repeat: bool) -> Self {
        let zero = gst::ClockTime::ZERO;
        Self {
            path,
            treatment,
            repeat,
            reader: None,
            start: zero,
            first: None,
            lead: zero,
            end: zero,
            over: false,
        }
    }

    fn feed(&mut self, feed: &gst_app::AppSrc) {
        for _ in 0..UNITS_AT_ONCE {
            let pushed = match self.next() {
                Some(unit) => feed.push_buffer(unit),
                None => feed.end_of_stream(),
            };
            if pushed.is_err() || self.over {
                return;
            }
        }
    }

    /// The next access unit with its time on the line; `None` when all is over.
    fn next(&mut self) -> Option<gst::Buffer> {
        if self.over {
            return None;
        }
        if let Some(unit) = self.reader.as_ref().and_then(ClipReader::next) {
            return Some(self.timed(unit));
        }
        let is_first = self.reader.is_none();
        // A round without a single unit would be followed by the next at once, for ever.
        let unit = (is_first || (self.repeat && self.first.is_some()))
            .then(|| open(&self.path, self.treatment))
            .flatten()
            .and_then(|reader| {
                let unit = reader.next();
                (self.start, self.first) = (self.end.saturating_sub(self.lead), None);
                self.reader = Some(reader);
                unit
            });
        if unit.is_none() {
            self.over = true;
            self.reader = None;
        }
        unit.map(|unit| self.timed(unit))
    }

    fn timed(&mut self, mut unit: gst::Buffer) -> gst::Buffer {
        let first = match self.first {
            Some(first) => first,
            None => {
                let first = unit.dts_or_pts().unwrap_or_default();
                self.lead = unit.pts().map_or(gst::ClockTime::ZERO, |p| p.saturating_sub(first));
                *self.first.insert(first)
            }
        };
        let moved = |time: gst::ClockTime| time.saturating_sub(first) + self.start;
        let (pts, dts) = (unit.pts().map(moved), unit.dts().map(moved));
        let step = unit.duration().unwrap_or(USUAL_STEP);
        self.end = self.end.max(pts.or(dts).unwrap_or(self.end) + step);
        let unit_mut = unit.make_mut();
        unit_mut.set_pts(pts);
        unit_mut.set_dts(dts);
        // Each file's start is marked as a break, which it is not on this line.
        unit_mut.unset_flags(gst::BufferFlags::DISCONT | gst::BufferFlags::RESYNC);
        unit
    }
}

fn open(path: &Path, treatment: Treatment) -> Option<ClipReader> {
    match ClipReader::open_as(path, treatment) {
        Ok(reader) => reader,
        Err(error) => {
            tracing::error!(%error, "the RTSP server's clip cannot be read again");
            None
        }
    }
}
