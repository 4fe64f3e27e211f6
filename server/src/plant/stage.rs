//! Where a simulated network is played: servers of tokio-modbus, a part that we did not write, on a
//! TCP port, on a serial port, or on a pseudo-terminal that is linked where the port should be.

use std::fmt;
use std::future::{Future, Ready, ready};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio_modbus::server::{Service, rtu, rtu_over_tcp, tcp};
use tokio_modbus::{ExceptionCode, Response, SlaveRequest};
use tokio_serial::SerialStream;
use tokio_util::sync::CancellationToken;

use super::simulate::Bus;
use crate::link::open_port;
use crate::model::{Connection, Framing, SerialPort};

/// Pause before a serial line is opened again.
const REOPEN_PAUSE: Duration = Duration::from_secs(1);

pub enum Stage {
    Tcp(TcpListener, SocketAddr),
    RtuOverTcp(TcpListener, SocketAddr),
    Serial(SerialPort, SerialLine),
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Stage::Tcp(_, address) => write!(f, "tcp {address}"),
            Stage::RtuOverTcp(_, address) => write!(f, "rtu over tcp {address}"),
            Stage::Serial(port, _) => Connection::Serial(port.clone()).fmt(f),
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
            Connection::Backward(_) => Err(std::io::Error::other("controllers that dial in are not played")),
        }
    }

    /// Plays until `stop`, or until a listening port fails.
    pub async fn serve(self, bus: Bus, stop: CancellationToken) {
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
            Stage::Serial(port, line) => return serve_serial(&port, line, &bus, &stop).await,
        };
        if let Err(error) = ended {
            tracing::error!(%error, "a simulated network ended");
        }
    }
}

/// The server ends when it meets more noise than it can pass over, or when the port goes away.
async fn serve_serial(port: &SerialPort, line: SerialLine, bus: &Bus, stop: &CancellationToken) {
    let mut line = Ok(line);
    loop {
        match line {
            Ok(SerialLine { stream, terminal: _terminal }) => {
                let server = rtu::Server::new(stream);
                let ended = server.serve_until(Line(bus.clone()), stop.clone().cancelled_owned()).await;
                if !stop.is_cancelled() {
                    tracing::warn!(?ended, path = port.path, "a simulated line ended and is opened again");
                }
            }
            Err(error) => tracing::warn!(%error, path = port.path, "a simulated line cannot be opened"),
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(REOPEN_PAUSE) => {}
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
    type Future = Pin<Box<dyn Future<Output = Result<Response, ExceptionCode>> + Send>>;

    fn call(&self, request: SlaveRequest<'static>) -> Self::Future {
        let bus = self.0.clone();
        Box::pin(async move {
            let left = bus.fault_left(request.slave);
            tokio::time::sleep(Duration::from_secs_f64(left)).await;
            bus.answer(request)
        })
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
