//! A line between node and centre that can be cut.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

#[derive(Default)]
struct State {
    down: AtomicU64,
    cuts: AtomicU64,
    most: AtomicU64,
    blocked: AtomicBool,
}

/// Carries bytes between a node and the centre, and counts them.
pub(crate) struct Proxy {
    address: SocketAddr,
    state: Arc<State>,
}

impl Proxy {
    pub(crate) async fn start(centre: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let state = Arc::new(State { most: AtomicU64::new(u64::MAX), ..State::default() });
        let shared = Arc::clone(&state);
        tokio::spawn(async move {
            while let Ok((node, _)) = listener.accept().await {
                tokio::spawn(carry(node, centre, Arc::clone(&shared)));
            }
        });
        Self { address, state }
    }

    pub(crate) fn address(&self) -> String {
        self.address.to_string()
    }

    /// Bytes that went from the centre to the node.
    pub(crate) fn bytes_down(&self) -> u64 {
        self.state.down.load(Ordering::SeqCst)
    }

    /// From now on a connection breaks after so many bytes to the node.
    pub(crate) fn cut_after(&self, bytes: u64) {
        self.state.most.store(bytes, Ordering::SeqCst);
    }

    /// How often a connection was cut.
    pub(crate) fn cuts(&self) -> u64 {
        self.state.cuts.load(Ordering::SeqCst)
    }

    /// No connection gets through.
    pub(crate) fn block(&self, blocked: bool) {
        self.state.blocked.store(blocked, Ordering::SeqCst);
    }
}

async fn carry(mut node: TcpStream, centre: SocketAddr, state: Arc<State>) {
    if state.blocked.load(Ordering::SeqCst) {
        return;
    }
    let Ok(mut centre) = TcpStream::connect(centre).await else { return };
    let (mut up, mut down) = (vec![0; 16 * 1024], vec![0; 16 * 1024]);
    let mut carried = 0;
    loop {
        tokio::select! {
            read = node.read(&mut up) => match read {
                Ok(n) if n > 0 && centre.write_all(&up[..n]).await.is_ok() => {}
                _ => return,
            },
            read = centre.read(&mut down) => match read {
                Ok(n) if n > 0 && node.write_all(&down[..n]).await.is_ok() => {
                    carried += n as u64;
                    state.down.fetch_add(n as u64, Ordering::SeqCst);
                }
                _ => return,
            },
        }
        if state.blocked.load(Ordering::SeqCst) {
            return;
        }
        if carried > state.most.load(Ordering::SeqCst) {
            state.cuts.fetch_add(1, Ordering::SeqCst);
            return;
        }
    }
}
