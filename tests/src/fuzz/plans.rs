//! Plans cover what they were asked for, within the limits.

use parabus_core::modbus::plan::{Point, Refused, plan_reads, plan_writes};
use parabus_core::modbus::{RegisterKind, WriteFunction};

use super::input::Input;

pub fn plan(data: &[u8]) {
    let mut input = Input(data);
    let (most, gap, refusals) = (input.word(), input.word() % 300, input.byte() % 8);
    let point = |input: &mut Input<'_>| {
        let kind = RegisterKind::ALL[usize::from(input.byte()) % 4];
        let (address, count) = (input.word(), input.byte());
        // Mostly few, sometimes more than there are.
        let count = if count < 250 { u16::from(count % 9) + 1 } else { input.word() };
        Point { kind, address, count }
    };
    let refused = |point: Point| Refused { kind: point.kind, address: point.address, quantity: point.count };
    let refused: Vec<Refused> = (0..refusals).map(|_| refused(point(&mut input))).collect();
    let mut points = Vec::new();
    while !input.is_done() && points.len() < 300 {
        points.push(point(&mut input));
    }
    // Of points that are not sorted no more is said than that they are read.
    assert_eq!(plan_reads(&points, most, gap, &refused).map(|group| group.points).sum::<usize>(), points.len());
    points.sort_unstable();
    let mut next = 0;
    for group in plan_reads(&points, most, gap, &refused) {
        assert!(group.first == next && group.points > 0, "every point once, in order");
        next += group.points;
        let end = u32::from(group.address) + u32::from(group.quantity);
        let limit = most.clamp(1, group.kind.max_read());
        assert!(group.points == 1 || group.quantity <= limit, "{group:?} of at most {limit}");
        for point in &points[group.first..next] {
            assert!(point.kind == group.kind && point.address >= group.address);
            assert!(u32::from(point.address) + u32::from(point.count) <= end, "{point:?} in {group:?}");
        }
    }
    assert_eq!(next, points.len());
    for kind in RegisterKind::ALL {
        for function in WriteFunction::ALL {
            let Some(parts) = plan_writes(kind, most.into(), function) else { continue };
            let mut next = 0;
            for part in parts {
                let limit = if part.single { 1 } else { usize::from(kind.max_write()) };
                assert!(part.offset == next && (1..=limit).contains(&part.count));
                next += part.count;
            }
            assert_eq!(next, usize::from(most));
        }
    }
}
