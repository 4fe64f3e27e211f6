//! Opening a connection: a TCP socket or a serial port.

use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_serial::{DataBits, ErrorKind, SerialPortBuilderExt as _, StopBits};

use crate::model::{Connection, Parity, SerialPort};

/// Time for a connection to come about.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);

/// Bytes both ways.
pub trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

/// Opens it; the error says why not, and how to mend that where it is known.
pub async fn dial(connection: &Connection) -> Result<Box<dyn Stream>, String> {
    match connection {
        Connection::Direct { host, port, .. } => Ok(Box::new(tcp(host, *port).await?)),
        Connection::Serial(port) => Ok(Box::new(serial(port)?)),
    }
}

async fn tcp(host: &str, port: u16) -> Result<TcpStream, String> {
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

fn serial(port: &SerialPort) -> Result<tokio_serial::SerialStream, String> {
    let parity = match port.parity {
        Parity::None => tokio_serial::Parity::None,
        Parity::Even => tokio_serial::Parity::Even,
        Parity::Odd => tokio_serial::Parity::Odd,
    };
    let stop_bits = if port.stop_bits == 2 { StopBits::Two } else { StopBits::One };
    let builder = tokio_serial::new(&port.path, port.baud).data_bits(DataBits::Eight);
    let opened = builder.parity(parity).stop_bits(stop_bits).open_native_async();
    opened.map_err(|error| {
        let mend = match error.kind() {
            ErrorKind::Io(std::io::ErrorKind::PermissionDenied) => ": the server's user must be in the group `dialout`",
            _ if !std::path::Path::new(&port.path).exists() => ": is the adapter plugged in?",
            ErrorKind::NoDevice | ErrorKind::Io(std::io::ErrorKind::ResourceBusy) => ": another program has it open",
            _ => "",
        };
        format!("{}: {error}{mend}", port.path)
    })
}
