//! Every reply that can come instead of the right one, for every transport and every function that reads
//! or writes: the right one is delivered before the deadline, and nothing else is.

use parabus_core::modbus::client::{ClientError, Event, Machine, Poll, RequestId};
use parabus_core::modbus::{Line, MAX_PDU, Request, UnitId, ascii, rtu, tcp};
use parabus_tests::line::{Transport, frame};

const UNIT: u8 = 17;
const TIMEOUT_US: u64 = 100_000;

/// A question and its answer; another question to the same function, and the answer to that.
struct Talk {
    asked: &'static [u8],
    reply: &'static [u8],
    older: &'static [u8],
    older_reply: &'static [u8],
}

const fn talk(asked: &'static [u8], reply: &'static [u8], older: &'static [u8], older_reply: &'static [u8]) -> Talk {
    Talk { asked, reply, older, older_reply }
}

/// Each older reply looks like an answer, where the standard lets it.
const TALKS: [Talk; 14] = [
    talk(&[1, 0, 9, 0, 10], &[1, 2, 0xCD, 1], &[1, 0, 99, 0, 10], &[1, 2, 0x55, 2]),
    talk(&[2, 0, 9, 0, 3], &[2, 1, 5], &[2, 0, 99, 0, 3], &[2, 1, 2]),
    talk(&[3, 0, 9, 0, 2], &[3, 4, 0, 9, 0, 10], &[3, 0, 99, 0, 2], &[3, 4, 0, 99, 0, 100]),
    talk(&[4, 0, 9, 0, 1], &[4, 2, 0x12, 0x34], &[4, 0, 99, 0, 1], &[4, 2, 0x56, 0x78]),
    talk(&[5, 0, 9, 0xFF, 0], &[5, 0, 9, 0xFF, 0], &[5, 0, 9, 0, 0], &[5, 0, 9, 0, 0]),
    talk(&[6, 0, 9, 1, 2], &[6, 0, 9, 1, 2], &[6, 0, 9, 1, 3], &[6, 0, 9, 1, 3]),
    talk(&[15, 0, 9, 0, 3, 1, 5], &[15, 0, 9, 0, 3], &[15, 0, 9, 0, 3, 1, 2], &[15, 0, 9, 0, 3]),
    talk(&[16, 0, 9, 0, 1, 2, 1, 2], &[16, 0, 9, 0, 1], &[16, 0, 9, 0, 1, 2, 3, 4], &[16, 0, 9, 0, 1]),
    talk(
        &[20, 7, 6, 0, 4, 0, 1, 0, 2],
        &[20, 6, 5, 6, 0x0D, 0xFE, 0, 0x20],
        &[20, 7, 6, 0, 4, 0, 9, 0, 2],
        &[20, 6, 5, 6, 1, 2, 3, 4],
    ),
    talk(
        &[21, 9, 6, 0, 4, 0, 7, 0, 1, 6, 0xAF],
        &[21, 9, 6, 0, 4, 0, 7, 0, 1, 6, 0xAF],
        &[21, 9, 6, 0, 4, 0, 8, 0, 1, 6, 0xAF],
        &[21, 9, 6, 0, 4, 0, 8, 0, 1, 6, 0xAF],
    ),
    talk(
        &[22, 0, 4, 0, 0xF2, 0, 0x25],
        &[22, 0, 4, 0, 0xF2, 0, 0x25],
        &[22, 0, 4, 0, 0xF2, 0, 0x26],
        &[22, 0, 4, 0, 0xF2, 0, 0x26],
    ),
    talk(
        &[23, 0, 3, 0, 2, 0, 9, 0, 1, 2, 1, 2],
        &[23, 4, 0, 3, 0, 4],
        &[23, 0, 3, 0, 2, 0, 9, 0, 1, 2, 3, 4],
        &[23, 4, 0, 5, 0, 6],
    ),
    talk(&[24, 4, 0xDE], &[24, 0, 6, 0, 2, 1, 0xB8, 0x12, 0x84], &[24, 4, 0xDF], &[24, 0, 4, 0, 1, 1, 1]),
    talk(
        &[43, 14, 1, 0],
        &[43, 14, 1, 1, 0, 0, 1, 0, 2, b'a', b'b'],
        &[43, 14, 1, 1],
        &[43, 14, 1, 1, 0, 0, 1, 1, 1, b'c'],
    ),
];

/// A client on its line, and what it sent last.
struct Bench {
    transport: Transport,
    client: Box<dyn Machine>,
    now_us: u64,
    transaction: u16,
    sent: Vec<u8>,
    what: String,
}

impl Bench {
    fn new(transport: Transport, line: Line, what: String) -> Self {
        let client: Box<dyn Machine> = match transport {
            Transport::Rtu => Box::new(rtu::Client::new(line)),
            Transport::Ascii => Box::new(ascii::Client::new(line)),
            Transport::Tcp => Box::new(tcp::Client::<4>::new(1)),
        };
        Bench { transport, client, now_us: 10_000, transaction: 0, sent: Vec::new(), what }
    }

    fn try_to_ask(&mut self, pdu: &[u8]) -> Result<RequestId, ClientError> {
        let mut buffer = [0; ascii::MAX_FRAME];
        let request = Request::parse(pdu).unwrap();
        let (id, length) = self.client.request(UnitId(UNIT), &request, self.now_us, TIMEOUT_US, &mut buffer)?;
        self.sent = buffer[..length].to_vec();
        self.transaction = u16::from_be_bytes([buffer[0], buffer[1]]);
        Ok(id)
    }

    fn ask(&mut self, pdu: &[u8]) -> RequestId {
        let asked = self.try_to_ask(pdu);
        asked.unwrap_or_else(|error| panic!("{}: {error}", self.what))
    }

    /// A frame to the request that was sent last, or that many before it.
    fn frame(&self, unit: u8, pdu: &[u8], before: u16) -> Vec<u8> {
        frame(self.transport, self.transaction.wrapping_sub(before), unit, pdu)
    }

    /// What the client makes of bytes that come in chunks of this size, at once.
    fn hear(&mut self, bytes: &[u8], size: usize) -> Vec<(RequestId, Vec<u8>)> {
        let mut replies = Vec::new();
        for mut chunk in bytes.chunks(size) {
            self.now_us += 10;
            while !chunk.is_empty() {
                let (taken, event) = self.client.receive(chunk, self.now_us).unwrap();
                if let Some(Event::Reply { request, response }) = event {
                    let mut pdu = [0; MAX_PDU];
                    let length = response.emit(&mut pdu).unwrap();
                    replies.push((request, pdu[..length].to_vec()));
                }
                chunk = &chunk[taken..];
            }
        }
        replies
    }

    /// The right reply is delivered before the deadline, and nothing else.
    fn expect(&mut self, id: RequestId, talk: &Talk, stream: &[u8], size: usize) {
        let replies = self.hear(stream, size);
        assert_eq!(replies, [(id, talk.reply.to_vec())], "{}, chunks of {size}", self.what);
        assert_eq!(self.client.in_flight(), 0, "{}", self.what);
        // The line has long been silent when there is another question.
        self.now_us += 1_000_000;
    }

    fn give_up(&mut self, id: RequestId) {
        while let Poll::WaitUntil(time_us) = self.client.poll(self.now_us) {
            self.now_us = time_us;
        }
        assert_eq!(self.client.in_flight(), 0, "{}: {id:?} is over", self.what);
    }
}

const SIZES: [usize; 3] = [1, 3, 10_000];

/// Leads a client of every transport through every talk, in chunks of every size.
fn each(name: &str, mut case: impl FnMut(&mut Bench, &Talk, usize)) {
    for transport in Transport::ALL {
        let line = if transport == Transport::Ascii { Line::ascii(9600) } else { Line::stream() };
        for talk in &TALKS {
            for size in SIZES {
                let what = format!("{name}, {}, function {}", transport.name(), talk.asked[0]);
                case(&mut Bench::new(transport, line, what), talk, size);
            }
        }
    }
}

/// PDUs that answer something else: name and bytes.
fn wrong(talk: &Talk) -> Vec<(&'static str, Vec<u8>)> {
    let mut wrong = vec![
        ("an exception of another function", vec![0x80 | (talk.asked[0] ^ 1), 2]),
        ("a reply to another function", vec![7, 1]),
        ("registers of another function", if talk.asked[0] == 3 { vec![4, 4, 0, 9, 0, 10] } else { vec![3, 2, 0, 9] }),
        ("a byte too many", talk.reply.iter().copied().chain([0]).collect()),
        ("a byte too few", talk.reply[..talk.reply.len() - 1].to_vec()),
    ];
    match talk.asked[0] {
        1..=4 | 20 | 23 => {
            // Another number of items, in itself right.
            wrong.push((
                "another length",
                match talk.asked[0] {
                    1 | 2 => vec![talk.asked[0], 3, 1, 2, 3],
                    20 => vec![20, 4, 3, 6, 1, 2],
                    function => vec![function, 6, 0, 1, 0, 2, 0, 3],
                },
            ));
        }
        5 | 6 | 15 | 16 | 21 | 22 => {
            for place in 1..talk.reply.len() {
                let mut reply = talk.reply.to_vec();
                reply[place] ^= 1;
                wrong.push(("a field that is not what was asked", reply));
            }
        }
        43 => wrong.push(("another read code", vec![43, 14, 2, 1, 0, 0, 1, 0, 2, b'a', b'b'])),
        _ => {}
    }
    wrong
}

#[test]
fn what_answers_something_else() {
    each("", |bench, talk, size| {
        let mut all = vec![];
        for (name, pdu) in wrong(talk) {
            bench.what = format!("{name}, {}, function {}", bench.transport.name(), talk.asked[0]);
            let id = bench.ask(talk.asked);
            let bytes = bench.frame(UNIT, &pdu, 0);
            let stream = [bytes, bench.frame(UNIT, talk.reply, 0)].concat();
            bench.expect(id, talk, &stream, size);
            all.push(pdu);
        }
        // All of them, one behind the other.
        let id = bench.ask(talk.asked);
        let mut stream: Vec<u8> = all.iter().flat_map(|pdu| bench.frame(UNIT, pdu, 0)).collect();
        stream.extend(bench.frame(UNIT, talk.reply, 0));
        bench.expect(id, talk, &stream, size);
    });
}

#[test]
fn the_reply_of_another_unit() {
    each("another unit", |bench, talk, size| {
        let id = bench.ask(talk.asked);
        let foreign = [bench.frame(UNIT + 1, talk.reply, 0), bench.frame(0, talk.older_reply, 0)].concat();
        let stream = [foreign, bench.frame(UNIT, talk.reply, 0)].concat();
        bench.expect(id, talk, &stream, size);
    });
}

#[test]
fn the_late_reply_to_an_older_question() {
    for comes in [true, false] {
        each("late", |bench, talk, size| {
            let older = bench.ask(talk.older);
            bench.give_up(older);
            let late = bench.frame(UNIT, talk.older_reply, 0);
            if bench.transport == Transport::Tcp {
                let id = bench.ask(talk.asked);
                let late = if comes { late } else { Vec::new() };
                let stream = [late, bench.frame(UNIT, talk.reply, 0)].concat();
                return bench.expect(id, talk, &stream, size);
            }
            // Nothing in the bytes tells the two apart: the newer question waits.
            let Err(ClientError::NotBefore(time_us)) = bench.try_to_ask(talk.asked) else {
                panic!("{}: it could be taken for the answer", bench.what);
            };
            assert!(time_us <= bench.now_us + TIMEOUT_US, "{}: no longer than the time-out", bench.what);
            if comes {
                assert_eq!(bench.hear(&late, size), [], "{}", bench.what);
            } else {
                bench.now_us = time_us;
            }
            let id = bench.ask(talk.asked);
            let stream = bench.frame(UNIT, talk.reply, 0);
            bench.expect(id, talk, &stream, size);
        });
    }
}

#[test]
fn the_late_reply_to_the_same_question() {
    each("late and the same", |bench, talk, size| {
        let older = bench.ask(talk.asked);
        bench.give_up(older);
        let id = bench.ask(talk.asked);
        let is_tcp = bench.transport == Transport::Tcp;
        let late = bench.frame(UNIT, talk.reply, u16::from(is_tcp));
        let own = bench.frame(UNIT, talk.reply, 0);
        // On a serial line either will do, and the other is nobody's.
        bench.expect(id, talk, &[late, own].concat(), size);
    });
}

#[test]
fn a_double() {
    each("double", |bench, talk, size| {
        let id = bench.ask(talk.asked);
        let once = bench.frame(UNIT, talk.reply, 0);
        bench.expect(id, talk, &[&once[..], &once, &once].concat(), size);
    });
}

/// TCP loses and adds no bytes.
fn each_serial(name: &str, mut case: impl FnMut(&mut Bench, &Talk, usize)) {
    each(name, |bench, talk, size| {
        if bench.transport != Transport::Tcp {
            case(bench, talk, size);
        }
    });
}

#[test]
fn a_part_of_it_and_then_all_of_it() {
    each_serial("cut", |bench, talk, size| {
        let whole = bench.frame(UNIT, talk.reply, 0);
        for length in 1..whole.len() {
            let id = bench.ask(talk.asked);
            bench.expect(id, talk, &[&whole[..length], &whole].concat(), size);
        }
    });
}

#[test]
fn one_bit_is_wrong_and_then_none() {
    each_serial("flipped", |bench, talk, size| {
        let whole = bench.frame(UNIT, talk.reply, 0);
        for bit in 0..8 * whole.len() {
            let mut damaged = whole.clone();
            damaged[bit / 8] ^= 1 << (bit % 8);
            // Digits of either case are the same.
            if damaged.to_ascii_uppercase() == whole {
                continue;
            }
            let id = bench.ask(talk.asked);
            bench.expect(id, talk, &[damaged, whole.clone()].concat(), size);
        }
    });
}

#[test]
fn noise_before_and_behind() {
    each_serial("noise", |bench, talk, size| {
        let function = talk.asked[0];
        let begun = frame(bench.transport, 0, UNIT, talk.reply);
        let noises: [&[u8]; 6] = [
            &[0],
            &[0xFF; 3],
            &[UNIT, function],
            &[UNIT, function, 250],
            &[UNIT, UNIT, UNIT],
            &begun[..begun.len() / 2],
        ];
        for before in noises {
            for behind in noises {
                let id = bench.ask(talk.asked);
                let stream = [before, &bench.frame(UNIT, talk.reply, 0), behind].concat();
                bench.expect(id, talk, &stream, size);
            }
        }
    });
}

#[test]
fn the_echo_of_the_question() {
    each_serial("echo", |bench, talk, size| {
        let line = if bench.transport == Transport::Ascii { Line::ascii(9600) } else { Line::stream() };
        let is_told = |line| Bench::new(bench.transport, line, bench.what.clone());
        let mut knows = is_told(line.with_echo());
        let id = knows.ask(talk.asked);
        let stream = [knows.sent.clone(), knows.frame(UNIT, talk.reply, 0)].concat();
        knows.expect(id, talk, &stream, size);
        // Whoever does not know of the echo takes it for the reply where the standard has them alike.
        let id = bench.ask(talk.asked);
        let stream = [bench.sent.clone(), bench.frame(UNIT, talk.reply, 0)].concat();
        bench.expect(id, talk, &stream, size);
    });
}

#[test]
fn an_exception_is_an_answer() {
    each("refused", |bench, talk, size| {
        let id = bench.ask(talk.asked);
        let refused = [talk.asked[0] | 0x80, 6];
        let stream = bench.frame(UNIT, &refused, 0);
        assert_eq!(bench.hear(&stream, size), [(id, refused.to_vec())], "{}", bench.what);
    });
}
