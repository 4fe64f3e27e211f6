//! Where a simulated network is played: servers of tokio-modbus, a part that we did not write, on a
//! TCP port, on a serial port, or on a pseudo-terminal that is linked where the port should be. Devices
//! that misbehave and controllers that dial in are played by the zoo.

use std::fmt;
use std::future::{Ready, ready};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio_modbus::server::{Service, rtu, rtu_over_tcp, tcp};
use tokio_modbus::{ExceptionCode, Response, SlaveRequest};
use tokio_serial::SerialStream;
use tokio_util::sync::CancellationToken;

use super::own::Product;
use super::simulate::{Bus, Shown};
use super::zoo;
use crate::link::open_port;
use crate::model::{Connection, Framing, SerialPort};

/// Pause before a serial line is opened again.
const REOPEN_PAUSE: Duration = Duration::from_secs(1);

/// A controller that dials in.
pub struct Caller {
    /// The server's listener for controllers.
    pub server: String,
    /// The unit that the controller itself is.
    pub unit: u8,
    pub product: Product,
}

pub enum Stage {
    Tcp(TcpListener, SocketAddr),
    RtuOverTcp(TcpListener, SocketAddr),
    Serial(SerialPort, SerialLine),
    Backward(Caller),
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Stage::Tcp(_, address) => write!(f, "tcp {address}"),
            Stage::RtuOverTcp(_, address) => write!(f, "rtu over tcp {address}"),
            Stage::Serial(port, _) => Connection::Serial(port.clone()).fmt(f),
            Stage::Backward(caller) => write!(f, "calling {}", caller.server),
        }
    }
}

impl Stage {
    pub async fn open(connection: &Connection) -> std::io::Result<Stage> {
        match connection {
            Connection::Direct { host, port, framing } => {
                let listener = TcpListener::bind((host.as_str(), *port)).await?;
                let address = listener.local_addr()?;
                Ok(match framing {
                    Framing::Tcp => Stage::Tcp(listener, address),
                    Framing::Rtu => Stage::RtuOverTcp(listener, address),
                })
            }
            Connection::Serial(port) => Ok(Stage::Serial(port.clone(), SerialLine::open(port)?)),
            Connection::Backward(_) => Err(std::io::Error::other("a controller that dials in is no place")),
        }
    }

    /// Plays until `stop`, or until a listening port fails.
    pub async fn serve(self, bus: Bus, stop: CancellationToken) {
        if bus.misbehaves() {
            return self.misbehave(bus, stop).await;
        }
        let gone = |error| tracing::debug!(%error, "a client's connection ended");
        let stopped = stop.clone().cancelled_owned();
        let ended = match self {
            Stage::Tcp(listener, _) => {
                let accept = |stream, peer| {
                    let units = Gateway(bus.clone());
                    async move { tcp::accept_tcp_connection(stream, peer, |_| Ok(Some(units.clone()))) }
                };
                tcp::Server::new(listener).serve_until(&accept, gone, stopped).await
            }
            Stage::RtuOverTcp(listener, _) => {
                let accept = |stream, peer| {
                    let units = Line(bus.clone());
                    async move { rtu_over_tcp::accept_tcp_connection(stream, peer, |_| Ok(Some(units.clone()))) }
                };
                rtu_over_tcp::Server::new(listener).serve_until(&accept, gone, stopped).await
            }
            Stage::Serial(port, line) => {
                let play = |stream| {
                    let line = Line(bus.clone());
                    async move {
                        let ended = rtu::Server::new(stream).serve_forever(line).await;
                        tracing::warn!(?ended, "a simulated line ended");
                    }
                };
                return serve_serial(&port, line, &stop, play).await;
            }
            Stage::Backward(caller) => return caller.call(bus, stop).await,
        };
        if let Err(error) = ended {
            tracing::error!(%error, "a simulated network ended");
        }
    }
}

impl Stage {
    /// Plays units that misbehave, which a well-kept library's server never does.
    async fn misbehave(self, bus: Bus, stop: CancellationToken) {
        let (listener, framing) = match self {
            Stage::Tcp(listener, _) => (listener, Framing::Tcp),
            Stage::RtuOverTcp(listener, _) => (listener, Framing::Rtu),
            Stage::Serial(port, line) => {
                let play = |stream| {
                    let mut units = Shown { bus: bus.clone(), is_gateway: false };
                    async move { zoo::play(stream, zoo::Player::new(Framing::Rtu, 0), &mut units).await }
                };
                return serve_serial(&port, line, &stop, play).await;
            }
            Stage::Backward(caller) => return caller.call(bus, stop).await,
        };
        let mut connections = JoinSet::new();
        for seed in 0.. {
            let Some(accepted) = stop.run_until_cancelled(listener.accept()).await else { return };
            let Ok((stream, _)) = accepted else {
                tokio::time::sleep(REOPEN_PAUSE).await;
                continue;
            };
            stream.set_nodelay(true).ok();
            while connections.try_join_next().is_some() {}
            let mut units = Shown { bus: bus.clone(), is_gateway: framing == Framing::Tcp };
            connections.spawn(async move { zoo::play(stream, zoo::Player::new(framing, seed), &mut units).await });
        }
    }
}

impl Caller {
    /// Dials again and again: says who it is, answers, hangs up after a long silence.
    async fn call(self, bus: Bus, stop: CancellationToken) {
        let (redial, idle) = self.product.redial_and_idle();
        let calls = async {
            for seed in 0.. {
                match TcpStream::connect(&self.server).await {
                    Ok(stream) => self.talk(stream, &bus, seed, idle).await,
                    Err(error) => tracing::info!(server = self.server, %error, "nobody takes the call"),
                }
                tokio::time::sleep(redial).await;
            }
        };
        stop.run_until_cancelled(calls).await;
    }

    async fn talk(&self, mut stream: TcpStream, bus: &Bus, seed: u64, idle: Duration) {
        stream.set_nodelay(true).ok();
        let Some(identity) = bus.identity(self.unit) else { return };
        let registers = identity.iter().flat_map(|register| register.to_be_bytes());
        let frame: Vec<u8> = [0, 0, 0, 0, 0, 25, self.unit, 3, 22].into_iter().chain(registers).collect();
        if stream.write_all(&frame).await.is_ok() {
            let player = zoo::Player::new(Framing::Tcp, seed).with_idle(idle);
            zoo::play(stream, player, &mut Shown { bus: bus.clone(), is_gateway: true }).await;
        }
    }
}

/// Plays a line again and again: it ends when more noise comes than the player passes over, or when the
/// port goes away.
async fn serve_serial<F: Future<Output = ()>>(
    port: &SerialPort,
    line: SerialLine,
    stop: &CancellationToken,
    play: impl Fn(SerialStream) -> F,
) {
    let mut line = Ok(line);
    loop {
        match line {
            Ok(SerialLine { stream, terminal: _terminal }) => {
                if stop.run_until_cancelled(play(stream)).await.is_none() {
                    return;
                }
            }
            Err(error) => tracing::warn!(%error, path = port.path, "a simulated line cannot be opened"),
        }
        if stop.run_until_cancelled(tokio::time::sleep(REOPEN_PAUSE)).await.is_none() {
            return;
        }
        line = SerialLine::open(port);
    }
}

/// The simulator's end of a serial line.
pub struct SerialLine {
    stream: SerialStream,
    /// Where there is no port.
    terminal: Option<Terminal>,
}

impl SerialLine {
    /// The port at the path; or a pseudo-terminal linked there, if there is none. Parity and rate mean
    /// nothing to such a terminal.
    fn open(port: &SerialPort) -> std::io::Result<SerialLine> {
        let path = Path::new(&port.path);
        if is_link_to_terminal(path) {
            std::fs::remove_file(path)?;
        } else if path.exists() {
            return Ok(SerialLine { stream: open_port(port).map_err(std::io::Error::other)?, terminal: None });
        }
        let (stream, other) = SerialStream::pair()?;
        let name = tokio_serial::SerialPort::name(&other).ok_or_else(|| std::io::Error::other("has no name"))?;
        std::os::unix::fs::symlink(&name, path)?;
        Ok(SerialLine { stream, terminal: Some(Terminal { _other: other, name, link: path.to_owned() }) })
    }
}

/// One that could not clean up leaves such a link, and behind it may be somebody's screen by now.
fn is_link_to_terminal(path: &Path) -> bool {
    std::fs::read_link(path).is_ok_and(|target| target.starts_with("/dev/pts"))
}

/// The other end of a pseudo-terminal, with a link to it.
struct Terminal {
    /// Open as long as the line is played: without it, the first client that leaves would end the line.
    _other: SerialStream,
    name: String,
    link: PathBuf,
}

impl Drop for Terminal {
    fn drop(&mut self) {
        if std::fs::read_link(&self.link).is_ok_and(|target| target.as_os_str() == self.name.as_str()) {
            std::fs::remove_file(&self.link).ok();
        }
    }
}

/// Units behind a gateway: it answers for those that do not.
#[derive(Clone)]
struct Gateway(Bus);

impl Service for Gateway {
    type Request = SlaveRequest<'static>;
    type Response = Response;
    type Exception = ExceptionCode;
    type Future = Ready<Result<Response, ExceptionCode>>;

    fn call(&self, request: SlaveRequest<'static>) -> Self::Future {
        ready(self.0.answer(request))
    }
}

/// Units on a serial line.
#[derive(Clone)]
struct Line(Bus);

impl Service for Line {
    type Request = SlaveRequest<'static>;
    type Response = Option<Response>;
    type Exception = ExceptionCode;
    type Future = Ready<Result<Option<Response>, ExceptionCode>>;

    fn call(&self, request: SlaveRequest<'static>) -> Self::Future {
        ready(self.0.answer_on_line(request))
    }
}
