//! The task of one connection.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use parabus_core::modbus::client::{ClientError, Event, Machine, Poll, RequestId};
use parabus_core::modbus::{Bits, RegisterKind, Request, Response, UnitId, Values};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::{mpsc, oneshot};

use super::dial::{Stream, dial};
use super::machine::{self, MAX_FRAME};
use super::{LinkError, Shared};
use crate::clock;
use crate::model::{Connection, Framing};

/// After a failed attempt, requests fail at once for this long, so that they do not queue up
/// behind one attempt each.
const DIAL_PAUSE_MS: u64 = 500;

/// Time-outs in a row, with no byte received in between, after which the connection counts as dead.
const fn most_silent(connection: &Connection) -> u32 {
    match connection {
        Connection::Direct { framing: Framing::Tcp, .. } => 3,
        // A unit that is away is ordinary on a bus, and no gateway answers exception 11 for it. But a
        // converter without power is silent as well, which TCP notices after a quarter of an hour.
        Connection::Direct { framing: Framing::Rtu, .. } => 10,
        // Nothing stands between the port and the units; one that is unplugged says so.
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
    /// Writes the request's frame through the machine.
    fn send(
        &self,
        machine: &mut dyn Machine,
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
        machine.request(unit, &request, clock::monotonic_us(), u64::from(timeout_ms) * 1000, frame)
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
    let mut machine = machine::of(&connection);
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
                machine.reset(clock::monotonic_us());
                let (machine, waiting) = (machine.as_mut(), HashMap::new());
                let session = Session { connection: &connection, machine, shared: &shared, stream, waiting };
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

/// A job that was taken, and that a serial line may not be free for yet.
struct Held {
    job: Job,
    not_before_us: u64,
    /// A line that never falls silent must not hold it for ever.
    give_up_us: Option<u64>,
}

impl Held {
    fn new(job: Job) -> Self {
        Held { job, not_before_us: 0, give_up_us: None }
    }
}

/// One connection from its start to its end.
struct Session<'a> {
    connection: &'a Connection,
    machine: &'a mut (dyn Machine + Send),
    shared: &'a Shared,
    stream: Box<dyn Stream>,
    waiting: HashMap<RequestId, Job>,
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
        let mut next = Some(Held::new(first));
        let reason = loop {
            if let Some(held) = next.take() {
                match self.send(held).await {
                    Ok(held) => next = held,
                    Err(reason) => break reason,
                }
            }
            let most = self.shared.max_in_flight.load(Ordering::Relaxed);
            let has_room = next.is_none() && self.machine.has_room() && self.machine.in_flight() < most;
            let deadline = match self.machine.poll(clock::monotonic_us()) {
                Poll::TimedOut(request) => {
                    metrics::counter!("parabus_modbus_timeouts").increment(1);
                    if let Some(job) = self.waiting.remove(&request) {
                        job.answer(Err(LinkError::Timeout));
                    }
                    silent += 1;
                    if silent >= most_silent(self.connection) {
                        break format!("silent for {silent} requests");
                    }
                    continue;
                }
                Poll::Sent(request) => {
                    if let Some(job) = self.waiting.remove(&request) {
                        job.answer(Ok(Vec::new()));
                    }
                    continue;
                }
                // Made without repetitions: the poller decides what is worth another request.
                Poll::SendAgain(_) => continue,
                Poll::WaitUntil(at) => Some(at),
                Poll::Idle => None,
            };
            let deadline = next.as_ref().map(|held| held.not_before_us).or(deadline);
            tokio::select! {
                biased;
                read = self.stream.read(&mut buffer) => match read {
                    Ok(0) => match self.connection {
                        Connection::Direct { .. } => break "closed by the device".to_owned(),
                        Connection::Serial(_) => break "the port is gone".to_owned(),
                    },
                    Ok(count) => {
                        silent = 0;
                        if let Err(reason) = self.receive(buffer.get(..count).unwrap_or_default()) {
                            break reason;
                        }
                    }
                    Err(error) => break error.to_string(),
                },
                () = sleep_until(deadline) => {}
                job = urgent.recv(), if has_room && !urgent.is_closed() => next = job.map(Held::new),
                job = routine.recv(), if has_room && !routine.is_closed() => next = job.map(Held::new),
                else => break "no longer needed".to_owned(),
            }
            if urgent.is_closed() && routine.is_closed() && next.is_none() && self.waiting.is_empty() {
                break "no longer needed".to_owned();
            }
        };
        for job in self.waiting.into_values() {
            job.answer(Err(LinkError::Closed));
        }
        reason
    }

    /// Sends a job's request, or gives the job back while the line has to be silent.
    async fn send(&mut self, held: Held) -> Result<Option<Held>, String> {
        let job = held.job;
        let mut frame = [0; MAX_FRAME];
        let (request, length) = match job.ask.send(self.machine, job.unit, job.timeout_ms, &mut frame) {
            Ok(sent) => sent,
            Err(ClientError::NotBefore(at_us)) => {
                let patience_us = u64::from(job.timeout_ms) * 1000;
                let give_up_us = held.give_up_us.unwrap_or(at_us.saturating_add(patience_us));
                if clock::monotonic_us() < give_up_us {
                    return Ok(Some(Held { job, not_before_us: at_us.min(give_up_us), give_up_us: Some(give_up_us) }));
                }
                job.answer(Err(LinkError::Timeout));
                return Ok(None);
            }
            Err(error) => {
                job.answer(Err(LinkError::Illegal(error.to_string())));
                return Ok(None);
            }
        };
        metrics::counter!("parabus_modbus_requests").increment(1);
        let timeout = Duration::from_millis(job.timeout_ms.into());
        self.waiting.insert(request, job);
        let bytes = frame.get(..length).unwrap_or_default();
        match tokio::time::timeout(timeout, self.stream.write_all(bytes)).await {
            Ok(Ok(())) => Ok(None),
            Ok(Err(error)) => Err(error.to_string()),
            Err(_) => Err("the device takes no more bytes".to_owned()),
        }
    }

    fn receive(&mut self, mut bytes: &[u8]) -> Result<(), String> {
        while !bytes.is_empty() {
            let (taken, event) = self
                .machine
                .receive(bytes, clock::monotonic_us())
                .map_err(|error| format!("not Modbus TCP: {error}"))?;
            match event {
                Some(Event::Reply { request, response }) => {
                    self.shared.status.write().last_seen_on = Some(clock::now());
                    let result = values_of(&response);
                    if let Err(LinkError::Exception(code)) = &result {
                        metrics::counter!("parabus_modbus_exceptions", "code" => code.name()).increment(1);
                    }
                    if let Some(job) = self.waiting.remove(&request) {
                        job.answer(result);
                    }
                }
                Some(Event::Stray(stray)) => {
                    metrics::counter!("parabus_modbus_strays").increment(1);
                    tracing::debug!(?stray, "a frame that answers nothing");
                }
                // Controllers that say who they are dial in; this connection was dialled.
                Some(Event::Identity { .. }) | None => {}
            }
            bytes = bytes.get(taken..).unwrap_or_default();
        }
        Ok(())
    }
}

/// Sleeps until a microsecond of the monotonic clock; for ever without one.
async fn sleep_until(deadline_us: Option<u64>) {
    match deadline_us {
        Some(at) => tokio::time::sleep(Duration::from_micros(at.saturating_sub(clock::monotonic_us()).max(1))).await,
        None => std::future::pending().await,
    }
}
