//! Core's machines against tokio-modbus, both ways: on TCP, on serial frames in a TCP stream, and on
//! pseudo-terminals at 9600 and 115200 baud.

use std::collections::HashMap;
use std::future::{Ready, ready};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use parabus_core::contract::modbus::{
    ClientOptions, Frame, ModbusClient, ModbusServer, NewModbusClient, NewModbusServer, PollClient, Receive,
    RequestFrame, Tables,
};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_modbus::client::{Client as _, Context, Reader, Writer, rtu, tcp};
use tokio_modbus::server::Service;
use tokio_modbus::slave::{Slave, SlaveContext};
use tokio_modbus::{ExceptionCode, Request, Response};
use tokio_serial::{SerialPort, SerialStream};

const UNIT: u8 = 7;
const BAUDS: [u32; 2] = [9600, 115_200];

/// Two ends of a serial line.
fn line(baud: u32) -> (SerialStream, SerialStream) {
    let (mut near, far) = SerialStream::pair().expect("a pseudo-terminal");
    near.set_baud_rate(baud).expect("a rate");
    (near, far)
}

async fn tcp_pair() -> (TcpStream, TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let (near, far) = tokio::join!(TcpStream::connect(address), listener.accept());
    (near.expect("a connection"), far.expect("a connection").0)
}

/// Drives the client's machine over a stream, request by request.
async fn ask(stream: &mut (impl AsyncRead + AsyncWrite + Unpin), transport: &str, frames: &[Frame]) -> Vec<Frame> {
    let baud = (transport == "rtu").then_some(BAUDS[1]);
    let options = ClientOptions { timeout_ms: 2000, baud, ..ClientOptions::default() };
    let mut client =
        ModbusClient::new(&NewModbusClient { transport: transport.to_owned(), options }).expect("a client");
    let started = Instant::now();
    let now_ms = || started.elapsed().as_secs_f64() * 1000.0 + 10.0;
    let mut replies = Vec::new();
    for frame in frames {
        let asked = client.request(&RequestFrame { frame: frame.clone(), now_ms: now_ms() }).expect("a request");
        let (mut send, mut deadline) = (asked.send, asked.deadline_ms);
        let reply = loop {
            stream.write_all(&send).await.expect("sent");
            let wait = Duration::from_secs_f64((deadline.expect("under way") - now_ms()).max(0.0) / 1000.0);
            let mut buffer = [0; 64];
            let step = match tokio::time::timeout(wait, stream.read(&mut buffer)).await {
                Ok(read) => {
                    let data = buffer[..read.expect("bytes")].to_vec();
                    client.receive(&Receive { data, now_ms: now_ms() }).expect("in step")
                }
                Err(_) => client.poll(&PollClient { now_ms: now_ms() }).expect("in step"),
            };
            if let Some(event) = step.events.into_iter().next() {
                assert_eq!(event.kind, "reply", "{frame:?}");
                break event.frame.expect("a frame");
            }
            (send, deadline) = (step.send, step.deadline_ms);
        };
        replies.push(reply);
    }
    replies
}

/// A device of tokio-modbus.
#[derive(Clone, Default)]
struct Device(Arc<Mutex<HashMap<u16, u16>>>);

impl Service for Device {
    type Request = Request<'static>;
    type Response = Response;
    type Exception = ExceptionCode;
    type Future = Ready<Result<Response, ExceptionCode>>;

    fn call(&self, request: Request<'static>) -> Self::Future {
        let mut registers = self.0.lock().expect("registers");
        ready(match request {
            Request::ReadHoldingRegisters(address, count) if address < 1000 => {
                let get = |place| registers.get(&place).copied().unwrap_or(place);
                Ok(Response::ReadHoldingRegisters((address..address + count).map(get).collect()))
            }
            Request::ReadCoils(_, count) => {
                Ok(Response::ReadCoils((0..count).map(|place| place.is_multiple_of(2)).collect()))
            }
            Request::WriteSingleRegister(address, value) => {
                registers.insert(address, value);
                Ok(Response::WriteSingleRegister(address, value))
            }
            Request::WriteMultipleRegisters(address, values) => {
                registers.extend((address..).zip(values.iter().copied()));
                Ok(Response::WriteMultipleRegisters(address, values.len() as u16))
            }
            Request::MaskWriteRegister(address, and, or) => Ok(Response::MaskWriteRegister(address, and, or)),
            Request::ReadWriteMultipleRegisters(_, count, address, values) => {
                registers.extend((address..).zip(values.iter().copied()));
                Ok(Response::ReadWriteMultipleRegisters((0..count).collect()))
            }
            Request::ReadHoldingRegisters(..) => Err(ExceptionCode::IllegalDataAddress),
            _ => Err(ExceptionCode::IllegalFunction),
        })
    }
}

fn requests() -> Vec<Frame> {
    let frame = |function_code| Frame { unit_id: Some(UNIT), function_code, ..Frame::default() };
    let read = |address, quantity| Frame { address: Some(address), quantity: Some(quantity), ..frame(3) };
    vec![
        read(10, 3),
        read(0, 125),
        Frame { address: Some(0), quantity: Some(5), ..frame(1) },
        Frame { address: Some(20), value: Some(parabus_core::contract::modbus::BitOrWord::Word(4711)), ..frame(6) },
        Frame { address: Some(21), values: Some(vec![1, 65_535]), ..frame(16) },
        read(20, 3),
        Frame { address: Some(4), and_mask: Some(242), or_mask: Some(37), ..frame(22) },
        Frame {
            read_address: Some(3),
            read_quantity: Some(2),
            write_address: Some(30),
            values: Some(vec![9]),
            ..frame(23)
        },
        read(2000, 1),
        Frame { address: Some(1), ..frame(24) },
    ]
}

fn check(replies: &[Frame]) {
    let values = |index: usize| replies[index].values.clone().expect("registers");
    assert_eq!(values(0), [10, 11, 12]);
    assert_eq!(values(1), (0..125).collect::<Vec<u16>>());
    assert_eq!(replies[2].bits, Some(vec![true, false, true, false, true]));
    assert_eq!(replies[4].quantity, Some(2));
    assert_eq!(values(5), [4711, 1, 65_535]);
    assert_eq!((replies[6].and_mask, replies[6].or_mask), (Some(242), Some(37)));
    assert_eq!(values(7), [0, 1]);
    assert_eq!((replies[8].exception_code, replies[9].exception_code), (Some(2), Some(1)));
}

#[tokio::test]
async fn our_client_asks_tokio_modbus_on_tcp() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let server = tokio::spawn(async move {
        let accept = |stream, peer| async move {
            tokio_modbus::server::tcp::accept_tcp_connection(stream, peer, |_| Ok(Some(Device::default())))
        };
        let server = tokio_modbus::server::tcp::Server::new(listener);
        server.serve(&accept, |error| panic!("{error}")).await.expect("served");
    });
    let mut stream = TcpStream::connect(address).await.expect("a connection");
    check(&ask(&mut stream, "tcp", &requests()).await);
    server.abort();
}

#[tokio::test]
async fn our_client_asks_tokio_modbus_on_a_serial_line() {
    for baud in BAUDS {
        let (mut near, far) = line(baud);
        let server = tokio::spawn(tokio_modbus::server::rtu::Server::new(far).serve_forever(Device::default()));
        check(&ask(&mut near, "rtu", &requests()).await);
        server.abort();
    }
}

fn bank() -> Tables {
    Tables {
        holding: Some((0..200).map(|address| (address, address + 1000)).collect()),
        input: Some([(0, 17_254), (1, 13_107)].into()),
        coil: Some((0..16).map(|address| (address, address % 3 == 0)).collect()),
        ..Tables::default()
    }
}

/// Plays the server's machine on a stream until it ends; the bank as it is left.
async fn play(mut stream: impl AsyncRead + AsyncWrite + Unpin, transport: &str) -> Tables {
    let new = NewModbusServer { unit_ids: vec![UNIT], transport: transport.to_owned(), echo: false };
    let (mut server, mut bank) = (ModbusServer::new(&new).expect("a server"), bank());
    let mut buffer = [0; 64];
    // A terminal whose other end is closed fails, a socket ends.
    while let Ok(count @ 1..) = stream.read(&mut buffer).await {
        let call = Receive { data: buffer[..count].to_vec(), now_ms: 0.0 };
        let reply = server.receive(&call, &mut bank).expect("in step");
        stream.write_all(&reply).await.expect("sent");
    }
    bank
}

async fn lead(mut client: Context) {
    client.set_slave(Slave(UNIT));
    let read = client.read_holding_registers(10, 3).await.expect("a reply").expect("registers");
    assert_eq!(read, [1010, 1011, 1012]);
    assert_eq!(client.read_holding_registers(0, 125).await.expect("a reply").expect("registers").len(), 125);
    let inputs = client.read_input_registers(0, 2).await.expect("a reply").expect("registers");
    assert_eq!(inputs, [17_254, 13_107]);
    let coils = client.read_coils(0, 4).await.expect("a reply").expect("bits");
    assert_eq!(coils, [true, false, false, true]);
    client.write_single_register(20, 4711).await.expect("a reply").expect("written");
    client.write_multiple_registers(21, &[1, 65_535]).await.expect("a reply").expect("written");
    client.write_single_coil(1, true).await.expect("a reply").expect("written");
    client.write_multiple_coils(2, &[true, true]).await.expect("a reply").expect("written");
    client.masked_write_register(30, 0xF2, 0x25).await.expect("a reply").expect("written");
    let both = client.read_write_multiple_registers(20, 3, 40, &[9]).await.expect("a reply").expect("registers");
    assert_eq!(both, [4711, 1, 65_535]);
    let refused = client.read_holding_registers(5000, 1).await.expect("a reply");
    assert_eq!(refused, Err(ExceptionCode::IllegalDataAddress));
    let unknown = client.read_discrete_inputs(0, 1).await.expect("a reply");
    assert_eq!(unknown, Err(ExceptionCode::IllegalFunction));
    client.disconnect().await.ok();
}

fn is_as_written(bank: &Tables) {
    let (holding, coil) = (bank.holding.as_ref().expect("registers"), bank.coil.as_ref().expect("coils"));
    let register = |address: u16| holding.get(&address).copied();
    assert_eq!([20, 21, 22, 23].map(register), [Some(4711), Some(1), Some(65_535), Some(1023)]);
    assert_eq!([30, 40].map(register), [Some(1030 & 0xF2 | 0x25 & !0xF2), Some(9)]);
    assert_eq!((0..5).map(|address| coil[&address]).collect::<Vec<_>>(), [true, true, true, true, false]);
}

#[tokio::test]
async fn tokio_modbus_asks_our_server_on_tcp() {
    let (near, far) = tcp_pair().await;
    let server = tokio::spawn(async move { play(far, "tcp").await });
    lead(tcp::attach(near)).await;
    is_as_written(&server.await.expect("played"));
}

#[tokio::test]
async fn tokio_modbus_asks_our_server_with_serial_frames_in_a_stream() {
    let (near, far) = tcp_pair().await;
    let server = tokio::spawn(async move { play(far, "rtu").await });
    lead(rtu::attach(near)).await;
    is_as_written(&server.await.expect("played"));
}

#[tokio::test]
async fn tokio_modbus_asks_our_server_on_a_serial_line() {
    for baud in BAUDS {
        let (near, far) = line(baud);
        let server = tokio::spawn(async move { play(near, "rtu").await });
        lead(rtu::attach(far)).await;
        is_as_written(&server.await.expect("played"));
    }
}
