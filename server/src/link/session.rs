//! The task of one connection.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures_util::FutureExt;
use parabus_core::modbus::client::{ClientError, Event, Machine, Poll, RequestId};
use parabus_core::modbus::{Bits, RegisterKind, Request, Response, UnitId, Values};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::{mpsc, oneshot};

use super::dial::{Dial, Stream};
use super::machine::{self, MAX_FRAME};
use super::silence::Silence;
use super::{LinkError, Shared};
use crate::clock;
use crate::model::Connection;
use crate::words;

/// After a failed attempt, requests fail at once for this long, so that they do not queue up
/// behind one attempt each.
const DIAL_PAUSE_MS: u64 = 500;

/// A device that hangs up without a reply is dialled again after so long, doubled each time up to the pause.
const REDIAL_MS: u64 = 10;

/// Urgent requests in a row while a routine one waits.
const MOST_URGENT: u8 = 3;

/// What is asked, owned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ask {
    Read { kind: RegisterKind, address: u16, quantity: u16 },
    Write { kind: RegisterKind, address: u16, values: Vec<u16>, single: bool },
}

/// A request with the place for its answer.
pub struct Job {
    pub unit: UnitId,
    pub ask: Ask,
    pub timeout_ms: u32,
    /// Monotonic microseconds.
    pub asked_us: u64,
    pub reply: oneshot::Sender<Result<Vec<u16>, LinkError>>,
}

/// Requests that wait for the connection.
pub struct Jobs {
    urgent: Queue,
    routine: Queue,
    /// Sent while a routine one waited.
    urgent_in_a_row: u8,
}

/// Requests of one priority.
struct Queue {
    waiting: mpsc::Receiver<Job>,
    /// Taken out of it and not sent yet. It outlives the stream: what another unit does to that is not its fault.
    next: Option<Held>,
}

impl Queue {
    fn is_over(&self) -> bool {
        self.waiting.is_closed() && self.next.is_none()
    }
}

impl Jobs {
    pub fn new(urgent: mpsc::Receiver<Job>, routine: mpsc::Receiver<Job>) -> Self {
        let queue = |waiting| Queue { waiting, next: None };
        Jobs { urgent: queue(urgent), routine: queue(routine), urgent_in_a_row: 0 }
    }

    /// Waits until somebody asks for something; `false` when nobody can any more.
    async fn come(&mut self) -> bool {
        if self.urgent.next.is_some() || self.routine.next.is_some() {
            return true;
        }
        tokio::select! {
            biased;
            Some(job) = self.urgent.waiting.recv() => self.urgent.next = Some(Held::new(job)),
            Some(job) = self.routine.waiting.recv() => self.routine.next = Some(Held::new(job)),
            else => return false,
        }
        true
    }

    /// Answers what would be sent next: there is no connection.
    fn refuse(&mut self, reason: &str) {
        if let Some(held) = self.urgent.next.take().or_else(|| self.routine.next.take()) {
            held.job.answer(Err(LinkError::Connect(reason.to_owned())));
        }
    }

    /// Whether nobody can ask any more.
    fn are_over(&self) -> bool {
        self.urgent.is_over() && self.routine.is_over()
    }
}

/// A stream that a controller has opened.
pub struct Arrival {
    pub stream: Box<dyn Stream>,
    pub peer: SocketAddr,
    /// What it sent behind its identity.
    pub early: Vec<u8>,
    /// Dropped when the connection ends.
    pub ended: oneshot::Sender<()>,
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
    dial: Arc<dyn Dial>,
    jobs: Jobs,
    arrivals: mpsc::Receiver<Arrival>,
    shared: Arc<Shared>,
) {
    let machine = machine::of(&connection);
    let silence = Silence::new(connection.clone());
    let mut service = Service { connection, machine, silence, jobs, arrivals, shared };
    match service.connection {
        Connection::Backward(_) => service.receive_calls().await,
        Connection::Direct { .. } | Connection::Serial(_) => service.make_calls(dial.as_ref()).await,
    }
}

/// A connection's task, across its streams.
struct Service {
    connection: Connection,
    machine: Box<dyn Machine + Send>,
    silence: Silence,
    jobs: Jobs,
    arrivals: mpsc::Receiver<Arrival>,
    shared: Arc<Shared>,
}

/// What ended a stream.
enum End {
    Fault(String),
    /// The controller dialled in again.
    Replaced(Arrival),
    NoLongerNeeded,
}

impl Service {
    /// Connects when somebody asks for something.
    async fn make_calls(&mut self, dial: &dyn Dial) {
        let mut failed: Option<(u64, String)> = None;
        // Streams in a row that ended without a reply.
        let mut fruitless = 0_u32;
        while self.jobs.come().await {
            if let Some((at, reason)) = &failed
                && clock::monotonic_ms() < at + DIAL_PAUSE_MS
            {
                self.jobs.refuse(reason);
                continue;
            }
            if let Some(doublings) = fruitless.checked_sub(1) {
                let pause_ms = (REDIAL_MS << doublings.min(6)).min(DIAL_PAUSE_MS);
                tokio::time::sleep(Duration::from_millis(pause_ms)).await;
            }
            match dial.dial(&self.connection).await {
                Ok(stream) => {
                    failed = None;
                    let (end, was_answered) = self.serve(stream, &[], fruitless == 0).await;
                    if let End::NoLongerNeeded = end {
                        return;
                    }
                    fruitless = if was_answered { 0 } else { fruitless.saturating_add(1) };
                }
                Err(reason) => {
                    // Said once, not with every attempt.
                    if self.shared.status.read().reason.as_ref() != Some(&reason) {
                        tracing::warn!(connection = %self.connection, %reason, "no connection");
                    }
                    self.shared.status.write().reason = Some(reason.clone());
                    self.jobs.refuse(&reason);
                    failed = Some((clock::monotonic_ms(), reason));
                }
            }
        }
    }

    /// Waits for the controller to connect; until it does, requests fail at once.
    async fn receive_calls(&mut self) {
        let mut next = None;
        loop {
            let arrival = match next.take() {
                Some(arrival) => arrival,
                None => tokio::select! {
                    biased;
                    Some(arrival) = self.arrivals.recv() => arrival,
                    somebody_asks = self.jobs.come() => {
                        if !somebody_asks {
                            return;
                        }
                        let mut status = self.shared.status.write();
                        let reason = status.reason.get_or_insert_with(|| words::NOT_DIALLED_IN.en().to_owned());
                        self.jobs.refuse(reason);
                        continue;
                    }
                },
            };
            let Arrival { stream, peer, early, ended: _ended } = arrival;
            {
                let mut status = self.shared.status.write();
                status.peer = Some(peer);
                status.last_seen_on = Some(clock::now());
            }
            match self.serve(stream, &early, true).await.0 {
                End::NoLongerNeeded => return,
                End::Replaced(arrival) => next = Some(arrival),
                End::Fault(_) => {}
            }
        }
    }

    /// Serves jobs on one stream until it ends; how it ended, and whether a reply came.
    async fn serve(&mut self, stream: Box<dyn Stream>, early: &[u8], is_told: bool) -> (End, bool) {
        if is_told {
            tracing::info!(connection = %self.connection, "connected");
        }
        let was_answered = AtomicBool::new(false);
        {
            let mut status = self.shared.status.write();
            status.connected_since = Some(clock::now());
            status.reason = None;
        }
        self.machine.reset(clock::monotonic_us());
        let session = Session {
            connection: &self.connection,
            machine: self.machine.as_mut(),
            silence: &mut self.silence,
            shared: &self.shared,
            stream,
            jobs: &mut self.jobs,
            waiting: HashMap::new(),
            cleared: None,
            rest_until_us: 0,
            was_answered: &was_answered,
        };
        self.shared.connections.send_modify(|connections| *connections += 1);
        let end = session.serve(early, &mut self.arrivals).await;
        let reason = match &end {
            End::Fault(reason) => reason.as_str(),
            End::Replaced(_) => words::DIALLED_IN_AGAIN.en(),
            End::NoLongerNeeded => words::NO_LONGER_NEEDED.en(),
        };
        if is_told {
            tracing::info!(connection = %self.connection, reason, "disconnected");
        }
        let mut status = self.shared.status.write();
        status.connected_since = None;
        status.reason = Some(reason.to_owned());
        drop(status);
        (end, was_answered.into_inner())
    }
}

/// A job whose request is under way, or one that its unit has to answer before.
struct Sent {
    job: Job,
    asked: Ask,
    is_check: bool,
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

/// One stream from its start to its end.
struct Session<'a> {
    connection: &'a Connection,
    machine: &'a mut (dyn Machine + Send),
    silence: &'a mut Silence,
    shared: &'a Shared,
    stream: Box<dyn Stream>,
    /// An urgent one goes first, but one that a unit's late reply holds up lets others go.
    jobs: &'a mut Jobs,
    waiting: HashMap<RequestId, Sent>,
    /// One whose unit has just shown that it is not a reply behind.
    cleared: Option<Held>,
    /// The device's rest between requests.
    rest_until_us: u64,
    was_answered: &'a AtomicBool,
}

impl Session<'_> {
    /// Serves jobs until the stream ends.
    async fn serve(mut self, early: &[u8], arrivals: &mut mpsc::Receiver<Arrival>) -> End {
        let end = match self.receive(early) {
            Ok(()) => self.turn_over(arrivals).await,
            Err(reason) => End::Fault(reason),
        };
        let reason = match &end {
            End::Fault(reason) => reason.as_str(),
            End::Replaced(_) => words::DIALLED_IN_AGAIN.en(),
            End::NoLongerNeeded => words::NO_LONGER_NEEDED.en(),
        };
        for sent in self.waiting.into_values() {
            sent.job.answer(Err(LinkError::Closed(reason.to_owned())));
        }
        if let Some(held) = self.cleared {
            held.job.answer(Err(LinkError::Unsent(reason.to_owned())));
        }
        end
    }

    async fn turn_over(&mut self, arrivals: &mut mpsc::Receiver<Arrival>) -> End {
        let mut buffer = [0; 4 * MAX_FRAME];
        self.silence.ends(clock::monotonic_us());
        let mut drops = self.shared.drops.subscribe();
        loop {
            if let Err(reason) = self.send_what_may_go().await {
                return End::Fault(reason);
            }
            if self.waiting.is_empty() && self.cleared.is_none() && self.jobs.are_over() {
                return End::NoLongerNeeded;
            }
            let deadline = match self.machine.poll(clock::monotonic_us()) {
                Poll::TimedOut(request) => {
                    metrics::counter!("parabus_modbus_timeouts").increment(1);
                    self.rest();
                    // Whoever waits behind a unit that is away does not wait for its next time-out as well.
                    self.jobs.urgent_in_a_row = MOST_URGENT;
                    let Some(Sent { job, asked, .. }) = self.waiting.remove(&request) else { continue };
                    let (unit, timeout_us) = (job.unit, u64::from(job.timeout_ms) * 1000);
                    if let Some(reason) = self.silence.goes_on(unit, asked, clock::monotonic_us(), timeout_us) {
                        // It was the connection's fault, not the unit's: a read is asked again on a new one.
                        job.answer(Err(LinkError::Silent));
                        return End::Fault(reason);
                    }
                    if self.machine.is_within_frame() {
                        job.answer(Err(LinkError::Timeout));
                        return End::Fault(words::FRAME_CUT.en().to_owned());
                    }
                    job.answer(Err(LinkError::Timeout));
                    continue;
                }
                Poll::Sent(request) => {
                    if let Some(sent) = self.waiting.remove(&request) {
                        sent.job.answer(Ok(Vec::new()));
                    }
                    continue;
                }
                // Made without repetitions: the poller decides what is worth another request.
                Poll::SendAgain(_) => continue,
                Poll::WaitUntil(at) => Some(at),
                Poll::Idle => None,
            };
            let has_room = self.has_room();
            let Jobs { urgent, routine, .. } = &mut *self.jobs;
            let held = self.cleared.iter().chain(&urgent.next).chain(&routine.next);
            let held = held.map(|held| held.not_before_us.max(self.rest_until_us));
            // One that only waits for room is woken by the reply or time-out that makes it.
            let held = if has_room { held.min() } else { None };
            let deadline = [deadline, held].into_iter().flatten().min();
            // What a talkative device sends never keeps requests waiting: they come first, one at a time.
            tokio::select! {
                biased;
                Some(arrival) = arrivals.recv() => return End::Replaced(arrival),
                Ok(()) = drops.changed() => return End::Fault(words::DROPPED.en().to_owned()),
                job = urgent.waiting.recv(), if urgent.next.is_none() && !urgent.waiting.is_closed() => {
                    urgent.next = job.map(Held::new);
                }
                job = routine.waiting.recv(), if routine.next.is_none() && !routine.waiting.is_closed() => {
                    routine.next = job.map(Held::new);
                }
                read = self.stream.read(&mut buffer) => match read {
                    Ok(0) => return End::Fault(match self.connection {
                        Connection::Direct { .. } => words::CLOSED_BY_DEVICE.en().to_owned(),
                        Connection::Serial(_) => words::PORT_GONE.en().to_owned(),
                        Connection::Backward(_) => words::CLOSED_BY_CONTROLLER.en().to_owned(),
                    }),
                    Ok(count) => {
                        self.silence.ends(clock::monotonic_us());
                        if let Err(reason) = self.receive(buffer.get(..count).unwrap_or_default()) {
                            return End::Fault(reason);
                        }
                    }
                    Err(error) => return End::Fault(error.to_string()),
                },
                () = sleep_until(deadline) => {}
            }
        }
    }

    fn has_room(&self) -> bool {
        let most = usize::from(self.shared.limits.read().max_in_flight);
        self.machine.has_room() && self.machine.in_flight() < most
    }

    /// The device's rest begins.
    fn rest(&mut self) {
        let gap_us = u64::from(self.shared.limits.read().request_gap_ms) * 1000;
        self.rest_until_us = clock::monotonic_us().saturating_add(gap_us);
    }

    /// Sends what was taken out of the queues and may be sent now.
    async fn send_what_may_go(&mut self) -> Result<(), String> {
        let now = clock::monotonic_us();
        let is_due = |held: &mut Held| held.not_before_us <= now;
        if self.has_room()
            && self.rest_until_us <= now
            && let Some(held) = self.cleared.take_if(is_due)
        {
            self.cleared = self.send(held).await?;
        }
        if self.jobs.urgent_in_a_row >= MOST_URGENT {
            self.send_routine().await?;
        }
        if self.has_room()
            && self.rest_until_us <= clock::monotonic_us()
            && let Some(held) = self.jobs.urgent.next.take_if(is_due)
        {
            self.jobs.urgent.next = self.send(held).await?;
            if self.jobs.urgent.next.is_none() && self.jobs.routine.next.is_some() {
                self.jobs.urgent_in_a_row = self.jobs.urgent_in_a_row.saturating_add(1);
            }
        }
        self.send_routine().await
    }

    async fn send_routine(&mut self) -> Result<(), String> {
        let now = clock::monotonic_us();
        if self.has_room()
            && self.rest_until_us <= now
            && let Some(held) = self.jobs.routine.next.take_if(|held| held.not_before_us <= now)
        {
            self.jobs.urgent_in_a_row = 0;
            self.jobs.routine.next = self.send(held).await?;
        }
        Ok(())
    }

    /// Sends a job's request, or gives the job back while the line has to be silent.
    async fn send(&mut self, held: Held) -> Result<Option<Held>, String> {
        let job = held.job;
        if job.reply.is_closed() {
            return Ok(None);
        }
        if self.silence.silent_us(job.unit).is_some_and(|at_us| at_us > job.asked_us) {
            // It was asked for somebody else meanwhile, and did not answer.
            job.answer(Err(LinkError::Timeout));
            return Ok(None);
        }
        if self.waiting.is_empty()
            && matches!(job.ask, Ask::Write { .. })
            && let Err(reason) = self.look_for_the_end()
        {
            job.answer(Err(LinkError::Unsent(reason.clone())));
            return Err(reason);
        }
        let mut frame = [0; MAX_FRAME];
        let before = self.silence.question_before(job.unit, &job.ask, clock::monotonic_us());
        let is_check = before.is_some();
        let asked = before.unwrap_or_else(|| job.ask.clone());
        let (request, length) = match asked.send(self.machine, job.unit, job.timeout_ms, &mut frame) {
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
        self.waiting.insert(request, Sent { job, asked, is_check });
        self.rest();
        self.shared.active_us.store(clock::monotonic_us(), Ordering::Relaxed);
        let bytes = frame.get(..length).unwrap_or_default();
        match tokio::time::timeout(timeout, self.stream.write_all(bytes)).await {
            Ok(Ok(())) => Ok(None),
            Ok(Err(error)) => Err(error.to_string()),
            Err(_) => Err("the device takes no more bytes".to_owned()),
        }
    }

    /// A write is not repeated, so a stream that has already ended must not swallow it.
    fn look_for_the_end(&mut self) -> Result<(), String> {
        let mut buffer = [0; MAX_FRAME];
        let read = self.stream.read(&mut buffer);
        match read.now_or_never() {
            Some(Ok(0)) => Err(words::CLOSED_BY_DEVICE.en().to_owned()),
            Some(Ok(count)) => self.receive(buffer.get(..count).unwrap_or_default()),
            Some(Err(error)) => Err(error.to_string()),
            None => Ok(()),
        }
    }

    fn receive(&mut self, mut bytes: &[u8]) -> Result<(), String> {
        self.shared.active_us.store(clock::monotonic_us(), Ordering::Relaxed);
        while !bytes.is_empty() {
            let (taken, event) = self
                .machine
                .receive(bytes, clock::monotonic_us())
                .map_err(|error| format!("not Modbus TCP: {error}"))?;
            match event {
                Some(Event::Reply { request, response }) => {
                    self.shared.status.write().last_seen_on = Some(clock::now());
                    self.was_answered.store(true, Ordering::Relaxed);
                    let result = values_of(&response);
                    if let Err(LinkError::Exception(code)) = &result {
                        metrics::counter!("parabus_modbus_exceptions", "code" => code.name()).increment(1);
                    }
                    if let Some(Sent { job, asked, is_check }) = self.waiting.remove(&request) {
                        self.silence.answered(job.unit);
                        if is_check {
                            self.silence.is_cleared(job.unit);
                        }
                        if asked == job.ask {
                            job.answer(result);
                        } else {
                            self.cleared = Some(Held::new(job));
                        }
                    }
                    self.rest();
                }
                Some(Event::Stray(stray)) => {
                    metrics::counter!("parabus_modbus_strays").increment(1);
                    tracing::debug!(?stray, "a frame that answers nothing");
                }
                // A controller has said who it is before its stream comes here.
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
