//! The client's end of the line: what it asks, what it hears, and whether it believes rightly.

use super::*;

impl World {
    pub(super) fn wake_client(&mut self, time_us: u64) {
        // Others may come first; one entry of the soonest is enough.
        if time_us < self.wake_us {
            self.wake_us = time_us;
            self.at(time_us, What::Client);
        }
    }

    /// Asks the client's machine what time brings, and sends what may be sent.
    pub(super) fn client_goes_on(&mut self) -> Result<(), String> {
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
    pub(super) fn pause(&mut self) {
        let pause_us = if self.random.is(300) { self.random.within(0, 50_000) } else { 0 };
        self.next_us = self.now_us + pause_us;
    }

    /// Sends another request, if there is one and it may be; whether it did.
    pub(super) fn client_asks(&mut self) -> Result<bool, String> {
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
    pub(super) fn client_sends(&mut self, id: RequestId) {
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

    pub(super) fn client_receives(&mut self) -> Result<(), String> {
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
    pub(super) fn judge(&self, transaction: &Transaction, pdu: &[u8], part: &[Byte]) -> Result<bool, String> {
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
    pub(super) fn reconnect(&mut self) {
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

    /// A random request, often one that was asked before.
    pub(super) fn question(&mut self) -> (u8, Vec<u8>) {
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
