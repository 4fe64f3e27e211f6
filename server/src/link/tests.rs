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
    assert!(matches!(read(&link, 1).await, Err(LinkError::Closed(reason)) if reason.starts_with("not Modbus TCP")));
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

/// The units that a device was asked for, in order.
async fn listening(
    answers: impl Fn(u8) -> bool + Send + Sync + 'static,
    each: std::time::Duration,
) -> (Connection, Arc<Mutex<Vec<u8>>>) {
    let order = Arc::new(Mutex::new(Vec::new()));
    let seen = order.clone();
    let connection = device(move |_, frame| {
        seen.lock().push(frame[6]);
        std::thread::sleep(each);
        if answers(frame[6]) { right(frame) } else { Vec::new() }
    });
    (connection.await, order)
}

async fn ask_unit(link: &Link, unit: u8, priority: Priority, timeout_ms: u32) -> Result<Vec<u16>, LinkError> {
    let (unit, kind) = (UnitId(unit), RegisterKind::Holding);
    link.read(Read { unit, kind, address: 0, quantity: 1, priority, timeout_ms, retries: 0 }).await
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_asks_without_end_leaves_every_fourth_request_to_polls() {
    let (connection, order) = listening(|_| true, std::time::Duration::from_millis(5)).await;
    let links = Links::default();
    let link = links.handle(&connection, many(1));
    let people = (0..6).map(|_| {
        let link = link.clone();
        tokio::spawn(async move {
            for _ in 0..20 {
                ask_unit(&link, 1, Priority::Urgent, 1000).await.unwrap();
            }
        })
    });
    let people: Vec<_> = people.collect();
    for _ in 0..10 {
        ask_unit(&link, 2, Priority::Routine, 1000).await.unwrap();
    }
    let order = order.lock().clone();
    let polls = order.iter().filter(|unit| **unit == 2).count();
    assert!(polls >= 10 && order.len() <= 60, "{order:?}");
    for person in people {
        person.await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_silent_unit_that_many_ask_for_delays_a_poll_by_one_time_out() {
    let (connection, order) = listening(|unit| unit != 9, std::time::Duration::ZERO).await;
    let links = Links::default();
    let link = links.handle(&connection, many(1));
    let people = (0..20).map(|_| {
        let link = link.clone();
        tokio::spawn(async move { ask_unit(&link, 9, Priority::Urgent, 100).await })
    });
    let people: Vec<_> = people.collect();
    tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    let begun = std::time::Instant::now();
    assert!(ask_unit(&link, 2, Priority::Routine, 1000).await.is_ok());
    assert!(begun.elapsed() < std::time::Duration::from_millis(250), "{:?}", begun.elapsed());
    for person in people {
        assert_eq!(person.await.unwrap(), Err(LinkError::Timeout));
    }
    // Whoever asked before the first time-out is answered by it.
    assert!(order.lock().iter().filter(|unit| **unit == 9).count() <= 4, "{:?}", order.lock());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_waits_for_any_more_is_not_sent() {
    let (connection, order) = listening(|_| true, std::time::Duration::from_millis(50)).await;
    let links = Links::default();
    let link = links.handle(&connection, many(1));
    let people: Vec<_> = (0..10)
        .map(|_| {
            let link = link.clone();
            tokio::spawn(async move { ask_unit(&link, 1, Priority::Urgent, 1000).await })
        })
        .collect();
    tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    people.iter().for_each(|person| person.abort());
    ask_unit(&link, 2, Priority::Urgent, 1000).await.unwrap();
    assert!(order.lock().len() <= 4, "{:?}", order.lock());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_that_hangs_up_at_once_is_not_dialled_without_end() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let connection = Connection::tcp("127.0.0.1", listener.local_addr().unwrap().port());
    let dialled = Arc::new(Mutex::new(0));
    let count = dialled.clone();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            *count.lock() += 1;
            drop(stream);
        }
    });
    let links = Links::default();
    let link = links.handle(&connection, many(1));
    let until = std::time::Instant::now() + std::time::Duration::from_millis(1500);
    while std::time::Instant::now() < until {
        assert!(ask_unit(&link, 1, Priority::Urgent, 1000).await.is_err());
    }
    assert!(*dialled.lock() <= 12, "{} times", dialled.lock());
}

/// A gateway that hangs up on one unit: requests of the others wait for the next stream, however often.
#[tokio::test(flavor = "multi_thread")]
async fn a_unit_that_ends_every_stream_costs_its_neighbours_nothing() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let connection = Connection::tcp("127.0.0.1", listener.local_addr().unwrap().port());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut buffer = [0; 300];
            while let Ok(length @ 1..) = stream.read(&mut buffer).await
                && buffer[6] != 9
                && stream.write_all(&right(&buffer[..length])).await.is_ok()
            {}
        }
    });
    let links = Links::default();
    let link = links.handle(&connection, many(1));
    let people = (0..6).map(|_| {
        let link = link.clone();
        tokio::spawn(async move {
            for _ in 0..3 {
                ask_unit(&link, 9, Priority::Urgent, 1000).await.unwrap_err();
            }
        })
    });
    let people: Vec<_> = people.collect();
    for _ in 0..6 {
        assert_eq!(ask_unit(&link, 2, Priority::Routine, 1000).await, Ok(vec![0]));
    }
    assert!(!people.iter().all(tokio::task::JoinHandle::is_finished), "they ended the streams meanwhile");
    for person in people {
        person.await.unwrap();
    }
}

/// A device that hangs up behind every reply: what is written meets a new connection.
#[tokio::test(flavor = "multi_thread")]
async fn a_write_is_not_sent_into_a_stream_that_has_ended() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let connection = Connection::tcp("127.0.0.1", listener.local_addr().unwrap().port());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut buffer = [0; 300];
            let Ok(length) = stream.read(&mut buffer).await else { continue };
            let frame = &buffer[..length];
            let reply = if frame.get(7) == Some(&6) { frame.to_vec() } else { right(frame) };
            stream.write_all(&reply).await.ok();
        }
    });
    let links = Links::default();
    let link = links.handle(&connection, many(1));
    for value in 0..20 {
        ask_unit(&link, 1, Priority::Urgent, 1000).await.unwrap();
        // The end of a stream travels behind its reply.
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        let turn = link.turn(UnitId(1)).await;
        turn.write(RegisterKind::Holding, 7, &[value], WriteFunction::Normal, 1000).await.unwrap();
    }
}
