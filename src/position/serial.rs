//! Opening a serial receiver: raw bytes at a speed.

use std::fs::File;
use std::io;
use std::path::Path;

use rustix::fs::{Mode, OFlags, open};
use rustix::termios::{OptionalActions, isatty, tcgetattr, tcsetattr};

/// Opens the device. A terminal device is set to raw bytes, and to the speed if one is
/// given; anything else (a pipe, a file) is read as it is.
///
/// # Errors
/// What the system said.
pub(super) fn open_receiver(path: &Path, baud: Option<u32>) -> io::Result<File> {
    // Not blocking at opening: a modem line may wait for a carrier for ever.
    let flags = OFlags::RDONLY | OFlags::NOCTTY | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let device = open(path, flags, Mode::empty())?;
    if isatty(&device) {
        let mut settings = tcgetattr(&device)?;
        settings.make_raw();
        if let Some(baud) = baud {
            settings.set_speed(baud)?;
        }
        tcsetattr(&device, OptionalActions::Now, &settings)?;
    }
    Ok(File::from(device))
}
