//! Who dialled in: by the frame that a controller sends unasked, else by its registers (D-31).

use std::time::Duration;

use parabus_core::modbus::client::{Event, Machine};
use parabus_core::modbus::{Identity, RegisterKind, Registers, Request, Response, UnitId, tcp};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use crate::clock;

/// Time for the unasked frame.
const FRAME_TIME_US: u64 = 10_000_000;

/// Time for each register that is asked for instead.
const ANSWER_TIME_US: u64 = 3_000_000;

/// Units that a controller may be: any, the factory's, the first.
const UNITS: [UnitId; 3] = [UnitId(255), UnitId(111), UnitId(1)];

/// Where the identity stands: in registers of its own, or, in newer gateways, without type and firmware
/// behind the address (DOMAIN.md 2.10).
const IDENTITY: u16 = 1000;
const MAC: u16 = 102;

/// Frames that answer nothing, after which nobody waits for one that does.
const MOST_STRAYS: usize = 100;

/// Flags of the state register that have a meaning.
const STATE_FLAGS: u16 = 0x0F;

/// A controller by its own word.
#[derive(Debug, PartialEq, Eq)]
pub struct Known {
    pub unit: UnitId,
    pub identity: Identity,
    /// What it sent behind it.
    pub early: Vec<u8>,
}

/// Finds out who is at the other end.
///
/// # Errors
/// Why it is no controller, for people.
pub async fn identify(stream: impl AsyncRead + AsyncWrite + Unpin) -> Result<Known, String> {
    let mut call = Call { stream, machine: tcp::Client::new(1), buffer: Vec::new(), said: None };
    call.listen(clock::monotonic_us().saturating_add(FRAME_TIME_US)).await?;
    let mut found = None;
    for unit in UNITS {
        if call.said.is_none() && found.is_none() {
            let registers = call.read(unit, IDENTITY, 11).await?;
            found = registers.and_then(|registers| identity_of(&registers)).map(|identity| (unit, identity));
        }
    }
    for unit in UNITS {
        if call.said.is_none() && found.is_none() {
            let Some(kind) = call.read(unit, 0, 2).await? else { continue };
            let Some(block) = call.read(unit, MAC, 9).await? else { continue };
            let registers: Vec<u16> = kind.into_iter().chain(block).collect();
            found = identity_of(&registers).map(|identity| (unit, identity));
        }
    }
    let (unit, identity) = call.said.or(found).ok_or("it did not say who it is, and its registers do not either")?;
    Ok(Known { unit, identity, early: call.buffer })
}

/// Believed only if it looks like one in every register that has a shape.
fn identity_of(registers: &[u16]) -> Option<Identity> {
    let bytes: Vec<u8> = registers.iter().flat_map(|register| register.to_be_bytes()).collect();
    let identity = Identity::of_registers(Registers::new(&bytes)?)?;
    (has_address(&identity) && registers.get(8)? & !STATE_FLAGS == 0).then_some(identity)
}

/// All zeros and all ones are what registers hold that nobody has written.
fn has_address(identity: &Identity) -> bool {
    identity.mac != [0; 6] && identity.mac != [0xFF; 6]
}

struct Call<S> {
    stream: S,
    machine: tcp::Client<1>,
    /// Bytes that were received and not yet looked at.
    buffer: Vec<u8>,
    /// Who it says it is, unasked: that may also come while its registers are read.
    said: Option<(UnitId, Identity)>,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Call<S> {
    /// Reads registers; `None` where it refuses or is silent.
    async fn read(&mut self, unit: UnitId, address: u16, quantity: u16) -> Result<Option<Vec<u16>>, String> {
        let request = Request::Read { function: RegisterKind::Holding.read_function(), address, quantity };
        let mut frame = [0; tcp::MAX_FRAME];
        let now = clock::monotonic_us();
        let sent = Machine::request(&mut self.machine, unit, &request, now, ANSWER_TIME_US, &mut frame);
        let (_, length) = sent.map_err(|error| error.to_string())?;
        let bytes = frame.get(..length).unwrap_or_default();
        let written = tokio::time::timeout(Duration::from_micros(ANSWER_TIME_US), self.stream.write_all(bytes)).await;
        written.map_err(|_| "it takes no bytes".to_owned())?.map_err(|error| error.to_string())?;
        let until = now.saturating_add(ANSWER_TIME_US);
        let registers = self.listen(until).await?;
        // A request that was not answered is no longer waited for.
        Machine::poll(&mut self.machine, until);
        Ok(registers)
    }

    /// Until it says who it is, a request is answered, or the time is over: registers, if it gave some.
    async fn listen(&mut self, until_us: u64) -> Result<Option<Vec<u16>>, String> {
        let mut strays = 0;
        loop {
            while !self.buffer.is_empty() {
                let received = Machine::receive(&mut self.machine, &self.buffer, clock::monotonic_us());
                let (taken, event) = received.map_err(|error| format!("not Modbus TCP: {error}"))?;
                let heard = match event {
                    // Unit 0 could be asked nothing later.
                    Some(Event::Identity { unit_id, identity }) if unit_id.0 == 0 || !has_address(&identity) => {
                        return Err("its identity has no hardware address, or the unit 0".to_owned());
                    }
                    Some(Event::Identity { unit_id, identity }) => {
                        self.said = Some((unit_id, identity));
                        Some(None)
                    }
                    Some(Event::Reply { response: Response::Registers { registers, .. }, .. }) => {
                        Some(Some(registers.iter().collect()))
                    }
                    Some(Event::Reply { .. }) => Some(None),
                    Some(Event::Stray(_)) => {
                        strays += 1;
                        None
                    }
                    None => None,
                };
                self.buffer.drain(..taken);
                if let Some(registers) = heard {
                    return Ok(registers);
                }
            }
            if strays > MOST_STRAYS {
                return Err("it sends replies that nobody asked for".to_owned());
            }
            let left = until_us.saturating_sub(clock::monotonic_us());
            if left == 0 {
                return Ok(None);
            }
            let mut chunk = [0; tcp::MAX_FRAME];
            match tokio::time::timeout(Duration::from_micros(left), self.stream.read(&mut chunk)).await {
                Ok(Ok(0)) => return Err("it hung up".to_owned()),
                Ok(Ok(count)) => self.buffer.extend_from_slice(chunk.get(..count).unwrap_or_default()),
                Ok(Err(error)) => return Err(error.to_string()),
                Err(_) => return Ok(None),
            }
        }
    }
}
