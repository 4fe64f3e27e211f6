//! Units whose every answer can be told from every other: it depends on unit, function, address and on
//! how often something was written.

use std::collections::HashMap;

use parabus_core::modbus::server::{Bank, BitsMut, RegistersMut};
use parabus_core::modbus::{
    Bits, ExceptionCode, FileReplies, FunctionCode, MAX_PDU, Object, Objects, RegisterKind, Registers, Request,
    Response, UnitId, Values,
};

use crate::random::mix;

/// From here on there are no registers.
pub const END: u16 = 60_000;

/// Registers and bits of a few units.
#[derive(Clone, Debug, Default)]
pub struct Plant {
    writes: u64,
    registers: HashMap<(u8, u16), u16>,
    coils: HashMap<(u8, u16), bool>,
}

impl Plant {
    fn number(&self, unit: UnitId, salt: u8, place: usize) -> u64 {
        mix(mix(self.writes << 16 | u64::from(unit.0) << 8 | u64::from(salt)) ^ place as u64)
    }
}

fn place(address: u16, index: usize) -> Option<u16> {
    u16::try_from(usize::from(address) + index).ok().filter(|place| *place < END)
}

impl Bank for Plant {
    fn read_bits(
        &mut self,
        unit: UnitId,
        kind: RegisterKind,
        address: u16,
        bits: &mut BitsMut<'_>,
    ) -> Result<(), ExceptionCode> {
        let filled = bits.fill_with(|index| {
            let place = place(address, index)?;
            let written = self.coils.get(&(unit.0, place)).filter(|_| kind == RegisterKind::Coil);
            Some(written.copied().unwrap_or_else(|| self.number(unit, kind as u8, place.into()) & 1 == 1))
        });
        filled.ok_or(ExceptionCode::ILLEGAL_DATA_ADDRESS)
    }

    fn read_registers(
        &mut self,
        unit: UnitId,
        kind: RegisterKind,
        address: u16,
        registers: &mut RegistersMut<'_>,
    ) -> Result<(), ExceptionCode> {
        let filled = registers.fill_with(|index| {
            let place = place(address, index)?;
            let written = self.registers.get(&(unit.0, place)).filter(|_| kind == RegisterKind::Holding);
            Some(written.copied().unwrap_or_else(|| self.number(unit, kind as u8, place.into()) as u16))
        });
        filled.ok_or(ExceptionCode::ILLEGAL_DATA_ADDRESS)
    }

    fn write_bits(&mut self, unit: UnitId, address: u16, bits: Bits<'_>) -> Result<(), ExceptionCode> {
        place(address, bits.len() - 1).ok_or(ExceptionCode::ILLEGAL_DATA_ADDRESS)?;
        self.writes += 1;
        self.coils.extend(bits.iter().enumerate().map(|(index, bit)| ((unit.0, address + index as u16), bit)));
        Ok(())
    }

    fn write_registers(&mut self, unit: UnitId, address: u16, values: Registers<'_>) -> Result<(), ExceptionCode> {
        place(address, values.len() - 1).ok_or(ExceptionCode::ILLEGAL_DATA_ADDRESS)?;
        self.writes += 1;
        let places = values.iter().enumerate().map(|(index, value)| ((unit.0, address + index as u16), value));
        self.registers.extend(places);
        Ok(())
    }

    fn call_function(&mut self, unit: UnitId, pdu: &mut [u8; MAX_PDU], length: usize) -> Result<usize, ExceptionCode> {
        let asked = pdu[..length].to_vec();
        let request = Request::parse(&asked).map_err(|_| ExceptionCode::ILLEGAL_DATA_VALUE)?;
        let salt = request.function().0;
        self.writes += 1;
        let byte = |place: usize| self.number(unit, salt, place) as u8;
        let word = &|place: usize| self.number(unit, salt, place) as u16;
        // Only the data of function 8 may be more.
        let bytes: Vec<u8> = (0..length.max(64)).map(byte).collect();
        let registers = |count: usize| Registers::new(&bytes[..2 * count]).expect("an even number");
        let (replies, objects, data): (Vec<Vec<u16>>, _, Vec<u8>);
        let values: Vec<Values<'_>>;
        let response = match request {
            Request::Plain { function: FunctionCode(7) } => Response::ExceptionStatus { status: byte(0) },
            Request::Plain { function: FunctionCode(11) } => Response::EventCounter { status: 0, event_count: word(0) },
            Request::Plain { function: FunctionCode(12) } => Response::EventLog {
                status: 0,
                event_count: word(0),
                message_count: word(1),
                events: &bytes[..usize::from(byte(2) % 65)],
            },
            Request::Plain { .. } => Response::ServerId { data: &bytes[..1 + usize::from(byte(3) % 40)] },
            // A counter; it has as many data as the question (the standard, 6.8).
            Request::Diagnostics { sub_function, data } => {
                Response::Diagnostics { sub_function, data: registers(data.len()) }
            }
            Request::ReadFileRecord { spans } => {
                let reply =
                    |(index, length): (usize, u16)| (0..length).map(move |at| word(99 * index + usize::from(at)));
                replies = spans.iter().map(|span| span.record_length).enumerate().map(|x| reply(x).collect()).collect();
                values = replies.iter().map(|reply| Values::Host(reply)).collect();
                Response::ReadFileRecord { replies: FileReplies::new(&values) }
            }
            // Whatever was written comes back.
            Request::WriteFileRecord { .. } => return Ok(length),
            Request::ReadFifoQueue { .. } => Response::FifoQueue { registers: registers(usize::from(byte(4) % 32)) },
            Request::ReadDeviceIdentification { read_code, object_id } => {
                objects = [Object { id: object_id, value: &bytes[..usize::from(byte(5) % 60)] }];
                Response::DeviceIdentification {
                    read_code,
                    conformity: 0x81,
                    more_follows: false,
                    next_object_id: 0,
                    objects: Objects::new(&objects),
                }
            }
            Request::Other { function, data: asked } => {
                let count = usize::from(byte(6) % 60);
                data = asked.iter().copied().chain((0..count).map(|index| byte(9 + index))).take(200).collect();
                Response::Other { function, data: &data }
            }
            _ => return Err(ExceptionCode::ILLEGAL_FUNCTION),
        };
        response.emit(pdu).map_err(|_| ExceptionCode::SERVER_DEVICE_FAILURE)
    }
}
