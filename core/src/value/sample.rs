//! Values as sums take them.

use super::codec::{bcd_number, sign_extend};
use super::{Codec, DataType, Decimal, Number, Raw, ValueError};

/// One value, for sums (AGGREGATION.md 4.1): whole numbers are added without multiplier and shift, which act
/// once on the result; fractions have them already.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Sample {
    /// The register's number, of a bit 0 or 1.
    Whole(i64),
    /// The value of a float register, nearest in binary64 to the exact decimal.
    Fraction(f64),
}

impl Codec {
    /// The value as a sample.
    ///
    /// # Errors
    /// Those of [`value`](Self::value); [`ValueError::IntegerRange`] for 2^63 and more (DOMAIN.md A-6), and
    /// [`ValueError::NotNumeric`] for addresses and texts.
    pub fn sample(&self, raw: Raw) -> Result<Sample, ValueError> {
        let data_type = self.data_type();
        if !data_type.is_numeric() {
            return Err(ValueError::NotNumeric { data_type });
        }
        if data_type.is_float() {
            let value = self.value(raw)?.decimal().map(|value| value.to_f64());
            return value.map(Sample::Fraction).ok_or(ValueError::NotNumeric { data_type });
        }
        self.check(raw.0)?;
        let whole = match data_type {
            DataType::Number { number: Number::Signed, bits, .. } => Ok(sign_extend(raw.0, bits)),
            DataType::Bcd { .. } => i64::try_from(bcd_number(raw.0)),
            _ => i64::try_from(raw.0),
        };
        whole.map(Sample::Whole).map_err(|_| ValueError::IntegerRange { index: 0 })
    }

    /// Multiplier and shift, which act on sums of whole samples. A bit has none.
    #[must_use]
    pub fn sample_scale(&self) -> (Decimal, Decimal) {
        if self.data_type() == DataType::Bit { (Decimal::ONE, Decimal::ZERO) } else { self.multiplier_and_shift() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codec(code: &str, multiplier: &str, shift: &str) -> Codec {
        let decimal = |text| Decimal::parse(text).unwrap();
        Codec::new(DataType::from_code(code).unwrap()).multiplier(decimal(multiplier)).shift(decimal(shift))
    }

    #[test]
    fn whole_numbers_come_without_scale_and_fractions_with() {
        for (code, raw, want) in [
            ("u16-be", 65_535, Sample::Whole(65_535)),
            ("i16-be", 65_535, Sample::Whole(-1)),
            ("i64-be", u64::MAX, Sample::Whole(-1)),
            ("u64-be", i64::MAX.cast_unsigned(), Sample::Whole(i64::MAX)),
            ("bcd16", 0x1234, Sample::Whole(1234)),
            ("bit", 1, Sample::Whole(1)),
            ("f32-be", u64::from(2.5f32.to_bits()), Sample::Fraction(0.25)),
            ("f64-be", 0.1f64.to_bits(), Sample::Fraction(0.01)),
        ] {
            assert_eq!(codec(code, "0.1", "0").sample(Raw(raw)), Ok(want), "{code}");
        }
        assert_eq!(codec("f32-be", "2", "-1").sample(Raw(u64::from(0.1f32.to_bits()))), Ok(Sample::Fraction(-0.8)));
    }

    #[test]
    fn what_is_no_number_is_no_sample() {
        let plain = |code| codec(code, "1", "0");
        assert_eq!(plain("u64-be").sample(Raw(1 << 63)), Err(ValueError::IntegerRange { index: 0 }));
        for code in ["ipv4", "mac", "str"] {
            assert!(matches!(plain(code).sample(Raw(1)), Err(ValueError::NotNumeric { .. })), "{code}");
        }
        assert!(plain("f64-be").sample(Raw(f64::NAN.to_bits())).is_err());
        assert!(plain("bcd16").sample(Raw(0xFFFF)).is_err());
        assert!(plain("u16-be").not_available([Some(7), None]).sample(Raw(7)).is_err());
    }

    #[test]
    fn a_bit_has_no_scale() {
        assert_eq!(codec("bit", "5", "1").sample_scale(), (Decimal::ONE, Decimal::ZERO));
        let (multiplier, shift) = codec("u16-be", "5", "1").sample_scale();
        assert_eq!((multiplier, shift), (Decimal::from(5_i64), Decimal::ONE));
    }
}
