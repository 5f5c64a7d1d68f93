//! What can go wrong with a source, in words for people.

use std::path::PathBuf;

use super::picture_file::{MAX_PICTURE_PIXELS, MAX_PICTURE_SIDE_PX};

/// Why a source gives no frames. Texts never hold a user name's password.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum VideoError {
    /// There is no such file or folder.
    #[error("there is no {}: check the path", .path.display())]
    NotFound {
        /// The path as given.
        path: PathBuf,
    },
    /// The file, folder or device is there but may not be read.
    #[error("{} cannot be read: {reason}", .path.display())]
    Unreadable {
        /// The path as given.
        path: PathBuf,
        /// What the system says.
        reason: String,
    },
    /// A folder without any picture.
    #[error(
        "there is no picture in {}: looked for files that end in .jpg, .jpeg, .png, .webp, .bmp, .tif or .tiff",
        .path.display()
    )]
    EmptyFolder {
        /// The folder.
        path: PathBuf,
    },
    /// There is no such camera device.
    #[error(
        "there is no camera device {}: plug it in, and see `ls /dev/video*` for its name",
        .path.display()
    )]
    NoDevice {
        /// The device.
        path: PathBuf,
    },
    /// An address that is no camera's.
    #[error("{url} is not a camera's address: {reason}")]
    BadAddress {
        /// The address, without user and password.
        url: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A file that holds no video, or a damaged one, before its first frame.
    #[error("{} is not a video that can be decoded: {reason}", .path.display())]
    NotAVideo {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// A video whose decoder is not installed.
    #[error(
        "{} needs a decoder that is not installed ({codec}): install the packages gstreamer1.0-libav and gstreamer1.0-plugins-bad, or convert the file to H.264",
        .path.display()
    )]
    DecoderMissing {
        /// The file.
        path: PathBuf,
        /// What is missing.
        codec: String,
    },
    /// A file that is damaged after its first frames.
    #[error("{} is broken at {at_s:.1} s: {reason}; the frames before that were read", .path.display())]
    Broken {
        /// The file.
        path: PathBuf,
        /// Time of the last good frame, in seconds.
        at_s: f64,
        /// Why.
        reason: String,
    },
    /// A file that ends before its own table says it does.
    #[error(
        "{} breaks off at {at_s:.1} s of {of_s:.1} s: it was not copied or recorded to its end; the frames before that were read",
        .path.display()
    )]
    BreaksOff {
        /// The file.
        path: PathBuf,
        /// Time of the last frame, in seconds.
        at_s: f64,
        /// How long the file says it is, in seconds.
        of_s: f64,
    },
    /// A picture beyond the limits.
    #[error(
        "{} has {width_px} x {height_px} pixels; at most {MAX_PICTURE_SIDE_PX} a side and {} million in all are read: make it smaller or cut it",
        .path.display(), MAX_PICTURE_PIXELS / 1_000_000
    )]
    PictureTooBig {
        /// The picture.
        path: PathBuf,
        /// Width.
        width_px: u32,
        /// Height.
        height_px: u32,
    },
    /// A picture that cannot be decoded.
    #[error("{} is not a picture that can be read: {reason}", .path.display())]
    PictureBroken {
        /// The picture.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// The camera's host does not answer.
    #[error(
        "{url} cannot be reached: {reason}. Check the address, the network and the camera's power"
    )]
    Unreachable {
        /// Address without user and password.
        url: String,
        /// What the network says.
        reason: String,
    },
    /// The host answers, but nothing listens on that port.
    #[error(
        "{url} refuses the connection: nothing listens on that port. Check the port, and that RTSP is switched on in the camera"
    )]
    Refused {
        /// Address without user and password.
        url: String,
    },
    /// The camera does not accept user and password.
    #[error("the camera at {url} refused user {user}: check user and password")]
    WrongPassword {
        /// Address without user and password.
        url: String,
        /// The user.
        user: String,
    },
    /// The camera asks for user and password, and none were given.
    #[error("the camera at {url} asks for a user and a password: give both")]
    PasswordNeeded {
        /// Address without user and password.
        url: String,
    },
    /// The camera knows no such stream.
    #[error(
        "the camera has no stream {url} (404): check the path behind the host's name in the camera's manual"
    )]
    NoSuchStream {
        /// Address without user and password.
        url: String,
    },
    /// The camera sends something that is neither H.264 nor H.265.
    #[error(
        "the camera at {url} sends {codecs}, which is not read: set its video encoding to H.264 or H.265"
    )]
    UnsupportedCodec {
        /// Address without user and password.
        url: String,
        /// What it offers.
        codecs: String,
    },
    /// The camera does not offer the transport.
    #[error("the camera at {url} does not offer this transport: use the other one of tcp and udp")]
    UnsupportedTransport {
        /// Address without user and password.
        url: String,
    },
    /// No frame for too long.
    #[error("no frame came from {camera} for {seconds:.0} s")]
    Stalled {
        /// The camera.
        camera: String,
        /// How long.
        seconds: f32,
    },
    /// The camera closed the stream.
    #[error("{camera} ended the stream")]
    StreamEnded {
        /// The camera.
        camera: String,
    },
    /// Another fault of a live stream.
    #[error("the stream from {camera} failed: {reason}")]
    Stream {
        /// The camera.
        camera: String,
        /// What GStreamer says.
        reason: String,
    },
    /// GStreamer or a part of it is missing.
    #[error("{what}: run the set-up again, or install {packages}")]
    Installation {
        /// What is missing.
        what: String,
        /// The system packages that hold it.
        packages: &'static str,
    },
    /// The test server cannot be started.
    #[error("the RTSP server cannot be started on {address}: {reason}")]
    Server {
        /// Address and port.
        address: String,
        /// Why.
        reason: String,
    },
    /// The system gives no more threads.
    #[error("no thread can be started for {what}: {reason}")]
    Thread {
        /// For what.
        what: String,
        /// What the system says.
        reason: String,
    },
}
