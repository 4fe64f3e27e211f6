//! What a misbehaving device sends, and when: without sockets and clocks.

use std::time::Duration;

use parabus_core::modbus::{Direction, Line, MAX_PDU, UnitId, rtu, tcp};

use super::{Kind, Units};
use crate::model::Framing;

/// Time for a device that passes over everything else meanwhile.
const BUSY: Duration = Duration::from_millis(20);

/// Pause between bytes sent one by one.
const BYTE_PAUSE: Duration = Duration::from_millis(1);

/// What is done next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    Send(Vec<u8>),
    Wait(Duration),
    /// Waits, and passes over what is received meanwhile.
    WaitDeaf(Duration),
    /// Takes no more bytes and sends none.
    Stop,
    /// Takes bytes and sends none any more.
    FallSilent,
    Close,
    Reset,
}

/// A request of either framing.
struct Asked {
    transaction: u16,
    unit: UnitId,
    pdu: [u8; MAX_PDU],
    length: usize,
}

/// Finds requests.
enum Scanner {
    Tcp(tcp::Scanner),
    Rtu(rtu::Scanner),
}

/// One connection's side of the units.
pub struct Player {
    scanner: Scanner,
    random: u64,
    /// Silence after which the device hangs up.
    pub(super) idle: Option<Duration>,
    /// The reply that a late device still holds.
    previous: Option<Vec<u8>>,
}

impl Player {
    pub fn new(framing: Framing, seed: u64) -> Self {
        Player {
            scanner: match framing {
                Framing::Tcp => Scanner::Tcp(tcp::Scanner::new(Direction::Request)),
                Framing::Rtu => Scanner::Rtu(rtu::Scanner::new(Direction::Request, Line::stream())),
            },
            random: seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1,
            idle: None,
            previous: None,
        }
    }

    /// Hangs up after so long a silence.
    #[must_use]
    pub fn with_idle(self, idle: Duration) -> Self {
        Player { idle: Some(idle), ..self }
    }

    /// Takes bytes that came at this microsecond; what is done about them, in this order.
    pub fn receive(&mut self, bytes: &[u8], now_us: u64, units: &mut dyn Units) -> Vec<Action> {
        let mut requests = Vec::new();
        let mut push = |transaction, unit, received: &[u8]| {
            let mut pdu = [0; MAX_PDU];
            if let Some(place) = pdu.get_mut(..received.len()) {
                place.copy_from_slice(received);
                requests.push(Asked { transaction, unit, pdu, length: received.len() });
            }
        };
        match &mut self.scanner {
            Scanner::Tcp(scanner) => {
                scanner.push(bytes, |frame| push(frame.transaction_id, frame.unit_id, frame.pdu));
            }
            Scanner::Rtu(scanner) => scanner.push(bytes, now_us, |frame| push(0, frame.unit_id, frame.pdu)),
        }
        let mut actions = Vec::new();
        for asked in requests {
            self.serve(asked, units, &mut actions);
        }
        actions
    }

    /// xorshift: any number.
    fn random(&mut self) -> u64 {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        self.random >> 16
    }

    fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.random()).unwrap_or(0) % limit.max(1)
    }

    fn serve(&mut self, asked: Asked, units: &mut dyn Units, actions: &mut Vec<Action>) {
        let Asked { transaction, unit, mut pdu, length } = asked;
        let misbehaviour = units.misbehaviour(unit);
        // As many random numbers whatever happens, so that one unit does not change another's luck.
        let luck = (self.random() & 0xFFFF_FFFF) as f64 / f64::from(u32::MAX);
        let misbehaviour = misbehaviour.filter(|misbehaviour| luck < misbehaviour.chance || misbehaviour.chance >= 1.0);
        if let Some(misbehaviour) = misbehaviour {
            match misbehaviour.kind {
                Kind::Dead => return actions.extend(wait(misbehaviour.delay())),
                Kind::Hung => return actions.push(Action::Stop),
                Kind::HalfOpen => return actions.push(Action::FallSilent),
                _ => {}
            }
        }
        let function = pdu.first().copied().unwrap_or_default();
        let Some(length) = units.answer(unit, &mut pdu, length) else { return };
        let reply = pdu.get(..length).unwrap_or_default().to_vec();
        let Some(misbehaviour) = misbehaviour else {
            self.previous = None;
            return actions.push(Action::Send(self.frame(transaction, unit, reply)));
        };
        actions.extend(wait(misbehaviour.delay()));
        let frame = self.frame(transaction, unit, reply.clone());
        let other = UnitId(unit.0 ^ (1 + self.below(3) as u8));
        match misbehaviour.kind {
            Kind::Dead | Kind::Hung | Kind::HalfOpen => {}
            Kind::Slow => actions.push(Action::Send(frame)),
            Kind::Late => actions.extend(self.previous.replace(frame).map(Action::Send)),
            Kind::WrongUnit => actions.push(Action::Send(self.frame(transaction, other, reply))),
            Kind::WrongTransaction => {
                let unit = if matches!(self.scanner, Scanner::Rtu(_)) { other } else { unit };
                actions.push(Action::Send(self.frame(transaction.wrapping_add(1), unit, reply)));
            }
            Kind::WrongFunction => {
                let mut reply = reply;
                // 3 for 4 and 4 for 3, 1 for 2, 5 for 6, 15 for 16: the shapes are alike.
                if let Some(code) = reply.first_mut() {
                    *code = ((*code).wrapping_sub(1) ^ 1).wrapping_add(1);
                }
                actions.push(Action::Send(self.frame(transaction, unit, reply)));
            }
            Kind::WrongLength => {
                let mut reply = reply;
                reply.truncate(reply.len().saturating_sub(2));
                if let Some(count) = reply.get_mut(1) {
                    *count = count.saturating_sub(2);
                }
                actions.push(Action::Send(self.frame(transaction, unit, reply)));
            }
            Kind::Truncated => {
                let keep = 1 + self.below(frame.len() - 1);
                actions.push(Action::Send(frame.into_iter().take(keep).collect()));
            }
            Kind::ByteByByte => {
                actions.extend(frame.into_iter().flat_map(|byte| [Action::Send(vec![byte]), Action::Wait(BYTE_PAUSE)]));
            }
            Kind::Oversized => actions.push(Action::Send(self.oversized(transaction, unit, &reply))),
            Kind::Duplicated => actions.extend([Action::Send(frame.clone()), Action::Send(frame)]),
            Kind::Noise => {
                let noise = (0..1 + self.below(20)).map(|_| self.random() as u8).collect();
                actions.extend([Action::Send(noise), Action::Send(frame)]);
            }
            Kind::OneAtATime => actions.extend([Action::WaitDeaf(BUSY), Action::Send(frame)]),
            Kind::Close => actions.push(Action::Close),
            Kind::Reset => {
                let keep = self.below(frame.len());
                actions.extend([Action::Send(frame.into_iter().take(keep).collect()), Action::Reset]);
            }
            Kind::Exception => {
                let code = misbehaviour.code.unwrap_or(4);
                actions.push(Action::Send(self.frame(transaction, unit, vec![function | 0x80, code])));
            }
        }
    }

    fn frame(&self, transaction: u16, unit: UnitId, pdu: Vec<u8>) -> Vec<u8> {
        match self.scanner {
            Scanner::Tcp(_) => {
                let length = u16::try_from(pdu.len() + 1).unwrap_or(u16::MAX);
                [&transaction.to_be_bytes()[..], &[0, 0], &length.to_be_bytes(), &[unit.0], &pdu].concat()
            }
            Scanner::Rtu(_) => {
                let mut frame = [&[unit.0][..], &pdu].concat();
                frame.extend(rtu::crc16(&frame).to_le_bytes());
                frame
            }
        }
    }

    /// The reply and so much behind it that no frame holds it, announced as it is.
    fn oversized(&self, transaction: u16, unit: UnitId, reply: &[u8]) -> Vec<u8> {
        let mut pdu = reply.to_vec();
        pdu.resize(tcp::MAX_FRAME + 20, 0x55);
        self.frame(transaction, unit, pdu)
    }
}

fn wait(delay: Duration) -> Option<Action> {
    (!delay.is_zero()).then_some(Action::Wait(delay))
}
