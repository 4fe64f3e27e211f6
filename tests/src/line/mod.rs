//! A noisy line with a seed: core's client machines against its server machines, on a clock of
//! microseconds that nobody waits for.
//!
//! The line loses bytes and frames, doubles frames, flips bits, cuts and joins chunks, delays replies
//! beyond the time-out, adds noise, echoes, and lets units talk that nobody asked. Three laws are
//! checked at every step:
//!
//! - What is accepted as the reply to a request is what the unit gave for exactly that request, now or
//!   when the same was asked before.
//! - A request that the line lets through is answered, a reply that it lets through in time finishes
//!   its request.
//! - The machines never hang: whoever asks them gets on.
//!
//! What no machine could tell is left out on purpose, each where the code says "left out".

mod plant;
mod wire;

pub use plant::Plant;
pub use wire::{frame, parse as parse_frame, question};

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap, HashSet, VecDeque};
use std::fmt;
use std::ops::AddAssign;
use std::rc::Rc;

use parabus_core::modbus::client::{self, ClientError, Event, Poll, RequestId};
use parabus_core::modbus::server::{self, ServerPoll, answer};
use parabus_core::modbus::{Line, MAX_PDU, Request, UnitId, UnitSet, ascii, rtu, tcp};

use crate::random::Random;
use wire::{Byte, Faults, Frame, Kind, Pipe};

/// What stands around the PDU.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transport {
    /// Binary frames on a serial line.
    Rtu,
    /// Frames of text on a serial line.
    Ascii,
    /// A TCP connection.
    Tcp,
}

impl Transport {
    /// Every transport.
    pub const ALL: [Transport; 3] = [Transport::Rtu, Transport::Ascii, Transport::Tcp];

    /// Its name in messages and arguments.
    pub const fn name(self) -> &'static str {
        match self {
            Transport::Rtu => "rtu",
            Transport::Ascii => "ascii",
            Transport::Tcp => "tcp",
        }
    }
}

/// How it went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Requests sent for the first time.
    pub transactions: u64,
    /// Those finished by a reply.
    pub replies: u64,
    /// Those given up.
    pub timed_out: u64,
    /// Broadcasts.
    pub sent: u64,
    /// Those under way when the connection was lost.
    pub lost: u64,
    /// Frames that answered nothing.
    pub strays: u64,
    /// Replies that came too late for their request.
    pub late: u64,
    /// Bytes that nobody sent so, and whose checksum fits.
    pub chance: u64,
}

impl fmt::Display for Totals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Totals { transactions, replies, timed_out, sent, lost, strays, late, chance } = self;
        write!(f, "{transactions} transactions: {replies} answered, {timed_out} timed out, {sent} broadcast, ")?;
        write!(f, "{lost} lost with their connection; {late} late replies, {strays} strays, {chance} by chance")
    }
}

impl AddAssign for Totals {
    fn add_assign(&mut self, other: Self) {
        self.transactions += other.transactions;
        self.replies += other.replies;
        self.timed_out += other.timed_out;
        self.sent += other.sent;
        self.lost += other.lost;
        self.strays += other.strays;
        self.late += other.late;
        self.chance += other.chance;
    }
}

/// A question: unit and PDU.
type Key = Rc<(u8, Vec<u8>)>;

/// A request under way.
struct Transaction {
    key: Key,
    transaction: u16,
    bytes: Vec<u8>,
    attempts: u8,
    timeout_us: u64,
    deadline_us: u64,
    /// Echo that is still to come, and whether something else came instead.
    echo_left: usize,
    echo_tag: u32,
    /// The frame of which a part came before it was sent.
    cut: Option<u32>,
    is_spoiled: bool,
    /// Whether a reply to the same came in place of the echo: then the echo is taken for the reply.
    is_swapped: bool,
    /// Whether bytes of more than one frame came since it was sent.
    is_dirty: bool,
    first_tag: Option<u32>,
}

/// A server with its line.
struct Node {
    machine: Box<dyn server::Machine>,
    units: UnitSet,
    plant: Plant,
    pipe: Pipe,
    inbox: Vec<Byte>,
    /// The request that the machine showed last: identity, question, until when its reply may come.
    asked: Option<(u16, Key, u64)>,
    /// Questions that the line let through on TCP, in order, and until when their replies may come.
    expected: VecDeque<(Key, u64)>,
    /// Bytes that came since a request is waiting.
    behind: usize,
    waiting: usize,
    /// The frame that is being heard, and the one in which the server itself began to speak.
    begun: Option<u32>,
    cut: Option<u32>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum What {
    ToClient,
    ToServer(usize),
    Answer(usize, u16),
    Server(usize),
    Client,
}

struct World {
    transport: Transport,
    retries: u8,
    line: Line,
    faults: Faults,
    random: Random,
    now_us: u64,
    agenda: BinaryHeap<Reverse<(u64, u64, What)>>,
    entries: u64,
    client: Box<dyn client::Machine>,
    pipe: Pipe,
    /// The frame that the client is hearing.
    begun: Option<u32>,
    nodes: Vec<Node>,
    frames: Vec<Frame>,
    under_way: BTreeMap<RequestId, Transaction>,
    draft: Option<(u8, Vec<u8>)>,
    next_us: u64,
    wake_us: u64,
    left: u64,
    asked: HashSet<Key>,
    recent: VecDeque<Key>,
    totals: Totals,
    /// What happened, when a line is played again.
    story: Option<Vec<String>>,
}

/// Transactions of one line.
const ONE: u64 = 100;

/// Failures after which there is no use in going on.
const MOST_FAILURES: usize = 8;

/// Leads about so many transactions over lines of one seed after the other, by turns without retries and
/// with two. Gives the laws that were broken, each with the words that play its line again.
pub fn run_many(transport: Transport, first_seed: u64, transactions: u64, totals: &mut Totals) -> Vec<String> {
    let mut failures = Vec::new();
    for seed in first_seed.. {
        for retries in [0, 2] {
            match run(transport, retries, seed, ONE) {
                Ok(its) => *totals += its,
                Err(law) => failures.push(format!("PARABUS_LINE={}:{retries}:{seed}  {law}", transport.name())),
            }
        }
        if totals.transactions >= transactions || failures.len() >= MOST_FAILURES {
            break;
        }
    }
    failures
}

/// Plays a line again: `rtu:2:1234` is transport, retries, seed.
///
/// # Errors
/// The law that was broken, or words of another form.
pub fn replay(name: &str) -> Result<Totals, String> {
    let words: Vec<&str> = name.split(':').collect();
    let [transport, retries, seed] = words[..] else { return Err(format!("`{name}` is not transport:retries:seed")) };
    let transport = Transport::ALL.into_iter().find(|each| each.name() == transport);
    let transport = transport.ok_or_else(|| format!("`{name}` names no transport"))?;
    let (retries, seed) = (retries.parse().map_err(|_| "no retries")?, seed.parse().map_err(|_| "no seed")?);
    let mut world = World::new(transport, retries, seed, ONE);
    world.story = Some(vec![format!("{:?} {:?}", world.line, world.faults)]);
    let result = world.run();
    // The end of the story is what matters.
    let story = world.story.unwrap_or_default();
    println!(
        "{}",
        story[..1]
            .iter()
            .chain(story.iter().skip(story.len().saturating_sub(400).max(1)))
            .cloned()
            .collect::<Vec<_>>()
            .join("\n")
    );
    result.map(|()| world.totals)
}

/// Leads so many transactions over a line whose nature follows from the seed.
///
/// # Errors
/// The law that was broken.
pub fn run(transport: Transport, retries: u8, seed: u64, transactions: u64) -> Result<Totals, String> {
    let mut world = World::new(transport, retries, seed, transactions);
    world.run().map_err(|law| format!("{law}, at {} µs, {} requests left", world.now_us, world.left))?;
    Ok(world.totals)
}

const SERIAL_UNITS: [&[u8]; 2] = [&[1, 2], &[17, 200]];
const TCP_UNITS: [&[u8]; 1] = [&[1, 2, 17]];

/// A unit that is nowhere, one whose frames are on the line although nobody asks it, and functions and
/// quantities that nobody asks for.
const ABSENT: u8 = 5;
const FOREIGN: u8 = 77;
const FOREIGN_FUNCTION: u8 = 100;
const FOREIGN_QUANTITY: u8 = 7;

impl World {
    fn new(transport: Transport, retries: u8, seed: u64, transactions: u64) -> Self {
        let mut random = Random::new(seed);
        let line = match (transport, random.below(5)) {
            (Transport::Tcp, _) | (_, 0 | 1) => Line::stream(),
            (Transport::Ascii, which) => Line::ascii([9600, 19_200, 115_200][which - 2]),
            (Transport::Rtu, which) => Line::serial([9600, 19_200, 115_200][which - 2]),
        };
        let line = if line.duration_us(1) > 0 && random.is(400) { line.strict() } else { line };
        let line = if transport != Transport::Tcp && random.is(300) { line.with_echo() } else { line };
        let is_strict = line == line.strict();
        let client: Box<dyn client::Machine> = match transport {
            Transport::Rtu => Box::new(rtu::Client::new(line).with_retries(retries)),
            Transport::Ascii => Box::new(ascii::Client::new(line).with_retries(retries)),
            Transport::Tcp => Box::new(tcp::Client::<4>::new(1 + random.below(4)).with_retries(retries)),
        };
        let units: &[&[u8]] = if transport == Transport::Tcp { &TCP_UNITS } else { &SERIAL_UNITS };
        let node = |units: &&[u8]| {
            let units: UnitSet = units.iter().copied().map(UnitId).collect();
            Node {
                machine: server_of(transport, units, line),
                units,
                plant: Plant::default(),
                pipe: Pipe::default(),
                inbox: Vec::new(),
                asked: None,
                expected: VecDeque::new(),
                behind: 0,
                waiting: 0,
                begun: None,
                cut: None,
            }
        };
        let faults = Faults::new(&mut random, transport, is_strict);
        World {
            transport,
            retries,
            line,
            faults,
            random,
            now_us: 0,
            agenda: BinaryHeap::new(),
            entries: 0,
            client,
            pipe: Pipe::default(),
            begun: None,
            nodes: units.iter().map(node).collect(),
            frames: Vec::new(),
            under_way: BTreeMap::new(),
            draft: None,
            next_us: 0,
            wake_us: u64::MAX,
            left: transactions,
            asked: HashSet::new(),
            recent: VecDeque::new(),
            totals: Totals::default(),
            story: None,
        }
    }

    fn tell(&mut self, event: impl FnOnce(&Self) -> String) {
        if self.story.is_some() {
            let event = format!("{:>10} {}", self.now_us, event(self));
            self.story.iter_mut().for_each(|story| story.push(event.clone()));
        }
    }

    fn is_tcp(&self) -> bool {
        self.transport == Transport::Tcp
    }

    fn at(&mut self, time_us: u64, what: What) {
        self.entries += 1;
        self.agenda.push(Reverse((time_us, self.entries, what)));
    }

    fn run(&mut self) -> Result<(), String> {
        self.at(10_000, What::Client);
        while self.left > 0 || !self.under_way.is_empty() {
            let Some(Reverse((time_us, _, what))) = self.agenda.pop() else {
                return Err("nobody has anything left to do".to_owned());
            };
            if time_us < self.now_us {
                return Err("time went back".to_owned());
            }
            self.now_us = time_us;
            match what {
                What::ToClient => self.client_receives()?,
                What::ToServer(index) => self.server_receives(index)?,
                What::Answer(index, id) => {
                    let node = &self.nodes[index];
                    if node.machine.request().is_some_and(|request| request.id == id) {
                        self.answer(index)?;
                    }
                    drop(self.server_goes_on(index)?);
                }
                What::Server(index) => drop(self.server_goes_on(index)?),
                What::Client => {
                    if self.wake_us <= self.now_us {
                        self.wake_us = u64::MAX;
                    }
                    self.client_goes_on()?;
                }
            }
        }
        Ok(())
    }

    fn wake_client(&mut self, time_us: u64) {
        // Others may come first; one entry of the soonest is enough.
        if time_us < self.wake_us {
            self.wake_us = time_us;
            self.at(time_us, What::Client);
        }
    }

    /// Asks the client's machine what time brings, and sends what may be sent.
    fn client_goes_on(&mut self) -> Result<(), String> {
        for _ in 0..1000 {
            match self.client.poll(self.now_us) {
                Poll::SendAgain(id) => {
                    let Some(transaction) = self.under_way.get_mut(&id) else {
                        return Err("sends again what is not under way".to_owned());
                    };
                    if self.now_us < transaction.deadline_us || transaction.attempts > self.retries {
                        return Err("sends again too soon or too often".to_owned());
                    }
                    transaction.attempts += 1;
                    self.client_sends(id);
                    continue;
                }
                Poll::TimedOut(id) => {
                    self.tell(|_| "client gives up".to_owned());
                    let gone = self.under_way.remove(&id).ok_or("gives up what is not under way")?;
                    if self.now_us < gone.deadline_us
                        || gone.attempts != self.retries + 1
                        || gone.key.0 == 0 && !self.is_tcp()
                    {
                        return Err("gives up too soon, or a broadcast".to_owned());
                    }
                    self.totals.timed_out += 1;
                    self.pause();
                    continue;
                }
                Poll::Sent(id) => {
                    let gone = self.under_way.remove(&id).ok_or("sent what is not under way")?;
                    if gone.key.0 != 0 {
                        return Err("waits for no reply of a unit".to_owned());
                    }
                    self.totals.sent += 1;
                    self.pause();
                    continue;
                }
                Poll::WaitUntil(time_us) => {
                    if time_us <= self.now_us {
                        return Err("the client waits for the past".to_owned());
                    }
                    if let (false, Some(transaction)) = (self.is_tcp(), self.under_way.values_mut().next()) {
                        transaction.deadline_us = time_us;
                        let most_us = 2 * self.line.duration_us(ascii::MAX_FRAME) + transaction.timeout_us + 100_000;
                        if time_us > self.now_us + most_us {
                            return Err("waits for too long".to_owned());
                        }
                    }
                    self.wake_client(time_us);
                }
                Poll::Idle if !self.under_way.is_empty() => return Err("forgot a request".to_owned()),
                Poll::Idle => {}
            }
            if !self.client_asks()? {
                return Ok(());
            }
        }
        Err("the client hangs".to_owned())
    }

    /// Whoever uses the client thinks, sometimes.
    fn pause(&mut self) {
        let pause_us = if self.random.is(300) { self.random.within(0, 50_000) } else { 0 };
        self.next_us = self.now_us + pause_us;
    }

    /// Sends another request, if there is one and it may be; whether it did.
    fn client_asks(&mut self) -> Result<bool, String> {
        if self.left == 0 || !self.client.has_room() {
            return Ok(false);
        }
        if self.now_us < self.next_us {
            self.wake_client(self.next_us);
            return Ok(false);
        }
        let (unit, pdu) = match self.draft.take() {
            Some(draft) => draft,
            None => self.question(),
        };
        let request = Request::parse(&pdu).map_err(|error| format!("a question that is none: {error}"))?;
        let timeout_us = self.random.pick(&[50_000, 100_000, 100_000, 200_000]);
        let mut frame = [0; ascii::MAX_FRAME];
        match self.client.request(UnitId(unit), &request, self.now_us, timeout_us, &mut frame) {
            Ok((id, length)) => {
                let key: Key = Rc::new((unit, pdu));
                self.left -= 1;
                self.totals.transactions += 1;
                self.asked.insert(key.clone());
                self.recent.push_back(key.clone());
                if self.recent.len() > 12 {
                    self.recent.pop_front();
                }
                let transaction = Transaction {
                    key,
                    transaction: u16::from_be_bytes([frame[0], frame[1]]),
                    bytes: frame[..length].to_vec(),
                    attempts: 1,
                    timeout_us,
                    deadline_us: 0,
                    echo_left: 0,
                    echo_tag: 0,
                    cut: None,
                    is_spoiled: false,
                    is_swapped: false,
                    is_dirty: false,
                    first_tag: None,
                };
                if self.under_way.insert(id, transaction).is_some() {
                    return Err("two requests of one identity".to_owned());
                }
                self.client_sends(id);
                Ok(true)
            }
            Err(ClientError::NotBefore(time_us)) => {
                if time_us <= self.now_us {
                    return Err("not before the past".to_owned());
                }
                // Sometimes somebody else has another question meanwhile.
                self.draft = Some((unit, pdu)).filter(|_| !self.random.is(200));
                self.wake_client(time_us);
                Ok(false)
            }
            Err(error) => Err(format!("a request is refused: {error}")),
        }
    }

    /// Puts the frame of a request on the line.
    fn client_sends(&mut self, id: RequestId) {
        let Some(transaction) = self.under_way.get_mut(&id) else { return };
        let (key, bytes) = (transaction.key.clone(), transaction.bytes.clone());
        if self.transport == Transport::Tcp {
            transaction.deadline_us = self.now_us + transaction.timeout_us;
        }
        (transaction.is_spoiled, transaction.is_swapped, transaction.is_dirty) = (false, false, false);
        transaction.first_tag = None;
        transaction.cut = self.begun;
        transaction.echo_tag = self.frames.len() as u32;
        transaction.echo_left = if self.line.has_echo() { bytes.len() } else { 0 };
        let (attempt, deadline) = (transaction.attempts, transaction.timeout_us);
        let limit_us = self.now_us + self.line.duration_us(bytes.len()) + 2 * transaction.timeout_us;
        let number = transaction.transaction;
        self.tell(|_| format!("client asks {key:02x?}, attempt {attempt}, time-out {deadline}"));
        if self.line.has_echo() {
            // Left out: two that speak at once on two wires, and an echo that comes after the time-out.
            if self.pipe.free_us() > self.now_us + 5000 {
                self.pipe = Pipe::default();
            }
            let is_damaged = self.random.is(self.faults.damage / 4);
            let frame =
                Frame { kind: Kind::Echo, key: Some(key.clone()), pdu: key.1.clone(), transaction: 0, limit_us };
            self.emit(None, frame, &bytes, 0, is_damaged);
        }
        if self.random.is(self.faults.foreign) {
            self.foreign_talk(&key, number);
        }
        if self.random.is(self.faults.loss) {
            return;
        }
        // Left out: a server that answers each of the two. The replies could not be told from those to two
        // questions.
        let may_double = self.is_tcp() || self.line.t3_5_us() > 0;
        let is_double = may_double && self.random.is(self.faults.double);
        for index in 0..self.nodes.len() {
            let is_damaged = self.random.is(self.faults.damage);
            if is_double && !self.is_tcp() {
                let frame = Frame {
                    kind: Kind::Request,
                    key: Some(key.clone()),
                    pdu: key.1.clone(),
                    transaction: number,
                    limit_us,
                };
                self.emit_joined(Some(index), frame, &bytes, 0);
                continue;
            }
            for copy in 0..=u8::from(is_double) {
                let frame = Frame {
                    kind: Kind::Request,
                    key: Some(key.clone()),
                    pdu: key.1.clone(),
                    transaction: number,
                    limit_us,
                };
                self.emit(Some(index), frame, &bytes, 0, is_damaged && copy == 0);
            }
        }
    }

    /// Units that nobody asked, and units that answer what nobody asked.
    fn foreign_talk(&mut self, key: &Key, number: u16) {
        let function = key.1[0];
        let mut pdu = match self.random.below(3) {
            0 => vec![FOREIGN_FUNCTION, 1, 2, 3],
            1 => vec![0x80 | FOREIGN_FUNCTION, 2],
            // As many registers as nobody asks for.
            _ => {
                let mut pdu = vec![3, 2 * FOREIGN_QUANTITY];
                pdu.extend(self.random.bytes(2 * usize::from(FOREIGN_QUANTITY)));
                pdu
            }
        };
        let (mut unit, mut transaction) = (key.0, number);
        if self.random.is(500) {
            (unit, pdu) = (FOREIGN, vec![function, 2, 1, 2]);
            if self.is_tcp() && self.random.is(500) {
                (unit, transaction) = (key.0, number.wrapping_sub(1 + self.random.below(50) as u16));
                // Left out: another request under way may have that transaction.
                if self.under_way.values().any(|other| other.transaction == transaction) {
                    return;
                }
            }
        }
        if unit == 0 && !self.is_tcp() {
            return;
        }
        let bytes = wire::frame(self.transport, transaction, unit, &pdu);
        let delay_us = self.random.within(0, 20_000);
        let frame = Frame { kind: Kind::Foreign, key: None, pdu, transaction, limit_us: 0 };
        for to in std::iter::once(None).chain((0..self.nodes.len()).map(Some)) {
            // No server hears its own unit ask something.
            if to.is_none() || !self.is_tcp() && unit == FOREIGN {
                self.emit(to, frame.clone(), &bytes, delay_us, false);
            }
        }
    }

    /// Sends bytes through the line to the client or a server.
    fn emit(&mut self, to: Option<usize>, mut frame: Frame, bytes: &[u8], delay_us: u64, is_damaged: bool) {
        let mut bytes = bytes.to_vec();
        let mut hole = None;
        if is_damaged {
            hole = wire::damage(&mut bytes, self.transport, self.line, &mut self.random);
            frame.kind = if hole.is_some() { Kind::Parted } else { Kind::Damaged };
        }
        let tag = self.frames.len() as u32;
        let (last, is_echo) = (bytes.len().saturating_sub(1), frame.kind == Kind::Echo);
        self.frames.push(frame);
        let mut bytes: Vec<Byte> =
            bytes.iter().enumerate().map(|(at, value)| Byte { value: *value, tag, is_last: at == last }).collect();
        let has_noise = !self.is_tcp() && !is_echo && self.random.is(self.faults.noise);
        if has_noise {
            let noise = wire::noise(self.transport, &mut self.random);
            let tag = self.frames.len() as u32;
            self.frames.push(Frame { kind: Kind::Noise, key: None, pdu: Vec::new(), transaction: 0, limit_us: 0 });
            let noise = noise.into_iter().map(|value| Byte { value, tag, is_last: false });
            let place = if self.random.is(600) { 0 } else { bytes.len() };
            hole = hole.filter(|_| place > 0);
            bytes.splice(place..place, noise);
        }
        let start_us = self.now_us + delay_us;
        let pipe = to.map_or(&mut self.pipe, |index| &mut self.nodes[index].pipe);
        let times = pipe.push(bytes, start_us, hole, self.line, &self.faults, &mut self.random);
        for time_us in times {
            self.at(time_us, to.map_or(What::ToClient, What::ToServer));
        }
    }

    /// Bytes with what they are of, a stroke behind the last of a frame.
    fn told(&self, chunk: &[Byte]) -> String {
        let mut text = String::new();
        let mut before = None;
        for byte in chunk {
            if before != Some(byte.tag) {
                text += &format!(" {:?}:", self.frames[byte.tag as usize].kind);
                before = Some(byte.tag);
            }
            text += &format!("{:02x}{}", byte.value, if byte.is_last { "|" } else { "" });
        }
        text
    }

    fn client_receives(&mut self) -> Result<(), String> {
        let Some(chunk) = self.pipe.pop(self.now_us, &mut self.random, &self.faults) else { return Ok(()) };
        self.tell(|world| format!("client hears {}", world.told(&chunk)));
        let mut due = Vec::new();
        for (id, transaction) in &mut self.under_way {
            // The machine takes so many bytes for its echo, whatever they are.
            let (echo, rest) = chunk.split_at(transaction.echo_left.min(chunk.len()));
            transaction.echo_left -= echo.len();
            let is_own =
                |byte: &Byte| byte.tag == transaction.echo_tag && self.frames[byte.tag as usize].kind == Kind::Echo;
            transaction.is_spoiled |= !echo.iter().all(is_own);
            let key = Some(&transaction.key);
            // Behind a collision the machine waits for the echo longer.
            let instead = if transaction.is_spoiled { &chunk[..] } else { echo };
            let is_same = |frame: &Frame| frame.kind == Kind::Reply && frame.key.as_ref() == key;
            transaction.is_swapped |= instead.iter().any(|byte| is_same(&self.frames[byte.tag as usize]));
            let is_its = |frame: &Frame| {
                frame.kind == Kind::Reply
                    && frame.key.as_ref() == key
                    && (self.transport != Transport::Tcp || frame.transaction == transaction.transaction)
            };
            transaction.first_tag = transaction.first_tag.or(rest.first().map(|byte| byte.tag));
            let first = transaction.first_tag;
            transaction.is_dirty |= rest.iter().any(|byte| Some(byte.tag) != first);
            let is_whole = |byte: &Byte| byte.is_last && Some(byte.tag) != transaction.cut;
            let is_there = rest.iter().any(|byte| is_whole(byte) && is_its(&self.frames[byte.tag as usize]));
            // Left out: a function that says no length has to stand alone.
            let is_alone = transaction.key.1[0] < 65 || !transaction.is_dirty;
            if is_there && is_alone && !transaction.is_spoiled && self.now_us < transaction.deadline_us {
                due.push(*id);
            }
        }
        for byte in chunk.iter().filter(|byte| byte.is_last) {
            let frame = &self.frames[byte.tag as usize];
            let is_late = !self.under_way.values().any(|its| frame.key.as_ref() == Some(&its.key));
            self.totals.late += u64::from(frame.kind == Kind::Reply && is_late);
        }
        self.begun = chunk.last().filter(|byte| !byte.is_last).map(|byte| byte.tag);
        let bytes: Vec<u8> = chunk.iter().map(|byte| byte.value).collect();
        let mut at = 0;
        while at < bytes.len() {
            let (taken, event) = self.client.receive(&bytes[at..], self.now_us).map_err(|error| error.to_string())?;
            let part = &chunk[at..at + taken];
            let (mut is_reply, mut is_stray) = (false, false);
            match event {
                Some(Event::Reply { request, response }) => {
                    is_reply = true;
                    let mut pdu = [0; MAX_PDU];
                    let length = response.emit(&mut pdu).map_err(|error| format!("a reply that is none: {error}"))?;
                    let transaction = self.under_way.remove(&request).ok_or("a reply to what is not under way")?;
                    if self.judge(&transaction, &pdu[..length], part)? {
                        self.totals.replies += 1;
                    } else {
                        self.totals.chance += 1;
                        self.tell(|_| format!("client is answered by chance {}", wire::hex(&pdu[..length])));
                    }
                    self.pause();
                }
                Some(Event::Stray(_)) => {
                    is_stray = true;
                    self.totals.strays += 1;
                }
                Some(Event::Identity { .. }) | None => {}
            }
            if is_reply || is_stray {
                self.tell(|_| if is_reply { "client has a reply".to_owned() } else { "client has a stray".to_owned() });
            }
            if taken == 0 {
                return Err("the client takes no bytes".to_owned());
            }
            at += taken;
        }
        if let Some(left) = due.iter().find_map(|id| self.under_way.get(id)) {
            return Err(format!("the reply came in time and finished nothing: {:?}", left.key));
        }
        if self.random.is(1) && !self.under_way.is_empty() {
            self.reconnect();
        }
        self.client_goes_on()
    }

    /// Whether somebody sent the reply that was accepted; an error if it answers something else.
    fn judge(&self, transaction: &Transaction, pdu: &[u8], part: &[Byte]) -> Result<bool, String> {
        let ended = part.iter().filter(|byte| byte.is_last).map(|byte| &self.frames[byte.tag as usize]);
        let mut same = ended.filter(|frame| frame.kind != Kind::Damaged && frame.pdu == pdu).peekable();
        if same.peek().is_none() {
            // Left out: no machine knows better than the checksum.
            if self.is_tcp() {
                return Err(format!("{pdu:02x?} was accepted and never sent"));
            }
            return Ok(false);
        }
        // A silence that a request of the own hides does no harm.
        let is_reply = |frame: &Frame| {
            matches!(frame.kind, Kind::Reply | Kind::Parted) || frame.kind == Kind::Echo && transaction.is_swapped
        };
        if same.any(|frame| is_reply(frame) && frame.key.as_ref() == Some(&transaction.key)) {
            return Ok(true);
        }
        Err(format!("{pdu:02x?} was accepted for {:02x?}", transaction.key))
    }

    /// The connection is lost and made anew; on a serial line the bytes on their way come all the same.
    fn reconnect(&mut self) {
        self.client.reset(self.now_us);
        self.totals.lost += self.under_way.len() as u64;
        self.under_way.clear();
        if self.line.has_echo() {
            self.pipe = Pipe::default();
        }
        if self.is_tcp() {
            self.pipe = Pipe::default();
            for node in &mut self.nodes {
                node.machine = server_of(self.transport, node.units, self.line);
                node.pipe = Pipe::default();
                node.inbox.clear();
                node.expected.clear();
                node.asked = None;
            }
        }
    }

    fn server_receives(&mut self, index: usize) -> Result<(), String> {
        let Some(chunk) = self.nodes[index].pipe.pop(self.now_us, &mut self.random, &self.faults) else {
            return Ok(());
        };
        self.tell(|world| format!("server {index} hears {}", world.told(&chunk)));
        let node = &mut self.nodes[index];
        let mut due = Vec::new();
        for (at, byte) in chunk.iter().enumerate().filter(|(_, byte)| byte.is_last) {
            let frame = &self.frames[byte.tag as usize];
            let (Kind::Request, Some(key)) = (frame.kind, frame.key.clone()) else { continue };
            if self.transport == Transport::Tcp {
                node.expected.push_back((key, frame.limit_us));
                continue;
            }
            // Left out: what says no length begins behind a silence and ends with its bytes; a request that
            // waits leaves little room.
            let is_last = at + 1 == chunk.len();
            let has_end = key.1[0] < 65 || is_last && self.faults.is_quiet();
            let has_room = node.waiting == 0 || node.waiting + node.behind + chunk.len() <= rtu::MAX_FRAME;
            let is_its = key.0 == 0 || node.units.contains(UnitId(key.0));
            // Left out: a chunk that was held up so long that the server spoke meanwhile.
            if is_its && has_end && node.cut != Some(byte.tag) && (has_room || self.transport == Transport::Ascii) {
                due.push(key);
            }
        }
        node.begun = chunk.last().filter(|byte| !byte.is_last).map(|byte| byte.tag);
        if node.waiting > 0 {
            node.behind += chunk.len();
        }
        let length = chunk.len();
        node.inbox.extend(chunk);
        let chance = self.totals.chance;
        let seen = self.server_goes_on(index)?;
        // Left out: the first byte of a frame may be what a cut one before it lacked.
        if self.totals.chance > chance || seen.iter().any(|key| !due.contains(key)) {
            self.nodes[index].cut = self.nodes[index].begun;
            return Ok(());
        }
        // Left out: what came together with the end of a request that leaves no room behind it.
        let waiting = seen.iter().map(|key| key.1.len() + 3).max().filter(|_| self.transport == Transport::Rtu);
        let has_room = waiting.is_none_or(|waiting| waiting + length <= rtu::MAX_FRAME);
        if let Some(missed) = due.iter().find(|key| has_room && !seen.contains(key)) {
            return Err(format!("server {index} did not hear {missed:02x?}"));
        }
        Ok(())
    }

    /// Lets a server do what it can; the questions that it showed.
    fn server_goes_on(&mut self, index: usize) -> Result<Vec<Key>, String> {
        let mut seen = Vec::new();
        for _ in 0..1000 {
            let node = &mut self.nodes[index];
            let mut is_idle = true;
            if !node.inbox.is_empty() {
                let bytes: Vec<u8> = node.inbox.iter().map(|byte| byte.value).collect();
                let taken = node.machine.receive(&bytes, self.now_us).map_err(|error| error.to_string())?;
                let limit_us = node.inbox[..taken].iter().map(|byte| &self.frames[byte.tag as usize]);
                let limit_us = limit_us.filter(|frame| frame.kind == Kind::Request).map(|frame| frame.limit_us).max();
                node.inbox.drain(..taken);
                is_idle = taken == 0;
                let shown = node.machine.request().map(|asked| (asked.id, asked.unit_id.0, asked.pdu.to_vec()));
                let old = node.asked.as_ref().map(|(id, _, _)| *id);
                if let Some((id, unit, pdu)) = shown.filter(|(id, _, _)| Some(*id) != old) {
                    let key = Rc::new((unit, pdu));
                    if !self.asked.contains(&key) {
                        // Left out: bytes that nobody sent so, and whose checksum fits.
                        node.machine.ignore();
                        node.asked = None;
                        (node.waiting, node.behind) = (0, 0);
                        node.cut = node.begun;
                        self.totals.chance += 1;
                        self.tell(|_| format!("server {index} is asked by chance {key:02x?}"));
                        continue;
                    }
                    node.asked = Some((id, key.clone(), limit_us.unwrap_or(self.now_us)));
                    (node.waiting, node.behind) = (key.1.len() + 3, 0);
                    seen.push(key.clone());
                    self.tell(|_| format!("server {index} is asked {key:02x?}"));
                    self.decide(index, id)?;
                }
            }
            let node = &mut self.nodes[index];
            match node.machine.poll(self.now_us) {
                ServerPoll::Send(bytes) => {
                    let bytes = bytes.to_vec();
                    (node.waiting, node.behind) = (0, 0);
                    node.cut = node.begun;
                    self.tell(|_| format!("server {index} says {}", wire::hex(&bytes)));
                    self.server_sends(index, &bytes)?;
                    is_idle = false;
                }
                ServerPoll::WaitUntil(time_us) if time_us <= self.now_us => {
                    return Err("the server waits for the past".to_owned());
                }
                ServerPoll::WaitUntil(time_us) => self.at(time_us, What::Server(index)),
                ServerPoll::Idle => {}
            }
            if is_idle {
                return Ok(seen);
            }
        }
        Err("the server hangs".to_owned())
    }

    /// Answers at once, later or never.
    fn decide(&mut self, index: usize, id: u16) -> Result<(), String> {
        if self.random.is(self.faults.ignore) {
            let node = &mut self.nodes[index];
            node.machine.ignore();
            (node.waiting, node.behind) = (0, 0);
            node.expected.pop_front();
            return Ok(());
        }
        match self.faults.server_delay(&mut self.random) {
            0 => self.answer(index),
            delay_us => {
                self.at(self.now_us + delay_us, What::Answer(index, id));
                Ok(())
            }
        }
    }

    fn answer(&mut self, index: usize) -> Result<(), String> {
        let node = &mut self.nodes[index];
        let Some(asked) = node.machine.request() else { return Err("the request is gone".to_owned()) };
        let (id, unit, pdu) = (asked.id, asked.unit_id, asked.pdu.to_vec());
        let is_broadcast = unit.0 == 0 && self.transport != Transport::Tcp;
        if is_broadcast || self.random.is(500) {
            node.machine.answer(&mut node.plant);
        } else {
            let mut buffer = [0; MAX_PDU];
            buffer[..pdu.len()].copy_from_slice(&pdu);
            let length = answer(&mut node.plant, unit, &mut buffer, pdu.len());
            if node.machine.reply(id.wrapping_add(1), &buffer[..length]) || !node.machine.reply(id, &buffer[..length]) {
                return Err("the server takes a reply for another's".to_owned());
            }
        }
        if is_broadcast {
            (node.waiting, node.behind) = (0, 0);
            node.cut = node.begun;
        }
        // The reply stands where the request did, and may leave no room for another.
        if node.waiting > 0 {
            node.waiting = rtu::MAX_FRAME;
        }
        // Only this transport lets one look without taking: the line has not been silent yet.
        if self.transport == Transport::Rtu && is_broadcast == (node.machine.poll(0) != ServerPoll::Idle) {
            return Err("a reply is owed, or a broadcast is answered".to_owned());
        }
        Ok(())
    }

    fn server_sends(&mut self, index: usize, bytes: &[u8]) -> Result<(), String> {
        let parsed = wire::parse(self.transport, bytes);
        let Some((transaction, unit, pdu)) = parsed else { return Err("the server sends no frame".to_owned()) };
        let node = &mut self.nodes[index];
        let origin = if self.transport == Transport::Tcp {
            node.expected.pop_front()
        } else {
            node.asked.as_ref().map(|(_, key, limit_us)| (key.clone(), *limit_us))
        };
        let Some((key, limit_us)) = origin else { return Err("the server answers nobody".to_owned()) };
        if unit != key.0 || pdu[0] & 0x7F != key.1[0] {
            return Err(format!("the server answers {key:02x?} with {pdu:02x?} of {unit}"));
        }
        // An own echo is heard by the transceiver itself: the line has no part in it.
        if self.line.has_echo() {
            let taken = node.machine.receive(bytes, self.now_us).map_err(|error| error.to_string())?;
            if taken != bytes.len() || node.machine.request().is_some() {
                return Err("the server hears itself".to_owned());
            }
        }
        let frame = Frame { kind: Kind::Reply, key: Some(key.clone()), pdu, transaction, limit_us };
        // What others say is heard by every server of the line.
        if !self.is_tcp() {
            for other in (0..self.nodes.len()).filter(|other| *other != index) {
                let is_damaged = self.random.is(self.faults.damage);
                self.emit(Some(other), frame.clone(), bytes, 0, is_damaged);
            }
        }
        if self.random.is(self.faults.loss) {
            return Ok(());
        }
        let delay_us = self.faults.transit(&mut self.random);
        let end_us = self.pipe.free_us().max(self.now_us + delay_us) + self.line.duration_us(bytes.len() + 40);
        // Left out: what comes later than the time-out after the deadline. On a serial line nothing tells it
        // from the reply to a newer question.
        if !self.is_tcp() && end_us + wire::MOST_JITTER_US >= limit_us {
            return Ok(());
        }
        let is_damaged = !self.is_tcp() && self.random.is(self.faults.damage);
        // Left out: a double that comes apart from its reply, or one of several replies awaited.
        let may_double = self.is_tcp()
            || key.1[0] < 65 && self.recent.iter().filter(|other| **other == key).count() == 1 && self.retries == 0;
        if may_double && !is_damaged && self.random.is(self.faults.double) {
            if self.is_tcp() {
                self.emit(None, frame.clone(), bytes, delay_us, false);
                self.emit(None, frame, bytes, delay_us, false);
            } else {
                self.emit_joined(None, frame, bytes, delay_us);
            }
            return Ok(());
        }
        self.emit(None, frame, bytes, delay_us, is_damaged);
        Ok(())
    }

    /// A frame and the same again, in one chunk.
    fn emit_joined(&mut self, to: Option<usize>, frame: Frame, bytes: &[u8], delay_us: u64) {
        let tag = self.frames.len() as u32;
        self.frames.push(frame);
        let last = bytes.len() - 1;
        let once = bytes.iter().enumerate().map(|(at, value)| Byte { value: *value, tag, is_last: at == last });
        let twice: Vec<Byte> = once.clone().chain(once).collect();
        let start_us = self.now_us + delay_us;
        let pipe = to.map_or(&mut self.pipe, |index| &mut self.nodes[index].pipe);
        let time_us = pipe.push_whole(twice, start_us, self.line);
        self.at(time_us, to.map_or(What::ToClient, What::ToServer));
    }

    /// A random request, often one that was asked before.
    fn question(&mut self) -> (u8, Vec<u8>) {
        if self.random.is(150)
            && let Some(key) = self.recent.get(self.random.below(12))
        {
            return (key.0, key.1.clone());
        }
        let random = &mut self.random;
        let unit = match random.below(50) {
            0 => 0,
            1 => ABSENT,
            _ if self.transport == Transport::Tcp => random.pick(&[1, 2, 17, 255, 0]),
            _ => random.pick(&[1, 2, 17, 200]),
        };
        loop {
            let pdu = wire::question(random);
            let Ok(request) = Request::parse(&pdu) else { continue };
            if unit != 0 || self.transport == Transport::Tcp || !request.is_read() {
                return (unit, pdu);
            }
        }
    }
}

fn server_of(transport: Transport, units: UnitSet, line: Line) -> Box<dyn server::Machine> {
    match transport {
        Transport::Rtu => Box::new(rtu::Server::new(units, line)),
        Transport::Ascii => Box::new(ascii::Server::new(units, line)),
        Transport::Tcp => Box::new(tcp::Server::new(units)),
    }
}
