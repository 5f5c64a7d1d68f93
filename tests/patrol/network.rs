//! The network between unit and centre: it can be cut.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// Connections that are open, and whether new ones are let through.
#[derive(Default)]
struct State {
    cut: bool,
    open: Vec<TcpStream>,
}

/// Passes bytes on from one port to another one.
pub(crate) struct Network(Arc<Mutex<State>>);

impl Network {
    pub(crate) fn between(from: u16, to: u16) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", from)).unwrap();
        let state: Arc<Mutex<State>> = Arc::default();
        let shared = Arc::clone(&state);
        // Ends with the test's process.
        thread::spawn(move || {
            for near in listener.incoming().map_while(Result::ok) {
                let mut state = shared.lock().unwrap();
                let far = TcpStream::connect(("127.0.0.1", to));
                let (false, Ok(far)) = (state.cut, far) else { continue };
                for (one, other) in [(&near, &far), (&far, &near)] {
                    state.open.push(one.try_clone().unwrap());
                    pass_on(one.try_clone().unwrap(), other.try_clone().unwrap());
                }
            }
        });
        Self(state)
    }

    /// From now on nothing gets through, and what is open breaks off.
    pub(crate) fn cut(&self) {
        let mut state = self.0.lock().unwrap();
        state.cut = true;
        for stream in state.open.drain(..) {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }

    pub(crate) fn mend(&self) {
        self.0.lock().unwrap().cut = false;
    }
}

fn pass_on(mut from: TcpStream, mut to: TcpStream) {
    thread::spawn(move || {
        from.set_read_timeout(Some(Duration::from_secs(600))).unwrap();
        let mut bytes = [0; 16 * 1024];
        while let Ok(read @ 1..) = from.read(&mut bytes) {
            if to.write_all(&bytes[..read]).is_err() {
                break;
            }
        }
        let _ = from.shutdown(Shutdown::Both);
        let _ = to.shutdown(Shutdown::Both);
    });
}
