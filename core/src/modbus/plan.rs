//! Which requests fetch a set of registers, and which write one.
//!
//! A device that refuses a span of registers does not say which of them it has none for. Whoever polls
//! remembers the span and plans again: gaps in it are no longer read over, the rest is halved, until
//! what is refused is a point of its own.
//!
//! ```
//! use parabus_core::modbus::RegisterKind::Input;
//! use parabus_core::modbus::plan::{Point, plan_reads};
//!
//! let point = |address| Point { kind: Input, address, count: 2 };
//! let points = [point(0), point(2), point(4), point(10)];
//! let groups: Vec<_> = plan_reads(&points, 125, 0, &[]).map(|group| (group.address, group.quantity)).collect();
//! assert_eq!(groups, [(0, 6), (10, 2)]);
//! ```

use super::{RegisterKind, WriteFunction};

/// Registers (or bits) that belong to one value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Point {
    /// Kind of the registers.
    pub kind: RegisterKind,
    /// First of them.
    pub address: u16,
    /// How many, from 1.
    pub count: u16,
}

impl Point {
    /// The address behind the last one.
    const fn end(&self) -> u32 {
        self.address as u32 + self.count as u32
    }
}

/// Registers that a device refused to read at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Refused {
    /// Kind of the registers.
    pub kind: RegisterKind,
    /// First register.
    pub address: u16,
    /// Registers.
    pub quantity: u16,
}

impl Refused {
    /// Whether a request may not go on from registers that end at `end`, the last point of which begins
    /// at `last`, to the next point: not over a gap, not over the middle, not to a last point that
    /// reaches over it, not to another at the same place, and not on from a point that fills the
    /// span alone. One of them is in every group that has points to part.
    fn parts(&self, last: u16, end: u32, next: &Point) -> bool {
        let (first, behind) = (u32::from(self.address), u32::from(self.address) + u32::from(self.quantity));
        let middle = first + u32::from(self.quantity / 2).max(1);
        let start = u32::from(next.address);
        let is_gap = end < start;
        let is_middle = u32::from(last) < middle && middle <= start;
        let is_last = start < middle && next.end() >= behind;
        let is_beside = start == first && u32::from(last) == first;
        let is_filled = end >= behind && u32::from(last) == first;
        let is_inside = first < start && start < behind && (is_gap || is_middle || is_last || is_filled);
        self.kind == next.kind && (is_inside || is_beside)
    }
}

/// One request to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReadGroup {
    /// Kind of the registers.
    pub kind: RegisterKind,
    /// First register.
    pub address: u16,
    /// Registers.
    pub quantity: u16,
    /// Index of its first point in the plan's points.
    pub first: usize,
    /// Number of its points.
    pub points: usize,
}

/// Groups points, sorted by kind and address, into requests of at most `max_registers` (and of at
/// most what the standard allows), reading over gaps of at most `max_gap` registers that belong to
/// no point. A point is never split; one that is larger than the limit is a request of its own.
///
/// Spans in `refused` are parted. Each group that a device refuses and that has more than one point is
/// to be added to them: halving soon leaves groups that the device answers, and those of one point that
/// it has not.
pub fn plan_reads(
    points: &[Point],
    max_registers: u16,
    max_gap: u16,
    refused: &[Refused],
) -> impl Iterator<Item = ReadGroup> {
    let mut first = 0;
    core::iter::from_fn(move || {
        let rest = points.get(first..)?;
        let start = rest.first()?;
        let limit = u32::from(max_registers.clamp(1, start.kind.max_read()));
        let (mut end, mut last) = (start.end(), start.address);
        let mut count = 1;
        for point in rest.iter().skip(1) {
            let joined = end.max(point.end());
            let fits = point.kind == start.kind
                && point.address >= start.address
                && u32::from(point.address) <= end + u32::from(max_gap)
                && joined - u32::from(start.address) <= limit
                && !refused.iter().any(|refused| refused.parts(last, end, point));
            if !fits {
                break;
            }
            (end, last) = (joined, point.address);
            count += 1;
        }
        let quantity = u16::try_from(end - u32::from(start.address)).unwrap_or(u16::MAX);
        let group = ReadGroup { kind: start.kind, address: start.address, quantity, first, points: count };
        first += count;
        Some(group)
    })
}

/// One request to write: a span of the values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WritePart {
    /// Index of the first value.
    pub offset: usize,
    /// Number of values.
    pub count: usize,
    /// Whether a function for one item (5, 6) carries it rather than one for many (15, 16).
    pub single: bool,
}

/// Splits `count` values into requests to write (DOMAIN.md D-18). `None` for a read-only kind.
pub fn plan_writes(
    kind: RegisterKind,
    count: usize,
    function: WriteFunction,
) -> Option<impl Iterator<Item = WritePart>> {
    let single = match function {
        WriteFunction::Normal => count == 1,
        WriteFunction::Always6 => true,
        WriteFunction::Always16 => false,
    };
    let step = if single { 1 } else { usize::from(kind.max_write()) };
    kind.is_writable().then(|| {
        (0..count).step_by(step).map(move |offset| WritePart { offset, count: step.min(count - offset), single })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use RegisterKind::*;
    use std::vec::Vec;

    fn plan(points: &[(RegisterKind, u16, u16)], max: u16, gap: u16) -> Vec<(u16, u16, usize)> {
        let points: Vec<_> = points.iter().map(|&(kind, address, count)| Point { kind, address, count }).collect();
        plan_reads(&points, max, gap, &[]).map(|group| (group.address, group.quantity, group.points)).collect()
    }

    #[test]
    fn groups_keep_kind_limit_and_gap() {
        assert_eq!(plan(&[(Input, 0, 2), (Holding, 2, 2)], 125, 0), [(0, 2, 1), (2, 2, 1)]);
        assert_eq!(plan(&[(Input, 0, 2), (Input, 2, 2), (Input, 4, 2)], 5, 0), [(0, 4, 2), (4, 2, 1)]);
        assert_eq!(plan(&[(Input, 0, 2), (Input, 5, 1)], 125, 2), [(0, 2, 1), (5, 1, 1)]);
        assert_eq!(plan(&[(Input, 0, 2), (Input, 5, 1)], 125, 3), [(0, 6, 2)]);
        assert_eq!(plan(&[(Holding, 7, 1), (Holding, 7, 1), (Holding, 7, 4)], 125, 0), [(7, 4, 3)]);
        assert_eq!(plan(&[(Holding, 0, 4), (Holding, 4, 1)], 1, 0), [(0, 4, 1), (4, 1, 1)]);
        assert_eq!(plan(&[(Holding, 65_535, 1)], 0, 0), [(65_535, 1, 1)]);
        assert_eq!(plan(&[], 125, 0), []);
    }

    #[test]
    fn limits_of_the_standard_hold() {
        let coils: Vec<_> = (0..5000).map(|address| (Coil, address, 1)).collect();
        let groups = plan(&coils, u16::MAX, 0);
        assert_eq!(groups.iter().map(|group| group.1).collect::<Vec<_>>(), [2000, 2000, 1000]);
    }

    /// A device with holes and a limit of its own: whoever adds what it refuses soon reads every point
    /// that it has, and nothing for ever that it has not.
    #[test]
    fn what_is_refused_is_learned() {
        let mut random = 1_u64;
        let mut below = |limit: u64| {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (random >> 33) % limit
        };
        for round in 0..300 {
            let (mut points, mut address) = (Vec::new(), 0_u16);
            for _ in 0..1 + below(60) {
                address += (below(4) * below(3)) as u16;
                let count = 1 + below(4) as u16;
                points.push(Point { kind: Holding, address, count });
                address += if below(9) == 0 { 0 } else { count };
            }
            points.sort_unstable();
            let missing: Vec<u16> = (0..below(4)).map(|_| below(u64::from(address) + 1) as u16).collect();
            let (limit, gap) = (20 + below(100) as u16, below(8) as u16);
            let answers = |from: u16, quantity: u16| {
                quantity <= limit && missing.iter().all(|hole| !(from..from + quantity).contains(hole))
            };
            let mut refused = Vec::new();
            for attempt in 0.. {
                let groups: Vec<_> = plan_reads(&points, 125, gap, &refused).collect();
                let bad = groups.iter().filter(|group| !answers(group.address, group.quantity));
                let new: Vec<_> = bad.filter(|group| group.points > 1).collect();
                if new.is_empty() {
                    for group in &groups {
                        let alone = |point: &Point| answers(point.address, point.count);
                        let its = &points[group.first..][..group.points];
                        assert!(answers(group.address, group.quantity) || !its.iter().any(alone), "{round}: {group:?}");
                    }
                    break;
                }
                assert!(attempt < 12, "{round}: {points:?} without {missing:?}, at most {limit}");
                refused.extend(new.into_iter().map(|group| Refused {
                    kind: group.kind,
                    address: group.address,
                    quantity: group.quantity,
                }));
            }
        }
    }

    #[test]
    fn writes_follow_the_device() {
        let parts = |kind, count, function| -> Vec<(usize, usize, bool)> {
            let parts = plan_writes(kind, count, function).unwrap();
            parts.map(|part| (part.offset, part.count, part.single)).collect()
        };
        assert_eq!(parts(Holding, 1, WriteFunction::Normal), [(0, 1, true)]);
        assert_eq!(parts(Holding, 2, WriteFunction::Normal), [(0, 2, false)]);
        assert_eq!(parts(Holding, 2, WriteFunction::Always6), [(0, 1, true), (1, 1, true)]);
        assert_eq!(parts(Coil, 1, WriteFunction::Always16), [(0, 1, false)]);
        assert_eq!(parts(Holding, 124, WriteFunction::Normal), [(0, 123, false), (123, 1, false)]);
        assert!(plan_writes(Input, 1, WriteFunction::Normal).is_none());
    }
}
