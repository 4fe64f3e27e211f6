//! Controllers made by hand against the listener and against the identification.

use parabus_core::modbus::tcp::Frame;
use parabus_core::modbus::{Activation, Identity};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, DuplexStream};

use super::identify::identify;
use super::*;
use crate::model::{Disabled, DisabledBy, Net};

/// DOMAIN.md 2.10: an OPCB-221 that has no code yet.
const FRAME: [u8; 31] = [
    0, 0, 0, 0, 0, 0x19, 0x6F, 3, 0x16, 0, 0x2A, 0, 5, 0, 0xD8, 0, 0x80, 0, 0x39, 0, 0x4E, 0, 0x8D, 0, 0xE9, 0, 1,
    0x05, 0xF5, 0xE1, 0,
];
const ADDRESS: Mac = Mac([0xD8, 0x80, 0x39, 0x4E, 0x8D, 0xE9]);

/// A controller whose registers are a list of spans. Gives every request that it heard when its line ends.
async fn play(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    unit: u8,
    mut spans: Vec<(u16, Vec<u16>)>,
) -> Vec<Vec<u8>> {
    let mut heard = Vec::new();
    let mut buffer = [0; 260];
    while let Ok(length @ 1..) = stream.read(&mut buffer).await {
        let frame = Frame::parse(&buffer[..length]).unwrap();
        heard.push(frame.pdu.to_vec());
        let (function, address) = (frame.pdu[0], u16::from_be_bytes([frame.pdu[1], frame.pdu[2]]));
        let count = u16::from_be_bytes([frame.pdu[3], frame.pdu[4]]);
        let span = spans
            .iter_mut()
            .find(|(first, span)| *first <= address && usize::from(address - first) + usize::from(count) <= span.len());
        let place = span.map(|(first, span)| &mut span[usize::from(address - *first)..][..usize::from(count)]);
        let pdu = match (place, function) {
            (Some(place), 3) if frame.unit_id.0 == unit => {
                let mut pdu = vec![3, (2 * count) as u8];
                pdu.extend(place.iter().flat_map(|register| register.to_be_bytes()));
                pdu
            }
            (Some(place), 16) if frame.unit_id.0 == unit => {
                for (register, bytes) in place.iter_mut().zip(frame.pdu[6..].chunks(2)) {
                    *register = u16::from_be_bytes([bytes[0], bytes[1]]);
                }
                frame.pdu[..5].to_vec()
            }
            _ => vec![function | 0x80, 2],
        };
        let mut reply = buffer[..4].to_vec();
        reply.extend((pdu.len() as u16 + 1).to_be_bytes());
        reply.push(buffer[6]);
        reply.extend(pdu);
        if stream.write_all(&reply).await.is_err() {
            break;
        }
    }
    heard
}

fn line() -> (DuplexStream, DuplexStream) {
    tokio::io::duplex(4096)
}

#[tokio::test(start_paused = true)]
async fn the_unasked_frame_says_who_it_is_however_it_is_cut() {
    for cut in 0..FRAME.len() {
        let (ours, mut its) = line();
        tokio::spawn(async move {
            its.write_all(&FRAME[..cut]).await.unwrap();
            tokio::time::sleep(Duration::from_secs(5)).await;
            its.write_all(&FRAME[cut..]).await.unwrap();
            its.write_all(&[9, 9]).await.unwrap();
            std::future::pending::<()>().await;
        });
        let known = identify(ours).await.unwrap();
        assert_eq!((known.unit, Mac(known.identity.mac), known.identity.device_type), (UnitId(111), ADDRESS, 42));
        assert!(known.early.len() <= 2, "the bytes behind it are kept");
    }
}

#[tokio::test(start_paused = true)]
async fn one_that_says_nothing_is_asked() {
    let identity: Vec<u16> = FRAME[9..].chunks(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]])).collect();
    for unit in [255, 111, 1] {
        let (ours, its) = line();
        tokio::spawn(play(its, unit, vec![(1000, identity.clone())]));
        let known = identify(ours).await.unwrap();
        assert_eq!((known.unit.0, Mac(known.identity.mac)), (unit, ADDRESS));
    }
    // Newer gateways: type and firmware at 0, the rest at 102, and other settings from 1000 on.
    let (ours, its) = line();
    let spans = vec![(0, identity[..2].to_vec()), (102, identity[2..].to_vec()), (1000, vec![700; 11])];
    tokio::spawn(play(its, 111, spans));
    let known = identify(ours).await.unwrap();
    assert_eq!((known.unit.0, Mac(known.identity.mac), known.identity.device_type), (111, ADDRESS, 42));
}

#[tokio::test(start_paused = true)]
async fn an_identity_without_an_address_or_with_unit_0_is_none() {
    for (place, byte) in [(6, 0), (usize::MAX, 0x00), (usize::MAX, 0xFF)] {
        let mut frame = FRAME;
        match frame.get_mut(place) {
            Some(unit) => *unit = byte,
            // The address: a byte in each of six registers.
            None => frame[13..25].chunks_mut(2).for_each(|register| register[1] = byte),
        }
        let (ours, mut its) = line();
        its.write_all(&frame).await.unwrap();
        let refused = identify(ours).await.unwrap_err();
        assert!(refused.starts_with("its identity has no hardware address"), "{refused}");
    }
}

#[tokio::test(start_paused = true)]
async fn whoever_talks_without_end_is_sent_away() {
    let (ours, mut its) = line();
    tokio::spawn(async move {
        let stray = [0, 9, 0, 0, 0, 3, 1, 0x83, 2];
        while its.write_all(&stray).await.is_ok() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    });
    let begun = tokio::time::Instant::now();
    assert!(identify(ours).await.is_err());
    assert!(begun.elapsed() < Duration::from_secs(30), "{:?}", begun.elapsed());
}

/// It may speak while its registers are read; then its word counts.
#[tokio::test(start_paused = true)]
async fn a_late_word_still_counts() {
    let (ours, mut its) = line();
    tokio::spawn(async move {
        tokio::time::sleep(Duration::from_secs(11)).await;
        its.write_all(&FRAME).await.unwrap();
        std::future::pending::<()>().await;
    });
    assert_eq!(identify(ours).await.unwrap().unit, UnitId(111));
}

#[tokio::test(start_paused = true)]
async fn whoever_is_no_controller_is_sent_away() {
    let (ours, mut its) = line();
    its.write_all(b"GET / HTTP/1.1\r\n\r\n").await.unwrap();
    assert!(identify(ours).await.unwrap_err().starts_with("not Modbus TCP"));
    let (ours, its) = line();
    drop(its);
    assert_eq!(identify(ours).await.unwrap_err(), "it hung up");
    let (ours, _silent) = line();
    let began = tokio::time::Instant::now();
    identify(ours).await.unwrap_err();
    assert!(began.elapsed() < Duration::from_secs(40), "a silent caller does not stay for ever");
    // Registers that hold no address of anything.
    for registers in [vec![0; 11], vec![700; 11], vec![42, 5, 1, 2, 3, 4, 5, 6, 16, 0, 0]] {
        let (ours, its) = line();
        tokio::spawn(play(its, 255, vec![(1000, registers)]));
        assert!(identify(ours).await.unwrap_err().starts_with("it did not say"));
    }
}

/// A listener on a configuration that a test changes.
struct Server {
    links: Arc<Links>,
    address: SocketAddr,
    directory: watch::Sender<Arc<Directory>>,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn net(device_passwords: &[&str], is_disabled: bool) -> Net {
    Net {
        id: 1,
        org_id: 1,
        name: "n".into(),
        slug: "n".into(),
        description: None,
        created_on: clock::now(),
        disabled: is_disabled.then(|| Disabled { on: clock::now(), by: DisabledBy::User, note: None }),
        connection: Connection::Backward(ADDRESS),
        is_vpn: false,
        sku: None,
        solution: "standalone".into(),
        controller_unit_id: UnitId(111),
        device_passwords: device_passwords.iter().map(|&text| text.into()).collect(),
        max_inflight_requests: 8,
        request_gap_ms: 0,
    }
}

fn directory(nets: impl IntoIterator<Item = Net>) -> Arc<Directory> {
    Arc::new(Directory { nets: nets.into_iter().map(|net| (net.id, net)).collect(), ..Directory::default() })
}

async fn server(nets: impl IntoIterator<Item = Net>) -> Server {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (sender, receiver) = watch::channel(directory(nets));
    let links: Arc<Links> = Arc::default();
    let task = tokio::spawn(listen(listener, 10, links.clone(), receiver));
    Server { links, address, directory: sender, task }
}

fn spans(activation: Activation) -> Vec<(u16, Vec<u16>)> {
    let identity = Identity {
        device_type: 23,
        firmware: 5,
        mac: ADDRESS.0,
        is_mac_unique: true,
        has_code: false,
        wants_code: false,
        is_activated: activation == Activation::Activated,
        activation: Some(activation),
    };
    vec![(0, vec![23, 5]), (100, vec![0; 20]), (1000, identity.registers().to_vec())]
}

async fn until<T>(mut what: impl FnMut() -> Option<T>) -> T {
    for _ in 0..500 {
        if let Some(found) = what() {
            return found;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("did not happen within 5 s");
}

async fn call(server: &Server) -> tokio::task::JoinHandle<Vec<Vec<u8>>> {
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    stream.write_all(&FRAME).await.unwrap();
    tokio::spawn(play(stream, 111, spans(Activation::Unassigned)))
}

/// Requests to write from this register on.
fn writes(heard: &[Vec<u8>], address: u16) -> Vec<Vec<u8>> {
    let [high, low] = address.to_be_bytes();
    heard.iter().filter(|pdu| pdu.starts_with(&[16, high, low])).map(|pdu| pdu[6..].to_vec()).collect()
}

#[tokio::test]
async fn an_unknown_controller_gets_a_code_and_a_bound_one_is_activated_and_let_in() {
    let server = server([]).await;
    let controller = call(&server).await;
    let shown = until(|| server.links.controllers().find(ADDRESS)?.code).await;
    assert!((10_000_000..=99_999_999).contains(&shown));
    assert_eq!(server.links.controllers().find_code(shown).unwrap().unit, UnitId(111));
    assert_eq!(server.links.controllers().find_code(shown - 1), None);
    let link = server.links.handle(&Connection::Backward(ADDRESS), Limits::default());
    assert!(link.status().is_connected() && link.status().peer.is_some());
    until(|| futures_util::FutureExt::now_or_never(read(&link, UnitId(111), 0, 2)).or(Some(Ok(vec![])))).await.unwrap();
    assert_eq!(read(&link, UnitId(111), 0, 2).await, Ok(vec![23, 5]));

    server.directory.send_replace(directory([net(&["open"], false)]));
    until(|| (read_code(&server) == Some(None)).then_some(())).await;
    tokio::time::sleep(Duration::from_millis(200)).await;
    server.links.drop_connection(&Connection::Backward(ADDRESS));
    let heard = controller.await.unwrap();
    let [a, b, c, d] = shown.to_be_bytes();
    assert_eq!(writes(&heard, 1009), [vec![a, b, c, d], vec![0; 4]]);
    let password = &writes(&heard, 100)[0];
    assert_eq!((&password[..10], password.len()), (&[0, b'o', 0, b'p', 0, b'e', 0, b'n', 0, 0][..], 40));
    until(|| server.links.controllers().find(ADDRESS).is_none().then_some(())).await;
    assert_eq!(link.status().reason.as_deref(), Some("dropped on request"));
    assert_eq!(read(&link, UnitId(111), 0, 2).await, Err(LinkError::Connect("dropped on request".into())));
}

fn read_code(server: &Server) -> Option<Option<u32>> {
    server.links.controllers().find(ADDRESS).map(|controller| controller.code)
}

#[tokio::test]
async fn who_dials_in_again_replaces_its_older_connection() {
    let server = server([net(&[], true)]).await;
    let older = call(&server).await;
    until(|| server.links.controllers().find(ADDRESS)).await;
    let newer = call(&server).await;
    let heard = tokio::time::timeout(Duration::from_secs(5), older).await.unwrap().unwrap();
    assert!(heard.len() <= 4, "{heard:?}");
    let link = server.links.handle(&Connection::Backward(ADDRESS), Limits::default());
    assert_eq!(read(&link, UnitId(111), 0, 2).await, Ok(vec![23, 5]));
    assert!(server.links.controllers().find(ADDRESS).is_some(), "the older one's end does not strike the newer off");
    assert!(!newer.is_finished());
}

#[tokio::test]
async fn before_it_dials_in_requests_fail_at_once() {
    let links = Links::default();
    let link = links.handle(&Connection::Backward(ADDRESS), Limits::default());
    let error = read(&link, UnitId(1), 0, 1).await.unwrap_err();
    assert_eq!(error.to_string(), "NoConnection: the controller has not dialled in");
}

/// On a stopped clock: a silent line is kept alive, and a dead one is noticed.
#[tokio::test(start_paused = true)]
async fn a_silent_controller_is_asked_after_25_s() {
    let links = Links::default();
    let link = links.handle(&Connection::Backward(ADDRESS), Limits::default());
    let (ours, its) = line();
    let (ended, mut end) = oneshot::channel();
    let peer = SocketAddr::from(([127, 0, 0, 1], 1));
    link.arrive(Arrival { stream: Box::new(ours), peer, early: Vec::new(), ended }).await;
    let controller = tokio::spawn(play(its, 111, spans(Activation::Activated)));
    let hour = tokio::time::sleep(Duration::from_secs(3600));
    tokio::select! {
        () = hour => {}
        () = async { loop { keep_alive(&link, UnitId(111)).await } } => {}
        _ = &mut end => panic!("the line ended"),
    }
    drop(link);
    let heard = controller.await.unwrap();
    assert!((140..=145).contains(&heard.len()), "{} requests in an hour", heard.len());
    assert!(heard.iter().all(|pdu| pdu[..] == [3, 0, 0, 0, 1]));

    let link = links.handle(&Connection::Backward(ADDRESS), Limits::default());
    let (ours, _dead) = line();
    let (ended, end) = oneshot::channel();
    link.arrive(Arrival { stream: Box::new(ours), peer, early: Vec::new(), ended }).await;
    let began = tokio::time::Instant::now();
    tokio::select! {
        _ = end => {}
        () = async { loop { keep_alive(&link, UnitId(111)).await } } => {}
    }
    assert!(began.elapsed() < Duration::from_secs(60), "{:?}", began.elapsed());
    assert!(!link.status().is_connected());
}
