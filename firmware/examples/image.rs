//! Writes the image of a small gateway: one meter on the bus, an alert that closes the relay above 25.0 °C. Its
//! argument is the file.

use parabus_core::alert::{Comparison, Condition, Logic, Rule};
use parabus_core::gateway::{Alert, Group, Point, Relay, Unit, Watch, emit_watching};
use parabus_core::modbus::{RegisterKind, UnitId};
use parabus_core::value::{DataType, Decimal};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args().nth(1).ok_or("expected the name of a file")?;
    let meter = Unit { unit_id: UnitId(1), retries: 0, period_ms: 500 };
    let temperature = Group { kind: RegisterKind::Input, address: 0, quantity: 1 };
    let point = Point {
        unit_id: UnitId(1),
        kind: RegisterKind::Input,
        address: 0,
        data_type: DataType::from_code("i16-be")?,
        bit: 0,
        bits: 0,
        multiplier: Decimal::parse("0.1")?,
        shift: Decimal::ZERO,
        not_available: [None; 2],
    };
    let hot = [Condition::compare(0, Comparison::Greater, Decimal::parse("25")?, Decimal::ZERO)?];
    let rule = Rule::new(Logic::All, &hot, &[], &[], 500)?;
    let alerts = [Alert { number: 1, relay: Relay::Follows, rule }];
    let watch = Watch { own_unit: UnitId(247), points: &[point], alerts: &alerts };
    let mut image = [0; 512];
    let length = emit_watching(115_200, 200, &[(meter, &[temperature])], &watch, &mut image)?;
    std::fs::write(&path, image.get(..length).unwrap_or_default())?;
    Ok(())
}
