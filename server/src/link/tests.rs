//! Links against devices that behave, and devices that do not.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::*;

/// A device made of a function from request frame to the bytes it sends.
async fn device(answer: impl Fn(usize, &[u8]) -> Vec<u8> + Send + Sync + 'static) -> Connection {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let answer = Arc::new(answer);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve(stream, answer.clone()));
        }
    });
    Connection::tcp("127.0.0.1", port)
}

/// So many requests at once, without rest between them.
pub fn many(max_in_flight: u8) -> Limits {
    Limits { max_in_flight, request_gap_ms: 0 }
}

async fn serve(mut stream: TcpStream, answer: Arc<impl Fn(usize, &[u8]) -> Vec<u8> + Send + Sync + 'static>) {
    let mut buffer = [0; 300];
    for count in 0.. {
        match stream.read(&mut buffer).await {
            Ok(0) | Err(_) => return,
            Ok(length) => {
                for byte in answer(count, &buffer[..length]) {
                    if stream.write_all(&[byte]).await.is_err() {
                        return;
                    }
                }
            }
        }
    }
}

/// The right reply: as many registers as asked for, each its own address.
fn right(frame: &[u8]) -> Vec<u8> {
    let address = u16::from_be_bytes([frame[8], frame[9]]);
    let quantity = u16::from_be_bytes([frame[10], frame[11]]);
    let mut reply = frame[..4].to_vec();
    reply.extend((3 + 2 * quantity).to_be_bytes());
    reply.extend([frame[6], frame[7], (2 * quantity) as u8]);
    reply.extend((0..quantity).flat_map(|n| (address + n).to_be_bytes()));
    reply
}

async fn ask(
    link: &Link,
    address: u16,
    quantity: u16,
    priority: Priority,
    timeout_ms: u32,
) -> Result<Vec<u16>, LinkError> {
    let (unit, kind) = (UnitId(1), RegisterKind::Holding);
    link.read(Read { unit, kind, address, quantity, priority, timeout_ms, retries: 0 }).await
}

async fn read(link: &Link, address: u16) -> Result<Vec<u16>, LinkError> {
    ask(link, address, 2, Priority::Routine, 150).await
}

#[tokio::test]
async fn replies_arrive_byte_by_byte_and_exceptions_by_name() {
    let links = Links::default();
    let good = links.handle(&device(|_, frame| right(frame)).await, many(1));
    assert_eq!(read(&good, 7).await, Ok(vec![7, 8]));
    let refusing = device(|_, frame| [&frame[..4], &[0, 3, frame[6], frame[7] | 0x80, 11]].concat()).await;
    let error = read(&links.handle(&refusing, many(1)), 7).await.unwrap_err();
    assert_eq!(error.to_string(), "MODBUS exception: GatewayTargetDeviceFailedToRespond");
}

/// A device that answers each request only when the next one comes: no value is ever taken for
/// another's, and a neighbour is not disturbed.
#[tokio::test]
async fn a_reply_too_late_is_never_taken_for_the_next_one() {
    let links = Links::default();
    let previous = Mutex::new(Vec::new());
    let late = device(move |_, frame| std::mem::replace(&mut *previous.lock(), right(frame))).await;
    let (late, good) = (links.handle(&late, many(1)), links.handle(&device(|_, frame| right(frame)).await, many(1)));
    for address in 0..5 {
        let (wrong, fine) = tokio::join!(read(&late, address * 10), read(&good, address));
        assert_eq!(wrong, Err(LinkError::Timeout));
        assert_eq!(fine, Ok(vec![address, address + 1]));
    }
}

#[tokio::test]
async fn a_connection_that_is_closed_or_refused_says_so_and_is_dialled_again() {
    let links = Links::default();
    // Answers the first request of a connection, then hangs up on the second.
    let closing = device(|count, frame| if count == 0 { right(frame) } else { Vec::new() }).await;
    let link = links.handle(&closing, many(1));
    assert_eq!(read(&link, 1).await, Ok(vec![1, 2]));
    assert!(links.status(&closing).is_connected());
    let nobody = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = nobody.local_addr().unwrap().port();
    drop(nobody);
    let gone = Connection::tcp("127.0.0.1", port);
    let link = links.handle(&gone, many(1));
    assert!(matches!(read(&link, 1).await, Err(LinkError::Connect(_))));
    assert!(!links.status(&gone).is_connected());
    assert!(links.status(&gone).reason.is_some());
}

#[tokio::test]
async fn bytes_that_are_no_modbus_end_the_connection_not_the_link() {
    let links = Links::default();
    let odd = device(|count, frame| if count == 0 { b"HTTP/1.1 400\r\n".to_vec() } else { right(frame) }).await;
    let link = links.handle(&odd, many(1));
    // Both attempts of a read meet a fresh connection, whose first answer is no frame.
    assert_eq!(read(&link, 1).await, Err(LinkError::Closed));
}

#[tokio::test]
async fn urgent_requests_overtake_routine_ones() {
    let order = Arc::new(Mutex::new(Vec::new()));
    let seen = order.clone();
    let slow = device(move |_, frame| {
        seen.lock().push(u16::from_be_bytes([frame[8], frame[9]]));
        std::thread::sleep(std::time::Duration::from_millis(30));
        right(frame)
    })
    .await;
    let links = Links::default();
    let link = links.handle(&slow, many(1));
    let routine = (0..5).map(|address| {
        let link = link.clone();
        tokio::spawn(async move { read(&link, address).await })
    });
    let routine: Vec<_> = routine.collect();
    tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    ask(&link, 100, 1, Priority::Urgent, 1000).await.unwrap();
    for task in routine {
        task.await.unwrap().ok();
    }
    let place = order.lock().iter().position(|address| *address == 100).unwrap();
    assert!(place <= 2, "{:?}", order.lock());
}
