//! What requests without an answer say: of the connection, that it may be dead; of a unit on a serial
//! line, that its next reply may be that to an older question.

use std::collections::HashMap;

use parabus_core::modbus::{RegisterKind, UnitId};

use super::session::Ask;
use crate::model::{Connection, Framing};

/// Time-outs in a row, with no byte received in between, after which the connection counts as dead.
const fn most_silent(connection: &Connection) -> u32 {
    match connection {
        Connection::Direct { framing: Framing::Tcp, .. } | Connection::Backward(_) => 3,
        // A unit that is away is ordinary on a bus, and no gateway answers exception 11 for it. But a
        // converter without power is silent as well, which TCP notices after a quarter of an hour.
        Connection::Direct { framing: Framing::Rtu, .. } => 10,
        // Nothing stands between the port and the units; one that is unplugged says so.
        Connection::Serial(_) => u32::MAX,
    }
}

/// Silence after which a second request without an answer is enough.
const LONG_US: u64 = 10_000_000;

/// A question that was not answered in time.
#[derive(Clone, Debug)]
struct Open {
    ask: Ask,
    /// Until when the same question may be put again: either reply answers it.
    until_us: u64,
}

/// What is known of a connection's units, across its streams.
pub struct Silence {
    connection: Connection,
    /// Since when no byte came, requests without an answer since then, who was silent first, and who else.
    since_us: u64,
    requests: u32,
    first: Option<UnitId>,
    others: Vec<UnitId>,
    /// Units that did not answer when they were last asked, and when they should have.
    away: HashMap<UnitId, u64>,
    open: HashMap<UnitId, Open>,
}

impl Silence {
    pub fn new(connection: Connection) -> Self {
        Silence {
            connection,
            since_us: 0,
            requests: 0,
            first: None,
            others: Vec::new(),
            away: HashMap::new(),
            open: HashMap::new(),
        }
    }

    /// A stream begins, or bytes came on it.
    pub fn ends(&mut self, now_us: u64) {
        (self.since_us, self.requests, self.first) = (now_us, 0, None);
        self.others.clear();
    }

    /// When the time of a unit's last question was over, if it did not answer that.
    pub fn silent_us(&self, unit: UnitId) -> Option<u64> {
        self.away.get(&unit).copied()
    }

    /// A unit answered.
    pub fn answered(&mut self, unit: UnitId) {
        self.away.remove(&unit);
    }

    /// A unit was silent for `timeout_us` after this question, until now; the reason, if the connection
    /// counts as dead. One silent unit is ordinary, but a second one that was not known to be away speaks
    /// against the connection.
    pub fn goes_on(&mut self, unit: UnitId, ask: Ask, now_us: u64, timeout_us: u64) -> Option<String> {
        self.open.insert(unit, Open { ask, until_us: now_us.saturating_add(timeout_us) });
        let is_first = *self.first.get_or_insert(unit) == unit;
        let is_second = self.away.insert(unit, now_us).is_none() && !is_first;
        if !is_first {
            self.others.push(unit);
        }
        self.requests += 1;
        let is_long = self.requests > 1 && now_us.saturating_sub(self.since_us) >= LONG_US;
        let may_die = !matches!(self.connection, Connection::Serial(_));
        let is_dead = may_die && (is_second || is_long) || self.requests >= most_silent(&self.connection);
        is_dead.then(|| {
            // It was not their fault.
            self.away.retain(|unit, _| !self.others.contains(unit));
            self.others.clear();
            format!("silent for {} requests", self.requests)
        })
    }

    /// What a unit has to be asked before this question, if it was silent. A reply on a serial line
    /// does not say which question it answers, and there are devices and converters that stay one
    /// reply behind for good; so the unit first shows that it is not, by a question whose reply is of another
    /// length than the one that it may still owe.
    pub fn question_before(&self, unit: UnitId, ask: &Ask, now_us: u64) -> Option<Ask> {
        let names_questions =
            matches!(self.connection, Connection::Direct { framing: Framing::Tcp, .. } | Connection::Backward(_));
        let open = self.open.get(&unit).filter(|_| !names_questions)?;
        if now_us < open.until_us && open.ask == *ask {
            return None;
        }
        let (kind, address) = match *ask {
            Ask::Read { kind, address, .. } | Ask::Write { kind, address, .. } => (kind, address),
        };
        let one = Ask::Read { kind, address, quantity: 1 };
        // Nine bits are the fewest that need a byte more than one.
        let more = Ask::Read { kind, address, quantity: if kind.is_bit() { 9 } else { 2 } };
        Some(if reply_bytes(&open.ask) == reply_bytes(&one) { more } else { one })
    }

    /// The unit answered that question.
    pub fn is_cleared(&mut self, unit: UnitId) {
        self.open.remove(&unit);
    }
}

/// Bytes of data in the reply; a write's reply has another function than any read's.
fn reply_bytes(ask: &Ask) -> Option<u16> {
    match ask {
        Ask::Read { kind: RegisterKind::Coil | RegisterKind::DiscreteInput, quantity, .. } => {
            Some(quantity.div_ceil(8))
        }
        Ask::Read { quantity, .. } => quantity.checked_mul(2),
        Ask::Write { .. } => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const UNITS: [UnitId; 3] = [UnitId(1), UnitId(2), UnitId(3)];

    fn read(address: u16, quantity: u16) -> Ask {
        Ask::Read { kind: RegisterKind::Holding, address, quantity }
    }

    fn line() -> Connection {
        Connection::Direct { host: "h".into(), port: 1, framing: Framing::Rtu }
    }

    #[test]
    fn a_second_unit_that_was_well_speaks_against_the_connection() {
        let mut silence = Silence::new(line());
        assert_eq!(silence.goes_on(UNITS[0], read(0, 1), 0, 1), None, "one unit may be away");
        assert_eq!(silence.goes_on(UNITS[0], read(0, 1), 0, 1), None, "and stay away");
        assert_eq!(silence.goes_on(UNITS[1], read(0, 1), 0, 1).unwrap(), "silent for 3 requests");
        silence.ends(0);
        assert_eq!(silence.goes_on(UNITS[1], read(0, 1), 0, 1), None, "asked anew, it is silent as well");
        assert_eq!(silence.goes_on(UNITS[0], read(0, 1), 0, 1), None, "both are known to be away");
        let rest: Vec<_> = (0..8).map(|_| silence.goes_on(UNITS[0], read(0, 1), 0, 1).is_some()).collect();
        assert_eq!(rest.iter().position(|is_dead| *is_dead), Some(7), "ten are too many");
        silence.ends(1_000);
        assert_eq!(silence.goes_on(UNITS[0], read(0, 1), 20_000_000, 1), None);
        assert!(silence.goes_on(UNITS[0], read(0, 1), 21_000_000, 1).is_some(), "two, over a long time");
    }

    #[test]
    fn a_unit_that_was_silent_is_first_asked_what_no_late_reply_answers() {
        let mut silence = Silence::new(line());
        assert_eq!(silence.question_before(UNITS[0], &read(7, 2), 0), None);
        silence.goes_on(UNITS[0], read(7, 2), 100, 50);
        assert_eq!(silence.question_before(UNITS[0], &read(7, 2), 149), None, "the same again, soon");
        assert_eq!(silence.question_before(UNITS[0], &read(7, 2), 150), Some(read(7, 1)));
        assert_eq!(silence.question_before(UNITS[0], &read(9, 2), 120), Some(read(9, 1)));
        assert_eq!(silence.question_before(UNITS[1], &read(9, 2), 120), None);
        silence.goes_on(UNITS[0], read(7, 1), 200, 50);
        assert_eq!(silence.question_before(UNITS[0], &read(7, 2), 300), Some(read(7, 2)));
        let write = Ask::Write { kind: RegisterKind::Coil, address: 4, values: vec![1], single: true };
        let bits = |quantity| Ask::Read { kind: RegisterKind::Coil, address: 4, quantity };
        silence.goes_on(UNITS[0], bits(3), 400, 50);
        assert_eq!(silence.question_before(UNITS[0], &write, 420), Some(bits(9)));
        silence.is_cleared(UNITS[0]);
        assert_eq!(silence.question_before(UNITS[0], &write, 420), None);
        let mut named = Silence::new(Connection::tcp("h", 1));
        named.goes_on(UNITS[0], read(7, 2), 100, 50);
        assert_eq!(named.question_before(UNITS[0], &read(9, 2), 300), None, "a transaction names its question");
    }
}
