//! Makes connections: a socket, or a serial port of this machine. Errors say how to mend.

use std::io::ErrorKind as Io;
use std::time::Duration;

use futures_util::future::BoxFuture;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_serial::{DataBits, ErrorKind, SerialStream, StopBits};

use crate::model::{Connection, Parity, SerialPort};

/// Time for a connection to come about.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);

/// Bytes to and from the other side.
pub trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}

impl<T: AsyncRead + AsyncWrite + Unpin + Send> Stream for T {}

/// Where connections come from: [`Network`], or what a test puts in its place.
pub trait Dial: Send + Sync {
    fn dial<'a>(&'a self, connection: &'a Connection) -> BoxFuture<'a, Result<Box<dyn Stream>, String>>;
}

/// Sockets and serial ports.
pub struct Network;

impl Dial for Network {
    fn dial<'a>(&'a self, connection: &'a Connection) -> BoxFuture<'a, Result<Box<dyn Stream>, String>> {
        Box::pin(async move {
            Ok(match connection {
                Connection::Direct { host, port, .. } => Box::new(dial_tcp(host, *port).await?) as Box<dyn Stream>,
                Connection::Serial(port) => Box::new(open_port(port)?),
                Connection::Backward(_) => return Err("a controller that dials in is not dialled".to_owned()),
            })
        })
    }
}

async fn dial_tcp(host: &str, port: u16) -> Result<TcpStream, String> {
    match tokio::time::timeout(CONNECT_TIMEOUT, TcpStream::connect((host, port))).await {
        Ok(Ok(stream)) => {
            // Requests are small and wait for their replies: gathering them would only delay them.
            stream.set_nodelay(true).ok();
            Ok(stream)
        }
        Ok(Err(error)) => Err(error.to_string()),
        Err(_) => Err(format!("no connection within {} s", CONNECT_TIMEOUT.as_secs())),
    }
}

/// Opens a port for this program alone.
pub fn open_port(port: &SerialPort) -> Result<SerialStream, String> {
    let settings = tokio_serial::new(&port.path, port.baud)
        .data_bits(DataBits::Eight)
        .parity(match port.parity {
            Parity::None => tokio_serial::Parity::None,
            Parity::Even => tokio_serial::Parity::Even,
            Parity::Odd => tokio_serial::Parity::Odd,
        })
        .stop_bits(if port.stop_bits == 2 { StopBits::Two } else { StopBits::One });
    SerialStream::open(&settings).map_err(|error| explain(&port.path, &error))
}

fn explain(path: &str, error: &tokio_serial::Error) -> String {
    match error.kind {
        ErrorKind::Io(Io::NotFound) => {
            format!("no port {path}: plug the adapter in; `ls /dev/serial/by-id` lists those that are there")
        }
        ErrorKind::Io(Io::PermissionDenied) => format!(
            "no permission for {path}: put the server's user into the group that owns it \
             (`sudo usermod -aG dialout USER`) and start the server anew"
        ),
        // What the library makes of EBUSY and of a lock that somebody holds.
        ErrorKind::NoDevice => format!("{path} is busy: end the program that has it open (`fuser {path}` names it)"),
        _ => format!("{path}: {error}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn port(path: &str) -> SerialPort {
        SerialPort { path: path.to_owned(), baud: 9600, parity: Parity::Even, stop_bits: 1 }
    }

    #[tokio::test]
    async fn a_port_that_cannot_be_opened_says_how_to_mend() {
        let missing = open_port(&port("/dev/ttyMISSING")).unwrap_err();
        assert!(missing.starts_with("no port /dev/ttyMISSING: plug"), "{missing}");
        let (_other, end) = SerialStream::pair().unwrap();
        let name = tokio_serial::SerialPort::name(&end).unwrap();
        let _held = open_port(&port(&name)).unwrap();
        let busy = open_port(&port(&name)).unwrap_err();
        assert!(busy.starts_with(&format!("{name} is busy: end")), "{busy}");
        let refused = explain("/dev/ttyS0", &tokio_serial::Error::new(ErrorKind::Io(Io::PermissionDenied), ""));
        assert!(refused.contains("usermod -aG dialout"), "{refused}");
        let file = tempfile::NamedTempFile::new().unwrap();
        assert!(open_port(&port(file.path().to_str().unwrap())).is_err(), "a file is no port");
    }
}
