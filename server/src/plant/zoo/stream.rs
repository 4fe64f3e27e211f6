//! A player on a stream: a socket, a serial line, or a pipe on a clock that a test moves.

use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use super::{Action, Player, Units};
use crate::clock;

/// How long a connection is held that nobody reads from: its end cannot be seen.
const LONGEST_HOLD: Duration = Duration::from_secs(600);

/// How a connection is ended by its player.
pub trait End: AsyncRead + AsyncWrite + Unpin + Send {
    /// Lets the peer see a reset instead of an end, where there is such a thing.
    fn reset(&mut self) {}
}

impl End for tokio::net::TcpStream {
    fn reset(&mut self) {
        // Closing now discards what is unsent and tells the peer by RST.
        self.set_zero_linger().ok();
    }
}

impl End for tokio::io::DuplexStream {}
impl End for tokio_serial::SerialStream {}

/// Plays until the stream ends, or until the device ends it.
pub async fn play(mut stream: impl End, mut player: Player, units: &mut dyn SendUnits) {
    let mut buffer = [0; 1024];
    loop {
        let idle = player.idle.unwrap_or(Duration::MAX);
        let received = match tokio::time::timeout(idle, stream.read(&mut buffer)).await {
            Ok(Ok(count @ 1..)) => buffer.get(..count).unwrap_or_default(),
            _ => return,
        };
        for action in player.receive(received, clock::monotonic_us(), units) {
            match action {
                Action::Send(bytes) => {
                    if stream.write_all(&bytes).await.is_err() {
                        return;
                    }
                }
                Action::Wait(pause) => tokio::time::sleep(pause).await,
                Action::WaitDeaf(pause) => pass_over(&mut stream, pause).await,
                Action::FallSilent => return while_open(&mut stream).await,
                Action::Stop => return tokio::time::sleep(LONGEST_HOLD).await,
                Action::Close => return,
                Action::Reset => return stream.reset(),
            }
        }
    }
}

/// Units that a task may hold.
pub trait SendUnits: Units + Send {}
impl<T: Units + Send> SendUnits for T {}

async fn while_open(stream: &mut (impl AsyncRead + Unpin)) {
    let mut buffer = [0; 1024];
    while let Ok(1..) = stream.read(&mut buffer).await {}
}

async fn pass_over(stream: &mut (impl AsyncRead + Unpin), pause: Duration) {
    tokio::time::timeout(pause, while_open(stream)).await.ok();
}
