//! The task of one connection.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use parabus_core::modbus::client::{ClientError, Event, Poll, RequestId};
use parabus_core::modbus::{Bits, RegisterKind, Request, Response, UnitId, Values};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::{mpsc, oneshot};

use super::dial::{Stream, dial};
use super::machine::{MAX_FRAME, Machine};
use super::{LinkError, Shared};
use crate::clock;
use crate::model::{Connection, Framing};

/// After a failed attempt, requests fail at once for this long, so that they do not queue up
/// behind one attempt each.
const DIAL_PAUSE_MS: u64 = 500;

/// Time-outs in a row, with no byte received in between, after which the connection counts as dead.
const fn silent_timeouts(connection: &Connection) -> u32 {
    match connection {
        Connection::Direct { framing: Framing::Tcp, .. } => 3,
        // Behind a converter several units may be off while the connection is sound.
        Connection::Direct { framing: Framing::Rtu, .. } => 10,
        // A port does not die of units that are off.
        Connection::Serial(_) => u32::MAX,
    }
}

/// What is asked, owned.
#[derive(Clone, Debug)]
pub enum Ask {
    Read { kind: RegisterKind, address: u16, quantity: u16 },
    Write { kind: RegisterKind, address: u16, values: Vec<u16>, single: bool },
}

/// A request with the place for its answer.
pub struct Job {
    pub unit: UnitId,
    pub ask: Ask,
    pub timeout_ms: u32,
    pub reply: oneshot::Sender<Result<Vec<u16>, LinkError>>,
}

impl Job {
    fn answer(self, result: Result<Vec<u16>, LinkError>) {
        // Whoever asked may have gone.
        self.reply.send(result).ok();
    }
}

impl Ask {
    /// Writes the request's frame through the client machine.
    fn send(
        &self,
        machine: &mut Machine,
        unit: UnitId,
        timeout_ms: u32,
        frame: &mut [u8],
    ) -> Result<(RequestId, usize), ClientError> {
        let bytes: Vec<u8>;
        let request = match self {
            Ask::Read { kind, address, quantity } => {
                Request::Read { function: kind.read_function(), address: *address, quantity: *quantity }
            }
            Ask::Write { kind, address, values, single: true } => {
                let value = values.first().copied().unwrap_or_default();
                if kind.is_bit() {
                    Request::WriteSingleCoil { address: *address, value: value != 0 }
                } else {
                    Request::WriteSingleRegister { address: *address, value }
                }
            }
            Ask::Write { kind, address, values, single: false } if kind.is_bit() => {
                bytes = pack_bits(values);
                let bits = Bits::new(&bytes, values.len()).expect("a byte for every eight values");
                Request::WriteMultipleCoils { address: *address, bits }
            }
            Ask::Write { address, values, .. } => {
                Request::WriteMultipleRegisters { address: *address, values: Values::Host(values) }
            }
        };
        machine.request(unit, &request, timeout_ms, frame)
    }
}

fn pack_bits(values: &[u16]) -> Vec<u8> {
    let byte =
        |chunk: &[u16]| chunk.iter().enumerate().fold(0, |byte, (index, value)| byte | u8::from(*value != 0) << index);
    values.chunks(8).map(byte).collect()
}

fn values_of(response: &Response<'_>) -> Result<Vec<u16>, LinkError> {
    match response {
        Response::Bits { bits, .. } => Ok(bits.iter().map(u16::from).collect()),
        Response::Registers { registers, .. } => Ok(registers.iter().collect()),
        Response::Exception { code, .. } => Err(LinkError::Exception(*code)),
        _ => Ok(Vec::new()),
    }
}

/// Serves jobs until the last handle is gone.
pub async fn run(
    connection: Connection,
    mut urgent: mpsc::Receiver<Job>,
    mut routine: mpsc::Receiver<Job>,
    shared: Arc<Shared>,
) {
    let mut machine = Machine::of(&connection);
    let mut failed: Option<(u64, String)> = None;
    while let Some(job) = next_job(&mut urgent, &mut routine).await {
        if let Some((at, reason)) = &failed
            && clock::monotonic_ms() < at + DIAL_PAUSE_MS
        {
            job.answer(Err(LinkError::Connect(reason.clone())));
            continue;
        }
        match dial(&connection).await {
            Ok(stream) => {
                failed = None;
                tracing::info!(%connection, "connected");
                shared.status.write().connected_since = Some(clock::now());
                machine.reset();
                let silent_timeouts = silent_timeouts(&connection);
                let session = Session {
                    machine: &mut machine,
                    shared: &shared,
                    stream,
                    waiting: HashMap::new(),
                    silent_timeouts,
                };
                let reason = session.serve(job, &mut urgent, &mut routine).await;
                tracing::info!(%connection, %reason, "disconnected");
                let mut status = shared.status.write();
                status.connected_since = None;
                status.reason = Some(reason);
            }
            Err(reason) => {
                // Said once, not with every attempt.
                if shared.status.read().reason.as_ref() != Some(&reason) {
                    tracing::warn!(%connection, %reason, "no connection");
                }
                shared.status.write().reason = Some(reason.clone());
                job.answer(Err(LinkError::Connect(reason.clone())));
                failed = Some((clock::monotonic_ms(), reason));
            }
        }
    }
}

async fn next_job(urgent: &mut mpsc::Receiver<Job>, routine: &mut mpsc::Receiver<Job>) -> Option<Job> {
    tokio::select! {
        biased;
        Some(job) = urgent.recv() => Some(job),
        Some(job) = routine.recv() => Some(job),
        else => None,
    }
}

/// What became of a job.
enum Sent {
    Yes,
    /// The line has to be silent until then, microseconds.
    NotBefore(Job, u64),
    /// The connection is of no more use.
    Broken(String),
}

/// One connection from its start to its end.
struct Session<'a> {
    machine: &'a mut Machine,
    shared: &'a Shared,
    stream: Box<dyn Stream>,
    waiting: HashMap<RequestId, Job>,
    silent_timeouts: u32,
}

impl Session<'_> {
    /// Serves jobs until the connection ends; gives the reason.
    async fn serve(
        mut self,
        first: Job,
        urgent: &mut mpsc::Receiver<Job>,
        routine: &mut mpsc::Receiver<Job>,
    ) -> String {
        let mut buffer = [0; 4 * MAX_FRAME];
        let mut silent = 0;
        let mut next = Some(first);
        let reason = loop {
            let mut held_until = None;
            if let Some(job) = next.take() {
                match self.send(job).await {
                    Sent::Yes => {}
                    Sent::NotBefore(job, at) => (next, held_until) = (Some(job), Some(at)),
                    Sent::Broken(reason) => break reason,
                }
            }
            let deadline = match self.machine.poll() {
                Poll::TimedOut(request) => {
                    metrics::counter!("parabus_modbus_timeouts").increment(1);
                    self.answer(request, Err(LinkError::Timeout));
                    silent += 1;
                    if silent >= self.silent_timeouts {
                        break format!("silent for {silent} requests");
                    }
                    continue;
                }
                Poll::Sent(request) => {
                    self.answer(request, Ok(Vec::new()));
                    continue;
                }
                Poll::WaitUntil(at) => Some(held_until.map_or(at, |held| held.min(at))),
                Poll::Idle => held_until,
            };
            let max_in_flight = self.shared.max_in_flight.load(Ordering::Relaxed);
            let has_room = next.is_none() && self.machine.has_room(max_in_flight);
            tokio::select! {
                biased;
                read = self.stream.read(&mut buffer) => match read {
                    Ok(0) => break "closed by the device".to_owned(),
                    Ok(count) => {
                        silent = 0;
                        if let Err(reason) = self.receive(buffer.get(..count).unwrap_or_default()) {
                            break reason;
                        }
                    }
                    Err(error) => break error.to_string(),
                },
                () = sleep_until(deadline) => {}
                job = urgent.recv(), if has_room && !urgent.is_closed() => next = job,
                job = routine.recv(), if has_room && !routine.is_closed() => next = job,
                else => break "no longer needed".to_owned(),
            }
            if urgent.is_closed() && routine.is_closed() && next.is_none() && self.waiting.is_empty() {
                break "no longer needed".to_owned();
            }
        };
        for job in self.waiting.into_values().chain(next) {
            job.answer(Err(LinkError::Closed));
        }
        reason
    }

    fn answer(&mut self, request: RequestId, result: Result<Vec<u16>, LinkError>) {
        if let Some(job) = self.waiting.remove(&request) {
            job.answer(result);
        }
    }

    async fn send(&mut self, job: Job) -> Sent {
        let mut frame = [0; MAX_FRAME];
        let (request, length) = match job.ask.send(self.machine, job.unit, job.timeout_ms, &mut frame) {
            Ok(sent) => sent,
            Err(ClientError::NotBefore(at)) => return Sent::NotBefore(job, at),
            Err(error) => {
                job.answer(Err(LinkError::Illegal(error.to_string())));
                return Sent::Yes;
            }
        };
        metrics::counter!("parabus_modbus_requests").increment(1);
        let timeout = Duration::from_millis(job.timeout_ms.into());
        self.waiting.insert(request, job);
        let bytes = frame.get(..length).unwrap_or_default();
        match tokio::time::timeout(timeout, self.stream.write_all(bytes)).await {
            Ok(Ok(())) => Sent::Yes,
            Ok(Err(error)) => Sent::Broken(error.to_string()),
            Err(_) => Sent::Broken("the device takes no more bytes".to_owned()),
        }
    }

    fn receive(&mut self, mut bytes: &[u8]) -> Result<(), String> {
        while !bytes.is_empty() {
            let (taken, event) = self.machine.receive(bytes)?;
            match event {
                Some(Event::Reply { request, response }) => {
                    self.shared.status.write().last_seen_on = Some(clock::now());
                    let result = values_of(&response);
                    if let Err(LinkError::Exception(code)) = &result {
                        metrics::counter!("parabus_modbus_exceptions", "code" => code.name()).increment(1);
                    }
                    self.answer(request, result);
                }
                Some(Event::Stray(stray)) => {
                    metrics::counter!("parabus_modbus_strays").increment(1);
                    tracing::debug!(?stray, "a frame that answers nothing");
                }
                None => {}
            }
            bytes = bytes.get(taken..).unwrap_or_default();
        }
        Ok(())
    }
}

/// Sleeps until an instant of the monotonic clock, microseconds; for ever without one.
async fn sleep_until(deadline: Option<u64>) {
    match deadline {
        // The runtime's timers have a grain of a millisecond.
        Some(at) => tokio::time::sleep(Duration::from_micros(at.saturating_sub(clock::monotonic_us()).max(500))).await,
        None => std::future::pending().await,
    }
}
