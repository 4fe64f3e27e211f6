//! Which requests fetch a set of registers, and which write one.
//!
//! ```
//! use parabus_core::modbus::RegisterKind::Input;
//! use parabus_core::modbus::plan::{Point, plan_reads};
//!
//! let point = |address| Point { kind: Input, address, count: 2 };
//! let points = [point(0), point(2), point(4), point(10)];
//! let groups: Vec<_> = plan_reads(&points, 125, 0).map(|group| (group.address, group.quantity)).collect();
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
pub fn plan_reads(points: &[Point], max_registers: u16, max_gap: u16) -> impl Iterator<Item = ReadGroup> {
    let mut first = 0;
    core::iter::from_fn(move || {
        let rest = points.get(first..)?;
        let start = rest.first()?;
        let limit = u32::from(max_registers.clamp(1, start.kind.max_read()));
        let mut end = start.end();
        let mut count = 1;
        for point in rest.iter().skip(1) {
            let joined = end.max(point.end());
            let fits = point.kind == start.kind
                && point.address >= start.address
                && u32::from(point.address) <= end + u32::from(max_gap)
                && joined - u32::from(start.address) <= limit;
            if !fits {
                break;
            }
            end = joined;
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
        plan_reads(&points, max, gap).map(|group| (group.address, group.quantity, group.points)).collect()
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
