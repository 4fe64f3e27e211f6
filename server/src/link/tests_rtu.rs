//! Links over serial frames: on a TCP stream, and on a pseudo-terminal.

use std::sync::atomic::AtomicUsize;
use std::time::Duration;

use parabus_core::modbus::rtu::crc16;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_serial::{SerialPort as _, SerialStream};

use super::tests::many;
use super::*;
use crate::model::{Framing, Parity, SerialPort};

/// What a unit sends for the nth request that it hears: pieces, each after a pause.
trait Unit: Fn(usize, &[u8]) -> Vec<(u64, Vec<u8>)> + Send + Sync + 'static {}
impl<T: Fn(usize, &[u8]) -> Vec<(u64, Vec<u8>)> + Send + Sync + 'static> Unit for T {}

async fn answer(mut stream: impl AsyncReadExt + AsyncWriteExt + Unpin, heard: &AtomicUsize, unit: &impl Unit) {
    let mut buffer = [0; 300];
    while let Ok(length @ 1..) = stream.read(&mut buffer).await {
        for (pause_ms, bytes) in unit(heard.fetch_add(1, Ordering::Relaxed), &buffer[..length]) {
            tokio::time::sleep(Duration::from_millis(pause_ms)).await;
            for byte in bytes {
                if stream.write_all(&[byte]).await.is_err() {
                    return;
                }
            }
        }
    }
}

/// A converter, and how often it was dialled.
async fn converter(unit: impl Unit) -> (Connection, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let dialled = Arc::new(AtomicUsize::new(0));
    let count = dialled.clone();
    tokio::spawn(async move {
        let heard = AtomicUsize::new(0);
        while let Ok((stream, _)) = listener.accept().await {
            count.fetch_add(1, Ordering::Relaxed);
            answer(stream, &heard, &unit).await;
        }
    });
    (Connection::Direct { host: "127.0.0.1".to_owned(), port, framing: Framing::Rtu }, dialled)
}

/// A port with a unit behind it; the second stream keeps the terminal there.
fn terminal(baud: u32, unit: impl Unit) -> (Connection, SerialStream) {
    let (stream, other) = SerialStream::pair().unwrap();
    tokio::spawn(async move { answer(stream, &AtomicUsize::new(0), &unit).await });
    let path = other.name().unwrap();
    (Connection::Serial(SerialPort { path, baud, parity: Parity::None, stop_bits: 1 }), other)
}

fn frame(unit: u8, pdu: &[u8]) -> Vec<u8> {
    let mut bytes = [&[unit], pdu].concat();
    bytes.extend(crc16(&bytes).to_le_bytes());
    bytes
}

/// Registers that hold their own addresses.
fn right(request: &[u8]) -> Vec<u8> {
    let first = u16::from_be_bytes([request[2], request[3]]);
    let registers = (first..first + u16::from(request[5])).flat_map(u16::to_be_bytes);
    frame(request[0], &[3, request[5] * 2].into_iter().chain(registers).collect::<Vec<_>>())
}

async fn read(link: &Link, unit: u8, address: u16, timeout_ms: u32) -> Result<Vec<u16>, LinkError> {
    let (unit, kind, priority) = (UnitId(unit), RegisterKind::Holding, Priority::Routine);
    link.read(Read { unit, kind, address, quantity: 1, priority, timeout_ms, retries: 0 }).await
}

#[tokio::test]
async fn the_right_reply_is_found_in_noise_byte_by_byte() {
    let noisy = |_: usize, request: &[u8]| {
        let mut damaged = right(request);
        damaged[4] ^= 0x10;
        let before = [&[0xFF, 0, request[0], 3][..], &frame(9, &[3, 2, 7, 7]), &damaged].concat();
        vec![(0, before), (5, right(request)), (5, vec![0; 3])]
    };
    let links = Links::default();
    let (stream, _) = converter(noisy).await;
    let (port, _other) = terminal(9600, noisy);
    for connection in [stream, port] {
        let link = links.handle(&connection, many(4));
        for address in 0..3 {
            assert_eq!(read(&link, 1, address, 1000).await, Ok(vec![address]), "{connection}");
        }
        assert!(links.status(&connection).is_connected());
    }
}

/// The first reply comes after its time: it never answers the next question, which waits for it.
#[tokio::test]
async fn a_late_reply_is_not_taken_for_the_next_one() {
    let slow = |count: usize, request: &[u8]| vec![(if count == 0 { 150 } else { 0 }, right(request))];
    let links = Links::default();
    let (stream, _) = converter(slow).await;
    let (port, _other) = terminal(115_200, slow);
    for connection in [stream, port] {
        let link = links.handle(&connection, many(1));
        assert_eq!(read(&link, 1, 10, 100).await, Err(LinkError::Timeout));
        assert_eq!(read(&link, 1, 20, 1000).await, Ok(vec![20]), "{connection}");
    }
}

#[tokio::test]
async fn one_request_is_under_way_and_a_broadcast_succeeds() {
    let most = Arc::new(AtomicUsize::new(0));
    let seen = most.clone();
    let (connection, _) = converter(move |_: usize, request: &[u8]| {
        seen.fetch_max(request.len(), Ordering::Relaxed);
        if request[0] == 0 { Vec::new() } else { vec![(5, right(request))] }
    })
    .await;
    let link = Links::default().handle(&connection, many(16));
    let reads = (0..10).map(|address| {
        let link = link.clone();
        tokio::spawn(async move { (address, read(&link, 1, address, 1000).await) })
    });
    for task in reads.collect::<Vec<_>>() {
        let (address, values) = task.await.unwrap();
        assert_eq!(values, Ok(vec![address]));
    }
    assert_eq!(most.load(Ordering::Relaxed), 8, "no two requests at once");
    let turn = link.turn(UnitId(0)).await;
    let everyone = turn.write(RegisterKind::Holding, 7, &[5], WriteFunction::Normal, 1000).await;
    drop(turn);
    assert_eq!(everyone, Ok(()));
    assert!(matches!(read(&link, 0, 7, 1000).await, Err(LinkError::Illegal(_))));
}

/// A unit that is away costs the others nothing but time; only long silence of all ends a stream.
#[tokio::test]
async fn silence_is_ordinary_on_a_bus() {
    let (connection, dialled) =
        converter(|_: usize, request: &[u8]| if request[0] == 9 { Vec::new() } else { vec![(0, right(request))] })
            .await;
    let (port, _other) = terminal(9600, |_: usize, _: &[u8]| Vec::new());
    let links = Links::default();
    let link = links.handle(&connection, many(1));
    for round in 0..8 {
        assert_eq!(read(&link, 9, 0, 10).await, Err(LinkError::Timeout));
        assert_eq!(read(&link, 1, round, 1000).await, Ok(vec![round]));
    }
    assert_eq!(dialled.load(Ordering::Relaxed), 1);
    let serial = links.handle(&port, many(1));
    for _ in 0..15 {
        assert_eq!(read(&link, 9, 0, 10).await, Err(LinkError::Timeout));
        assert_eq!(read(&serial, 9, 0, 10).await, Err(LinkError::Timeout));
    }
    assert_eq!(dialled.load(Ordering::Relaxed), 2, "dialled again after 10");
    assert!(links.status(&port).is_connected());
}

/// A line that never falls silent holds no request for ever.
#[tokio::test]
async fn chatter_ends_in_a_time_out() {
    let (mut stream, other) = SerialStream::pair().unwrap();
    tokio::spawn(async move {
        while stream.write_all(&[0x55]).await.is_ok() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    });
    // 3.5 characters take 128 ms at this rate.
    let port = SerialPort { path: other.name().unwrap(), baud: 300, parity: Parity::None, stop_bits: 1 };
    let link = Links::default().handle(&Connection::Serial(port), many(1));
    tokio::time::sleep(Duration::from_millis(20)).await;
    for _ in 0..2 {
        let asked = tokio::time::timeout(Duration::from_secs(5), read(&link, 1, 0, 200)).await;
        assert_eq!(asked, Ok(Err(LinkError::Timeout)));
    }
}

/// An adapter that is pulled out and put in again, under a name that stays.
#[tokio::test]
async fn a_port_that_goes_away_says_so_and_is_opened_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ttyPLANT");
    let plug = || {
        std::fs::remove_file(&path).ok();
        let (stream, other) = SerialStream::pair().unwrap();
        std::os::unix::fs::symlink(other.name().unwrap(), &path).unwrap();
        let unit = |_: usize, request: &[u8]| vec![(0, right(request))];
        (tokio::spawn(async move { answer(stream, &AtomicUsize::new(0), &unit).await }), other)
    };
    let name = path.display().to_string();
    let port = Connection::Serial(SerialPort { path: name, baud: 9600, parity: Parity::None, stop_bits: 1 });
    let links = Links::default();
    let link = links.handle(&port, many(1));
    let error = read(&link, 1, 3, 100).await.unwrap_err();
    assert!(error.to_string().starts_with("NoConnection: no port /"), "{error}");
    assert!(links.status(&port).reason.is_some_and(|reason| reason.contains("plug the adapter in")));
    let (unit, other) = plug();
    tokio::time::sleep(Duration::from_millis(600)).await;
    assert_eq!(read(&link, 1, 3, 1000).await, Ok(vec![3]));
    unit.abort();
    drop(other);
    std::fs::remove_file(&path).unwrap();
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert!(!links.status(&port).is_connected());
    let _adapter = plug();
    assert_eq!(read(&link, 1, 4, 1000).await, Ok(vec![4]));
}
