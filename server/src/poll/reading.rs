//! One reading of a device: planned requests, and what of it became raw values.

use parabus_core::modbus::ExceptionCode;
use parabus_core::modbus::plan::{Point, plan_reads};
use parabus_core::time::Instant;
use parabus_core::value::{Codec, Raw};

use crate::clock;
use crate::link::{Link, LinkError, Priority, Read};
use crate::model::{CellError, Device, Param};

/// What a reading brought, in the order of the parameters.
pub struct Reading {
    /// Arrival of the first reply: the instant of the whole reading.
    pub answered_at: Option<Instant>,
    pub cells: Vec<Result<Raw, CellError>>,
}

/// A parameter's place in the reading.
struct Slot {
    point: Point,
    codec: Codec,
    index: usize,
}

fn cell_error(error: &LinkError) -> CellError {
    match error {
        LinkError::Timeout => CellError::Timeout,
        LinkError::Exception(code) => CellError::Exception(*code),
        LinkError::Connect(_) | LinkError::Closed | LinkError::Illegal(_) => CellError::Unreachable,
    }
}

/// Reads parameters of one device with as few requests as its group size allows. The first request
/// without a reply ends the reading: the rest would only wait as long again.
pub async fn read_cells(link: &Link, device: &Device, params: &[&Param], priority: Priority, retries: u8) -> Reading {
    let mut cells = vec![Err(CellError::NoNumber); params.len()];
    let mut slots: Vec<Slot> = params.iter().enumerate().filter_map(|(index, param)| slot(index, param)).collect();
    slots.sort_by_key(|slot| slot.point);
    let points: Vec<Point> = slots.iter().map(|slot| slot.point).collect();
    let mut answered_at = None;
    let mut groups: Vec<_> = plan_reads(&points, device.read_group_size.into(), 0, &[]).collect();
    groups.reverse();
    while let Some(group) = groups.pop() {
        let members = slots.get(group.first..group.first + group.points).unwrap_or_default();
        let reply = link
            .read(Read {
                unit: device.unit_id,
                kind: group.kind,
                address: group.address,
                quantity: group.quantity,
                priority,
                timeout_ms: device.timeout_ms,
                retries,
            })
            .await;
        match reply {
            Ok(registers) => {
                answered_at.get_or_insert_with(clock::now);
                for slot in members {
                    let start = usize::from(slot.point.address - group.address);
                    let own = registers.get(start..start + usize::from(slot.point.count)).unwrap_or_default();
                    if let Some(cell) = cells.get_mut(slot.index) {
                        *cell = slot.codec.raw(own).map_err(|_| CellError::NoNumber);
                    }
                }
            }
            // One address that does not exist makes a device refuse its whole group: then each
            // value is asked for on its own.
            Err(LinkError::Exception(ExceptionCode::ILLEGAL_DATA_ADDRESS)) if group.points > 1 => {
                answered_at.get_or_insert_with(clock::now);
                let single =
                    |offset: usize| plan_reads(points.get(offset..=offset).unwrap_or_default(), 1, 0, &[]).next();
                for offset in (group.first..group.first + group.points).rev() {
                    groups.extend(
                        single(offset).map(|alone| parabus_core::modbus::plan::ReadGroup { first: offset, ..alone }),
                    );
                }
            }
            Err(error) => {
                let cell = cell_error(&error);
                // A gateway's word for a unit that did not answer it (exceptions 10 and 11) is no answer.
                if matches!(error, LinkError::Exception(code) if !code.is_of_gateway()) {
                    answered_at.get_or_insert_with(clock::now);
                } else {
                    groups.clear();
                }
                let failed = if groups.is_empty() { slots.get(group.first..).unwrap_or_default() } else { members };
                for slot in failed {
                    if let Some(place) = cells.get_mut(slot.index) {
                        *place = Err(cell);
                    }
                }
            }
        }
    }
    Reading { answered_at, cells }
}

fn slot(index: usize, param: &Param) -> Option<Slot> {
    let codec = param.codec()?;
    let count = u16::try_from(codec.register_count()).ok()?;
    Some(Slot { point: Point { kind: param.kind, address: param.address, count }, codec, index })
}
