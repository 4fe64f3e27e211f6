//! The servers' end of the line.

use super::*;

impl World {
    pub(super) fn server_receives(&mut self, index: usize) -> Result<(), String> {
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
    pub(super) fn server_goes_on(&mut self, index: usize) -> Result<Vec<Key>, String> {
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
    pub(super) fn decide(&mut self, index: usize, id: u16) -> Result<(), String> {
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

    pub(super) fn answer(&mut self, index: usize) -> Result<(), String> {
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

    pub(super) fn server_sends(&mut self, index: usize, bytes: &[u8]) -> Result<(), String> {
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
}

pub(super) fn server_of(transport: Transport, units: UnitSet, line: Line) -> Box<dyn server::Machine> {
    match transport {
        Transport::Rtu => Box::new(rtu::Server::new(units, line)),
        Transport::Ascii => Box::new(ascii::Server::new(units, line)),
        Transport::Tcp => Box::new(tcp::Server::new(units)),
    }
}
