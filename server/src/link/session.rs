//! The task of one connection.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use parabus_core::modbus::client::{ClientError, Event, Poll, RequestId};
use parabus_core::modbus::tcp::{Client, MAX_FRAME};
use parabus_core::modbus::{Bits, RegisterKind, Request, Response, UnitId, Values};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::{mpsc, oneshot};

use super::{LinkError, Shared};
use crate::clock;
use crate::model::Connection;

/// Requests that the machine has room for; a network's own limit is lower or equal.
const MOST_IN_FLIGHT: usize = 16;

/// Time for a connection to come about.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);

/// After a failed attempt, requests fail at once for this long, so that they do not queue up
/// behind one attempt each.
const DIAL_PAUSE_MS: u64 = 500;

/// Time-outs in a row, with no byte received in between, after which the connection counts as dead.
const SILENT_TIMEOUTS: u32 = 3;

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
        client: &mut Client<MOST_IN_FLIGHT>,
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
        client.request(unit, &request, clock::monotonic_ms(), timeout_ms.into(), frame)
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
    let Connection::Direct { host, port } = &connection;
    let mut client = Client::new(MOST_IN_FLIGHT);
    let mut failed: Option<(u64, String)> = None;
    while let Some(job) = next_job(&mut urgent, &mut routine).await {
        if let Some((at, reason)) = &failed
            && clock::monotonic_ms() < at + DIAL_PAUSE_MS
        {
            job.answer(Err(LinkError::Connect(reason.clone())));
            continue;
        }
        match dial(host, *port).await {
            Ok(stream) => {
                failed = None;
                tracing::info!(%host, port, "connected");
                shared.status.write().connected_since = Some(clock::now());
                client.reset();
                let reason = Session { client: &mut client, shared: &shared, stream, waiting: HashMap::new() }
                    .serve(job, &mut urgent, &mut routine)
                    .await;
                tracing::info!(%host, port, %reason, "disconnected");
                let mut status = shared.status.write();
                status.connected_since = None;
                status.reason = Some(reason);
            }
            Err(reason) => {
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

async fn dial(host: &str, port: u16) -> Result<TcpStream, String> {
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

/// One connection from its start to its end.
struct Session<'a> {
    client: &'a mut Client<MOST_IN_FLIGHT>,
    shared: &'a Shared,
    stream: TcpStream,
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
        let mut next = Some(first);
        let reason = loop {
            if let Some(job) = next.take()
                && let Err(reason) = self.send(job).await
            {
                break reason;
            }
            let has_room = self.client.in_flight() < self.shared.max_in_flight.load(Ordering::Relaxed);
            let deadline = match self.client.poll(clock::monotonic_ms()) {
                Poll::TimedOut(request) => {
                    metrics::counter!("parabus_modbus_timeouts").increment(1);
                    if let Some(job) = self.waiting.remove(&request) {
                        job.answer(Err(LinkError::Timeout));
                    }
                    silent += 1;
                    if silent >= SILENT_TIMEOUTS {
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
                Poll::WaitUntil(at) => Some(at),
                Poll::Idle => None,
            };
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
        for job in self.waiting.into_values() {
            job.answer(Err(LinkError::Closed));
        }
        reason
    }

    async fn send(&mut self, job: Job) -> Result<(), String> {
        let mut frame = [0; MAX_FRAME];
        let (request, length) = match job.ask.send(self.client, job.unit, job.timeout_ms, &mut frame) {
            Ok(sent) => sent,
            Err(error) => {
                job.answer(Err(LinkError::Illegal(error.to_string())));
                return Ok(());
            }
        };
        metrics::counter!("parabus_modbus_requests").increment(1);
        let timeout = Duration::from_millis(job.timeout_ms.into());
        self.waiting.insert(request, job);
        let bytes = frame.get(..length).unwrap_or_default();
        match tokio::time::timeout(timeout, self.stream.write_all(bytes)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(error.to_string()),
            Err(_) => Err("the device takes no more bytes".to_owned()),
        }
    }

    fn receive(&mut self, mut bytes: &[u8]) -> Result<(), String> {
        while !bytes.is_empty() {
            let (taken, event) = self.client.receive(bytes).map_err(|error| format!("not Modbus TCP: {error}"))?;
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
                None => {}
            }
            bytes = bytes.get(taken..).unwrap_or_default();
        }
        Ok(())
    }
}

/// Sleeps until an instant of the monotonic clock; for ever without one.
async fn sleep_until(deadline: Option<u64>) {
    match deadline {
        Some(at) => tokio::time::sleep(Duration::from_millis(at.saturating_sub(clock::monotonic_ms()).max(1))).await,
        None => std::future::pending().await,
    }
}
