//! One reading of a device: planned requests, and what of it became raw values.

use std::collections::VecDeque;
use std::ops::Range;

use parabus_core::modbus::plan::{Point, ReadGroup, plan_reads};
use parabus_core::modbus::{RegisterKind, UnitId};
use parabus_core::time::Instant;
use parabus_core::value::Codec;

use super::learned::Learned;
use crate::clock;
use crate::link::{Link, LinkError, Priority, Read};
use crate::model::{CellError, Device, Param};

/// What a reading brought, in the order of what was wanted.
pub struct Reading<T> {
    /// Arrival of the first reply: the instant of the whole reading.
    pub answered_at: Option<Instant>,
    pub cells: Vec<Result<T, CellError>>,
}

/// How a device is asked.
#[derive(Clone, Copy, Debug)]
pub struct Manner {
    pub unit: UnitId,
    pub priority: Priority,
    pub timeout_ms: u32,
    /// Repetitions after a time-out.
    pub retries: u8,
    /// Most items of a request, 1..=125.
    pub group_size: u8,
    /// Items that nobody wants and that may be read to save a request.
    pub gap: u8,
}

impl Manner {
    /// As the device is set up.
    pub fn of(device: &Device, priority: Priority) -> Self {
        Manner {
            unit: device.unit_id,
            priority,
            timeout_ms: device.timeout_ms,
            retries: device.timeout_retries,
            group_size: device.read_group_size,
            gap: device.read_gap,
        }
    }
}

/// A value that is wanted; one without a codec is of a type that this version does not know.
#[derive(Clone, Copy, Debug)]
pub struct Wanted {
    pub kind: RegisterKind,
    pub address: u16,
    pub codec: Option<Codec>,
    /// Not to be read together with what stands beside it.
    pub alone: bool,
}

impl From<&Param> for Wanted {
    fn from(param: &Param) -> Self {
        Wanted { kind: param.kind, address: param.address, codec: param.codec(), alone: param.reads_alone }
    }
}

/// A value's place in the reading.
struct Slot {
    point: Point,
    codec: Codec,
    index: usize,
    alone: bool,
}

fn cell_error(error: &LinkError) -> CellError {
    match error {
        LinkError::Timeout | LinkError::Silent => CellError::Timeout,
        LinkError::Exception(code) => CellError::Exception(*code),
        LinkError::Connect(_) | LinkError::Closed(_) | LinkError::Unsent(_) | LinkError::Illegal(_) => {
            CellError::Unreachable
        }
    }
}

/// Reads values of one device with as few requests as it lets: it is not asked again for what it is
/// known to refuse. The first request without a reply ends the reading: the rest would only wait as long.
/// `decode` makes of a value's registers what is wanted of it.
pub async fn read_cells<T>(
    link: &Link,
    manner: &Manner,
    wanted: &[Wanted],
    learned: &mut Learned,
    decode: impl Fn(&Codec, &[u16]) -> Result<T, CellError>,
) -> Reading<T> {
    learned.begin();
    let mut cells: Vec<Result<T, CellError>> = wanted.iter().map(|_| Err(CellError::NoValue)).collect();
    let mut slots: Vec<Slot> = wanted.iter().enumerate().filter_map(|(index, wanted)| slot(index, wanted)).collect();
    slots.sort_by_key(|slot| (slot.alone, slot.point));
    let mut left_out = Vec::new();
    slots.retain(|slot| match learned.leave_out(&slot.point) {
        None => true,
        Some(code) => {
            left_out.push((slot.index, code));
            false
        }
    });
    for (index, code) in left_out {
        if let Some(cell) = cells.get_mut(index) {
            *cell = Err(CellError::Exception(code));
        }
    }
    let points: Vec<Point> = slots.iter().map(|slot| slot.point).collect();
    let mut answered_at = None;
    let together = slots.partition_point(|slot| !slot.alone);
    let mut groups = VecDeque::from(plan_all(&points, together, manner, learned));
    while let Some(group) = groups.pop_front() {
        let of_group = group.first..group.first + group.points;
        let members = slots.get(of_group.clone()).unwrap_or_default();
        let alone = points.get(group.first);
        let reply = link
            .read(Read {
                unit: manner.unit,
                kind: group.kind,
                address: group.address,
                quantity: group.quantity,
                priority: manner.priority,
                timeout_ms: manner.timeout_ms,
                retries: manner.retries,
            })
            .await;
        let error = match reply {
            Ok(registers) => {
                answered_at.get_or_insert_with(clock::now);
                learned.answered(&group, alone);
                for slot in members {
                    let start = usize::from(slot.point.address - group.address);
                    let own = registers.get(start..start + usize::from(slot.point.count)).unwrap_or_default();
                    if let Some(cell) = cells.get_mut(slot.index) {
                        *cell = decode(&slot.codec, own);
                    }
                }
                continue;
            }
            Err(error) => error,
        };
        // A gateway's word for a unit that did not answer it (exceptions 10 and 11) is no answer.
        let refusal = match error {
            LinkError::Exception(code) if !code.is_of_gateway() => Some(code),
            _ => None,
        };
        if let Some(code) = refusal {
            answered_at.get_or_insert_with(clock::now);
            if learned.refused(&group, alone, code) {
                let parts = plan(&points, of_group, manner, learned);
                if parts.len() > 1 {
                    parts.into_iter().rev().for_each(|part| groups.push_front(part));
                    continue;
                }
            }
        } else {
            groups.clear();
        }
        let cell = cell_error(&error);
        let failed = if refusal.is_some() { members } else { slots.get(group.first..).unwrap_or_default() };
        for slot in failed {
            if let Some(place) = cells.get_mut(slot.index) {
                *place = Err(cell);
            }
        }
    }
    Reading { answered_at, cells }
}

/// Requests for all points: the first `together` of them in common, each of the rest alone.
fn plan_all(points: &[Point], together: usize, manner: &Manner, learned: &Learned) -> Vec<ReadGroup> {
    let alone = (together..points.len()).flat_map(|at| plan(points, at..at + 1, manner, learned));
    plan(points, 0..together, manner, learned).into_iter().chain(alone).collect()
}

/// Requests for a range of the points; indices count from the first of all.
fn plan(points: &[Point], range: Range<usize>, manner: &Manner, learned: &Learned) -> Vec<ReadGroup> {
    let offset = range.start;
    let points = points.get(range).unwrap_or_default();
    // Bits sort before and behind registers, so one limit at a time suffices.
    let of_kind = points.chunk_by(|a, b| a.kind.is_bit() == b.kind.is_bit());
    let mut first = offset;
    let groups = of_kind.flat_map(|points| {
        let is_bit = points.first().is_some_and(|point| point.kind.is_bit());
        let most = u16::from(manner.group_size).min(learned.limit(is_bit));
        let begin = first;
        first += points.len();
        plan_reads(points, most, manner.gap.into(), learned.spans())
            .map(move |group| ReadGroup { first: begin + group.first, ..group })
    });
    groups.collect()
}

fn slot(index: usize, wanted: &Wanted) -> Option<Slot> {
    let codec = wanted.codec?;
    let count = u16::try_from(codec.register_count()).ok()?;
    let point = Point { kind: wanted.kind, address: wanted.address, count };
    Some(Slot { point, codec, index, alone: wanted.alone })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_alone_has_a_request_of_its_own() {
        let point = |address| Point { kind: RegisterKind::Holding, address, count: 1 };
        let points = [point(0), point(1), point(3), point(2), point(4)];
        let manner = Manner {
            unit: UnitId(1),
            priority: Priority::Routine,
            timeout_ms: 1000,
            retries: 0,
            group_size: 10,
            gap: 5,
        };
        let groups: Vec<_> = plan_all(&points, 3, &manner, &Learned::default())
            .into_iter()
            .map(|group| (group.address, group.quantity, group.first, group.points))
            .collect();
        assert_eq!(groups, [(0, 4, 0, 3), (2, 1, 3, 1), (4, 1, 4, 1)]);
    }
}
