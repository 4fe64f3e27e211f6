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

mod answering;
mod asking;
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
use answering::server_of;
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
}
