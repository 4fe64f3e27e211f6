use super::bytes::{In, Out};
use super::{ChunkError, Kind};
use crate::aggregate::{AggregateError, Rule, Scale};
use crate::value::{Codec, Decimal, ValueError};

/// What a column's numbers stand for: type, scale, width of a counter (DOMAIN.md A-5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    pub(super) kind: Kind,
    pub(super) multiplier: Decimal,
    pub(super) shift: Decimal,
    pub(super) width_bits: Option<u8>,
}

const HAS_MULTIPLIER: u8 = 0x10;
const HAS_SHIFT: u8 = 0x20;
const HAS_WIDTH: u8 = 0x40;

impl Layout {
    /// Without scale; a counter of this kind never runs over.
    pub const fn new(kind: Kind) -> Layout {
        Layout { kind, multiplier: Decimal::ONE, shift: Decimal::ZERO, width_bits: None }
    }

    /// Of what a codec reads. A counter without a sign runs over where its type ends.
    pub fn of(codec: &Codec) -> Layout {
        let kind = Kind::of(codec);
        let (multiplier, shift) = codec.multiplier_and_shift();
        let width_bits = match kind {
            Kind::Unsigned { bits: bits @ (16 | 32 | 48 | 64) } => Some(bits),
            _ => None,
        };
        Layout { kind, multiplier, shift, width_bits }
    }

    /// With `number × multiplier + shift`.
    #[must_use]
    pub const fn scale(self, multiplier: Decimal, shift: Decimal) -> Layout {
        Layout { multiplier: multiplier.trimmed(), shift: shift.trimmed(), ..self }
    }

    /// With the width of a counter.
    ///
    /// # Errors
    /// [`AggregateError::CounterWidth`] for a width other than 16, 32, 48 or 64.
    pub const fn counter(self, width_bits: Option<u8>) -> Result<Layout, AggregateError> {
        match Rule::new(None, width_bits) {
            Ok(_) => Ok(Layout { width_bits, ..self }),
            Err(error) => Err(error),
        }
    }

    /// What the bits are.
    pub const fn kind(&self) -> Kind {
        self.kind
    }

    /// What numbers are multiplied by.
    pub const fn multiplier(&self) -> Decimal {
        self.multiplier
    }

    /// What is added to the product.
    pub const fn shift(&self) -> Decimal {
        self.shift
    }

    /// From sums of the numbers to values.
    pub const fn sums(&self) -> Scale {
        Scale::new(self.multiplier, self.shift)
    }

    /// The width of a counter.
    pub const fn width_bits(&self) -> Option<u8> {
        self.width_bits
    }

    /// From raw bits to values.
    ///
    /// # Errors
    /// None of a layout that was read; [`ValueError::BitCount`] of a part with more bits than a register.
    pub fn codec(&self) -> Result<Codec, ValueError> {
        let codec = Codec::new(self.kind.data_type()).multiplier(self.multiplier).shift(self.shift);
        match self.kind {
            Kind::Unsigned { bits } if codec.data_type().is_part() => codec.bits(bits),
            _ => Ok(codec),
        }
    }

    pub(super) fn rule(&self, hold_ms: Option<u64>) -> Rule {
        Rule::new(hold_ms, self.width_bits).unwrap_or_default()
    }

    pub(super) fn emit(&self, out: &mut Out<'_>) -> Result<(), ChunkError> {
        let (code, bits) = self.kind.code();
        let flag = |is_set: bool, flag: u8| if is_set { flag } else { 0 };
        let (has_multiplier, has_shift) = (self.multiplier != Decimal::ONE, !self.shift.is_zero());
        let flags = flag(has_multiplier, HAS_MULTIPLIER)
            | flag(has_shift, HAS_SHIFT)
            | flag(self.width_bits.is_some(), HAS_WIDTH);
        out.byte(code | flags)?;
        for byte in bits.into_iter().chain(self.width_bits) {
            out.byte(byte)?;
        }
        let scale = [has_multiplier.then_some(self.multiplier), has_shift.then_some(self.shift)];
        scale.into_iter().flatten().try_for_each(|decimal| {
            let (mantissa, exponent) = decimal.parts();
            out.wide(mantissa)?;
            out.signed(exponent.into())
        })
    }

    pub(super) fn read(input: &mut In<'_>) -> Result<Layout, ChunkError> {
        let error = input.error("a column's kind");
        let first = input.byte()?;
        let bits = if Kind::has_bits(first & 15) { input.byte()? } else { 0 };
        let kind = Kind::of_code(first & 15, bits).filter(|_| first < 0x80).ok_or(error)?;
        let error = input.error("a counter's width");
        let width_bits = if first & HAS_WIDTH != 0 { Some(input.byte()?) } else { None };
        let layout = Layout::new(kind).counter(width_bits).map_err(|_| error)?;
        let mut decimal = |flag: u8, other: Decimal| {
            if first & flag == 0 {
                return Ok(other);
            }
            let error = input.error("a decimal number");
            let (mantissa, exponent) = (input.wide()?, input.signed()?);
            i16::try_from(exponent).ok().and_then(|exponent| Decimal::new(mantissa, exponent).ok()).ok_or(error)
        };
        Ok(layout.scale(decimal(HAS_MULTIPLIER, Decimal::ONE)?, decimal(HAS_SHIFT, Decimal::ZERO)?))
    }
}
