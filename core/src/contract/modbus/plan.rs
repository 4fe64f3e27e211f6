//! Which requests fetch or write values: `plan_reads`, `plan_writes`.

use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use super::{BitOrWord, Frame};
use crate::contract::Error;
use crate::error::ErrorKind;
use crate::modbus::plan::{self, Point, Refused};
use crate::modbus::{FunctionCode, RegisterKind, WriteFunction};

/// Registers: kind, first address, how many.
pub type Span = (String, u16, u16);

/// Call of [`plan_reads`].
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlanReads {
    /// The registers of each value.
    pub points: Vec<Span>,
    /// Most registers of one request; the standard's limits hold besides.
    #[serde(default = "most_registers", alias = "maxRegisters")]
    pub max_registers: u16,
    /// Registers of no value that may be read over.
    #[serde(default, alias = "maxGap")]
    pub max_gap: u16,
    /// Groups that the device refused.
    #[serde(default)]
    pub refused: Vec<Span>,
}

const fn most_registers() -> u16 {
    125
}

/// One request to read.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct PlannedRead {
    /// Kind of the registers.
    pub kind: String,
    /// The function that reads it.
    pub function_code: u8,
    /// First register.
    pub address: u16,
    /// Registers.
    pub quantity: u16,
    /// Which of the points it reads, by place in the list.
    pub points: Vec<u32>,
}

/// Call of [`plan_writes`].
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlanWrites {
    /// `coil` or `holding`.
    pub kind: String,
    /// First address.
    pub address: u16,
    /// One for each address: bits for coils, numbers for registers.
    pub values: Vec<BitOrWord>,
    /// `normal`, `always-6` or `always-16`.
    #[serde(default = "normal", alias = "writeFunction")]
    pub write_function: String,
}

fn normal() -> String {
    String::from(WriteFunction::Normal.code())
}

fn refuse<T>(kind: ErrorKind, message: String) -> Result<T, Error> {
    Err(Error { kind, message, offset: None })
}

fn kind_of(code: &str) -> Result<RegisterKind, Error> {
    match RegisterKind::from_code(code) {
        Some(kind) => Ok(kind),
        None => refuse(
            ErrorKind::RegisterKind,
            alloc::format!("unknown kind `{code}`, expected coil, discrete-input, holding or input"),
        ),
    }
}

/// A span as a point, within 0 to 65,535.
fn point_of((kind, address, count): &Span) -> Result<Point, Error> {
    let kind = kind_of(kind)?;
    if *count == 0 {
        return refuse(ErrorKind::Quantity, alloc::format!("0 registers at address {address}, expected at least 1"));
    }
    if u32::from(*address) + u32::from(*count) > 65_536 {
        let message = alloc::format!("{count} registers at address {address}, expected the last at most at 65535");
        return refuse(ErrorKind::AddressRange, message);
    }
    Ok(Point { kind, address: *address, count: *count })
}

/// Groups points into requests.
///
/// # Errors
/// A point of an unknown kind, of no registers, or beyond 65,535; one of more registers than a request
/// may read.
pub fn plan_reads(call: &PlanReads) -> Result<Vec<PlannedRead>, Error> {
    let mut points = Vec::new();
    for (index, span) in (0_u32..).zip(&call.points) {
        let point = point_of(span)?;
        let most = point.kind.max_read();
        if point.count > most {
            let message =
                alloc::format!("{} registers at address {}, expected at most {most}", point.count, point.address);
            return refuse(ErrorKind::Quantity, message);
        }
        points.push((point, index));
    }
    points.sort_unstable();
    let refused = call.refused.iter().map(point_of).collect::<Result<Vec<_>, _>>()?;
    let refused: Vec<Refused> =
        refused.into_iter().map(|Point { kind, address, count }| Refused { kind, address, quantity: count }).collect();
    let sorted: Vec<Point> = points.iter().map(|(point, _)| *point).collect();
    let groups = plan::plan_reads(&sorted, call.max_registers, call.max_gap, &refused);
    let planned = groups.map(|group| PlannedRead {
        kind: String::from(group.kind.code()),
        function_code: group.kind.read_function().0,
        address: group.address,
        quantity: group.quantity,
        points: points.iter().skip(group.first).take(group.points).map(|(_, index)| *index).collect(),
    });
    Ok(planned.collect())
}

/// Splits values into requests that write them: frames without a unit.
///
/// # Errors
/// A kind that cannot be written, no values, values of another type than the kind's, addresses beyond
/// 65,535, an unknown write function.
pub fn plan_writes(call: &PlanWrites) -> Result<Vec<Frame>, Error> {
    let kind = kind_of(&call.kind)?;
    let Some(function) = WriteFunction::from_code(&call.write_function) else {
        let message =
            alloc::format!("unknown write function `{}`, expected normal, always-6 or always-16", call.write_function);
        return refuse(ErrorKind::WriteFunction, message);
    };
    let Some(parts) = plan::plan_writes(kind, call.values.len(), function) else {
        return refuse(
            ErrorKind::RegisterKind,
            alloc::format!("`{}` cannot be written, expected coil or holding", call.kind),
        );
    };
    if call.values.is_empty() {
        return refuse(ErrorKind::Quantity, String::from("no values, expected at least one"));
    }
    if usize::from(call.address) + call.values.len() > 65_536 {
        let message = alloc::format!(
            "{} values at address {}, expected the last at most at 65535",
            call.values.len(),
            call.address
        );
        return refuse(ErrorKind::AddressRange, message);
    }
    let mut frames = Vec::new();
    for part in parts {
        let address = u16::try_from(usize::from(call.address) + part.offset).unwrap_or(u16::MAX);
        let values = call.values.iter().skip(part.offset).take(part.count);
        let frame = Frame { address: Some(address), ..Frame::default() };
        let quantity = u16::try_from(part.count).ok();
        frames.push(match (kind.is_bit(), part.single) {
            (true, true) => Frame {
                function_code: FunctionCode::WRITE_SINGLE_COIL.0,
                value: bits_of(values)?.first().copied().map(BitOrWord::Bit),
                ..frame
            },
            (true, false) => Frame {
                function_code: FunctionCode::WRITE_MULTIPLE_COILS.0,
                quantity,
                bits: Some(bits_of(values)?),
                ..frame
            },
            (false, true) => Frame {
                function_code: FunctionCode::WRITE_SINGLE_REGISTER.0,
                value: words_of(values)?.first().copied().map(BitOrWord::Word),
                ..frame
            },
            (false, false) => Frame {
                function_code: FunctionCode::WRITE_MULTIPLE_REGISTERS.0,
                quantity,
                values: Some(words_of(values)?),
                ..frame
            },
        });
    }
    Ok(frames)
}

/// Coils: 0 and 1 are bits as well.
fn bits_of<'a>(values: impl Iterator<Item = &'a BitOrWord>) -> Result<Vec<bool>, Error> {
    let mut bits = vec![];
    for value in values {
        bits.push(match value {
            BitOrWord::Bit(bit) => *bit,
            BitOrWord::Word(0) => false,
            BitOrWord::Word(1) => true,
            BitOrWord::Word(word) => {
                return refuse(
                    ErrorKind::CoilValue,
                    alloc::format!("`{word}` is no coil, expected true, false, 1 or 0"),
                );
            }
        });
    }
    Ok(bits)
}

fn words_of<'a>(values: impl Iterator<Item = &'a BitOrWord>) -> Result<Vec<u16>, Error> {
    let mut words = vec![];
    for value in values {
        match value {
            BitOrWord::Word(word) => words.push(*word),
            BitOrWord::Bit(bit) => {
                let message = alloc::format!("`{bit}` is no register, expected a number 0 to 65535");
                return refuse(ErrorKind::FrameField, message);
            }
        }
    }
    Ok(words)
}
