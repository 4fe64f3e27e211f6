//! The client as a machine: `ModbusClient`. Requests queue up, so that whoever uses it needs not know
//! when the line is free.

use alloc::boxed::Box;
use alloc::collections::{BTreeMap, VecDeque};
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use super::frame::{emit_request, need, of_response};
use super::{Frame, Transport, micros, millis, unknown};
use crate::contract::Error;
use crate::error::ErrorKind;
use crate::modbus::client::{ClientError, Event, Machine, Poll, RequestId, Stray};
use crate::modbus::{Identity, Line, MAX_PDU, Request, UnitId, UnitSet, ascii, rtu, tcp};

/// Requests that a TCP connection has room for at once (TCP guide, 4.3: up to 16).
const MOST_IN_FLIGHT: usize = 16;

/// What makes a [`ModbusClient`].
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewModbusClient {
    /// `rtu`, `tcp` or `ascii`.
    pub transport: String,
    /// How it asks.
    #[serde(default)]
    pub options: ClientOptions,
}

/// How a client asks.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ClientOptions {
    /// How long a reply is waited for beyond its time on the line, milliseconds.
    pub timeout_ms: u32,
    /// How often a request is sent again when no reply comes.
    pub retries: u8,
    /// Requests at once on TCP, 1..=16; a serial line carries one.
    pub max_in_flight: u8,
    /// Rate of the serial line, whose silences are kept then; without it frames come through a stream.
    pub baud: Option<u32>,
    /// Discards a frame with a silence in it: for programs that see each byte when it comes.
    pub strict: bool,
    /// What is sent comes back first.
    pub echo: bool,
}

impl Default for ClientOptions {
    fn default() -> Self {
        ClientOptions { timeout_ms: 1000, retries: 0, max_in_flight: 1, baud: None, strict: false, echo: false }
    }
}

impl ClientOptions {
    fn line(&self, transport: Transport) -> Line {
        let line = match (self.baud, transport) {
            (Some(baud), Transport::Ascii) => Line::ascii(baud),
            (Some(baud), _) => Line::serial(baud),
            (None, _) => Line::stream(),
        };
        let line = if self.strict { line.strict() } else { line };
        if self.echo { line.with_echo() } else { line }
    }
}

/// Call of [`ModbusClient::request`].
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RequestFrame {
    /// Fields of the request; a `transaction_id` is chosen by the client.
    pub frame: Frame,
    /// Milliseconds of any clock that does not go back.
    #[serde(alias = "nowMs")]
    pub now_ms: f64,
}

/// Bytes that came, and when the last of them did.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Receive {
    /// Any number of bytes.
    pub data: Vec<u8>,
    /// Milliseconds of any clock that does not go back.
    #[serde(alias = "nowMs")]
    pub now_ms: f64,
}

/// A time.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PollClient {
    /// Milliseconds of any clock that does not go back.
    #[serde(alias = "nowMs")]
    pub now_ms: f64,
}

/// What is to be done, and what happened.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct ClientStep {
    /// Bytes to send now; often none.
    pub send: Vec<u8>,
    /// What happened, in order.
    pub events: Vec<ClientEvent>,
    /// When to call `poll`, if no bytes come before; nothing is under way without it.
    pub deadline_ms: Option<f64>,
}

/// Answer of [`ModbusClient::request`].
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Requested {
    /// Names the request in events.
    pub request_id: u32,
    /// Bytes to send now; none while others are under way.
    pub send: Vec<u8>,
    /// What happened, in order.
    pub events: Vec<ClientEvent>,
    /// When to call `poll`, if no bytes come before.
    pub deadline_ms: Option<f64>,
}

/// What happened.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct ClientEvent {
    /// `reply`; `timeout`: no reply came; `sent`: a broadcast was, nobody answers; `lost`: the connection
    /// was; `identity`: a controller that dialled in says who it is; `stray`: a frame that answers nothing.
    pub kind: String,
    /// Of all but `identity` and `stray`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_id: Option<u32>,
    /// Of `reply`; an exception is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub frame: Option<Frame>,
    /// Of `identity`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub identity: Option<ControllerIdentity>,
    /// Of `stray`: `transaction` (late, or a duplicate), `unit`, `mismatch`, `collision` or `malformed`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// Who a controller is that dialled in (DOMAIN.md 2.10).
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct ControllerIdentity {
    /// The unit that it wants to be addressed as.
    pub unit_id: u8,
    /// 12 is an ET-485, 23 an EM-481, 42 an OPCB-221.
    pub device_type: u16,
    /// Version of its firmware.
    pub firmware: u16,
    /// As `d8:80:39:4e:8d:e9`.
    pub mac: String,
    /// Whether no other controller has this MAC.
    pub is_mac_unique: bool,
    /// Whether an activation code is set.
    pub has_code: bool,
    /// Whether it was unbound and asks for a new code.
    pub wants_code: bool,
    /// Whether it is bound to an account.
    pub is_activated: bool,
    /// 0 activated, a code, or 100,000,000 for none; absent if it says something else.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub activation_code: Option<u32>,
}

impl ControllerIdentity {
    fn of(unit_id: UnitId, identity: &Identity) -> Self {
        let mac = identity.mac.iter().map(|byte| alloc::format!("{byte:02x}")).collect::<Vec<_>>().join(":");
        ControllerIdentity {
            unit_id: unit_id.0,
            device_type: identity.device_type,
            firmware: identity.firmware,
            mac,
            is_mac_unique: identity.is_mac_unique,
            has_code: identity.has_code,
            wants_code: identity.wants_code,
            is_activated: identity.is_activated,
            activation_code: identity.activation.map(|activation| activation.number()),
        }
    }
}

/// A request that waits its turn.
#[derive(Clone, Debug)]
struct Queued {
    id: u32,
    unit_id: UnitId,
    pdu: Vec<u8>,
}

/// A request under way, with its frame for another time.
#[derive(Clone, Debug)]
struct Sent {
    id: u32,
    unit_id: UnitId,
    frame: Vec<u8>,
}

/// The client of one connection or line: bytes and time in, bytes and events out.
pub struct ModbusClient {
    transport: Transport,
    machine: Box<dyn Machine + Send + Sync>,
    timeout_us: u64,
    last_id: u32,
    queue: VecDeque<Queued>,
    sent: BTreeMap<RequestId, Sent>,
}

impl ModbusClient {
    /// A client on a new connection.
    ///
    /// # Errors
    /// A transport of another name; bare PDUs have no machine.
    pub fn new(call: &NewModbusClient) -> Result<Self, Error> {
        let (transport, options) = (Transport::of(&call.transport)?, &call.options);
        let (line, retries) = (options.line(transport), options.retries);
        let machine: Box<dyn Machine + Send + Sync> = match transport {
            Transport::Rtu => Box::new(rtu::Client::new(line).with_retries(retries)),
            Transport::Ascii => Box::new(ascii::Client::new(line).with_retries(retries)),
            Transport::Tcp => {
                let client = tcp::Client::<MOST_IN_FLIGHT>::new(options.max_in_flight.into());
                Box::new(client.with_retries(retries))
            }
            Transport::Pdu => return Err(unknown("transport", &call.transport, "rtu, tcp or ascii")),
        };
        let timeout_us = u64::from(options.timeout_ms).saturating_mul(1000);
        Ok(ModbusClient { transport, machine, timeout_us, last_id: 0, queue: VecDeque::new(), sent: BTreeMap::new() })
    }

    /// Sends a request, or queues it until the line is free.
    ///
    /// # Errors
    /// Fields that make no request.
    pub fn request(&mut self, call: &RequestFrame) -> Result<Requested, Error> {
        let unit_id = UnitId(need(call.frame.unit_id, "unit_id")?);
        let mut pdu = vec![0; MAX_PDU];
        let length = emit_request(&call.frame, &mut pdu)?;
        pdu.truncate(length);
        let is_read = Request::parse(&pdu)?.is_read();
        if is_read && unit_id == UnitId::BROADCAST && self.transport != Transport::Tcp {
            return Err(Error {
                kind: ErrorKind::UnitId,
                message: String::from("`unit_id` is 0, expected 1 to 255: reads are not broadcast"),
                offset: None,
            });
        }
        self.last_id = self.last_id.wrapping_add(1);
        let request_id = self.last_id;
        self.queue.push_back(Queued { id: request_id, unit_id, pdu });
        let ClientStep { send, events, deadline_ms } = self.step(ClientStep::default(), micros(call.now_ms));
        Ok(Requested { request_id, send, events, deadline_ms })
    }

    /// Takes bytes that came.
    ///
    /// # Errors
    /// A TCP stream that is out of step: close the connection, and `reset` for the next one.
    pub fn receive(&mut self, call: &Receive) -> Result<ClientStep, Error> {
        let (now_us, mut step, mut rest) = (micros(call.now_ms), ClientStep::default(), call.data.as_slice());
        while !rest.is_empty() {
            let (taken, event) = self.machine.receive(rest, now_us)?;
            let event = match event {
                Some(Event::Reply { request, response }) => {
                    let sent = self.sent.remove(&request);
                    let transaction_id = Some(request.0).filter(|_| self.transport == Transport::Tcp);
                    sent.map(|sent| ClientEvent {
                        kind: String::from("reply"),
                        request_id: Some(sent.id),
                        frame: Some(of_response(
                            Frame { transaction_id, unit_id: Some(sent.unit_id.0), ..Frame::default() },
                            &response,
                        )),
                        ..ClientEvent::default()
                    })
                }
                Some(Event::Identity { unit_id, identity }) => Some(ClientEvent {
                    kind: String::from("identity"),
                    identity: Some(ControllerIdentity::of(unit_id, &identity)),
                    ..ClientEvent::default()
                }),
                Some(Event::Stray(stray)) => Some(ClientEvent {
                    kind: String::from("stray"),
                    reason: Some(String::from(match stray {
                        Stray::Transaction => "transaction",
                        Stray::Unit => "unit",
                        Stray::Mismatch => "mismatch",
                        Stray::Collision => "collision",
                        Stray::Malformed(_) => "malformed",
                    })),
                    ..ClientEvent::default()
                }),
                None => None,
            };
            step.events.extend(event);
            rest = rest.get(taken.max(1)..).unwrap_or_default();
        }
        Ok(self.step(step, now_us))
    }

    /// What time brings.
    ///
    /// # Errors
    /// None; the type is that of every function here.
    pub fn poll(&mut self, call: &PollClient) -> Result<ClientStep, Error> {
        Ok(self.step(ClientStep::default(), micros(call.now_ms)))
    }

    /// Starts over on a new connection: every request is lost, those in the queue among them.
    ///
    /// # Errors
    /// None; the type is that of every function here.
    pub fn reset(&mut self, call: &PollClient) -> Result<ClientStep, Error> {
        let now_us = micros(call.now_ms);
        self.machine.reset(now_us);
        let sent = core::mem::take(&mut self.sent).into_values().map(|sent| sent.id);
        let lost = sent.chain(self.queue.drain(..).map(|queued| queued.id)).map(|id| event("lost", id));
        let step = ClientStep { events: lost.collect(), ..ClientStep::default() };
        Ok(self.step(step, now_us))
    }

    /// Lets the machine do what is due, sends what may be sent, and finds the next deadline.
    fn step(&mut self, mut step: ClientStep, now_us: u64) -> ClientStep {
        loop {
            let poll = self.machine.poll(now_us);
            let deadline_us = match poll {
                Poll::SendAgain(request) => {
                    step.send.extend(self.sent.get(&request).iter().flat_map(|sent| sent.frame.iter()));
                    continue;
                }
                Poll::TimedOut(request) | Poll::Sent(request) => {
                    let kind = if matches!(poll, Poll::Sent(_)) { "sent" } else { "timeout" };
                    step.events.extend(self.sent.remove(&request).map(|sent| event(kind, sent.id)));
                    continue;
                }
                Poll::WaitUntil(at_us) => Some(at_us),
                Poll::Idle => None,
            };
            match self.send_next(now_us) {
                Ok(Some(frame)) => step.send.extend(frame),
                Ok(None) => {
                    // A line that only has to be silent calls for nobody.
                    let is_idle = self.sent.is_empty() && self.queue.is_empty();
                    step.deadline_ms = deadline_us.filter(|_| !is_idle).map(millis);
                    return step;
                }
                Err(at_us) => {
                    let first = deadline_us.filter(|_| !self.sent.is_empty()).map_or(at_us, |other| other.min(at_us));
                    step.deadline_ms = Some(millis(first));
                    return step;
                }
            }
        }
    }

    /// The frame of the first request in the queue that may be sent now, or when one may be. Requests to
    /// one unit keep their order; one that has to wait does not hold up those to others.
    fn send_next(&mut self, now_us: u64) -> Result<Option<Vec<u8>>, u64> {
        if !self.machine.has_room() {
            return Ok(None);
        }
        let (mut waiting, mut wait_us) = (UnitSet::EMPTY, None);
        let mut frame = vec![0; ascii::MAX_FRAME];
        for index in 0..self.queue.len() {
            let Some(next) = self.queue.get(index).filter(|next| !waiting.contains(next.unit_id)) else { continue };
            let Ok(request) = Request::parse(&next.pdu) else { continue };
            match self.machine.request(next.unit_id, &request, now_us, self.timeout_us, &mut frame) {
                Ok((request, length)) => {
                    frame.truncate(length);
                    if let Some(Queued { id, unit_id, .. }) = self.queue.remove(index) {
                        self.sent.insert(request, Sent { id, unit_id, frame: frame.clone() });
                    }
                    return Ok(Some(frame));
                }
                Err(ClientError::NotBefore(at_us)) => {
                    waiting = waiting.with(next.unit_id);
                    wait_us = Some(wait_us.map_or(at_us, |other: u64| other.min(at_us)));
                }
                // Neither can be: there is room, and the request was checked.
                Err(ClientError::TooManyInFlight | ClientError::Frame(_)) => break,
            }
        }
        wait_us.map_or(Ok(None), Err)
    }
}

fn event(kind: &str, request_id: u32) -> ClientEvent {
    ClientEvent { kind: String::from(kind), request_id: Some(request_id), ..ClientEvent::default() }
}
