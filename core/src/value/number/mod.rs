//! Numbers as languages write them (CLDR 48; AGGREGATION.md 4.12).
//!
//! ```
//! use parabus_core::value::{Digits, Grouping, Lang, NumberFormat};
//!
//! let shown = |lang, text: &str| NumberFormat::new(lang).number(Digits::parse(text).unwrap()).to_string();
//! assert_eq!(shown(Lang::En, "-1234567.50"), "-1,234,567.50");
//! assert_eq!(shown(Lang::Ua, "1234.5"), "1\u{a0}234,5");
//! assert_eq!(shown(Lang::Pl, "1234.5"), "1234,5");
//! let whole = NumberFormat::new(Lang::Pl).grouping(Grouping::Always).fraction(0, Some(0)).unwrap();
//! assert_eq!(whole.number(Digits::parse("1234.5").unwrap()).to_string(), "1\u{a0}235");
//! ```

#[cfg(not(target_os = "none"))]
mod short;

use core::fmt;

use super::{Decimal, Digits, Lang, ValueError};

/// Where digits before the point stand in groups of three.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Grouping {
    /// As the language has it: from four digits, in Polish from five.
    #[default]
    Auto,
    /// From four digits.
    Always,
    /// From five digits.
    Min2,
    /// Nowhere.
    Never,
}

impl Grouping {
    /// Every way.
    pub const ALL: [Grouping; 4] = [Grouping::Auto, Grouping::Always, Grouping::Min2, Grouping::Never];

    /// The name that `useGrouping` of ECMA-402 has for it; `never` is its `false`.
    pub const fn code(self) -> &'static str {
        match self {
            Grouping::Auto => "auto",
            Grouping::Always => "always",
            Grouping::Min2 => "min2",
            Grouping::Never => "never",
        }
    }

    /// Reads a name.
    ///
    /// # Errors
    /// [`ValueError::UnknownGrouping`].
    pub fn from_code(code: &str) -> Result<Self, ValueError> {
        Grouping::ALL.into_iter().find(|grouping| grouping.code() == code).ok_or(ValueError::UnknownGrouping)
    }
}

/// How a number is written.
///
/// The text is that of ECMA-402 `Intl.NumberFormat`, except that zero never has a minus, not even
/// where rounding made it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NumberFormat {
    lang: Lang,
    grouping: Grouping,
    min_fraction: u8,
    max_fraction: Option<u8>,
}

impl NumberFormat {
    /// Digits behind the point that can be asked for, as in ECMA-402.
    pub const MAX_FRACTION: u8 = 100;

    /// All digits that the number has, grouped as the language has it.
    pub const fn new(lang: Lang) -> Self {
        NumberFormat { lang, grouping: Grouping::Auto, min_fraction: 0, max_fraction: None }
    }

    /// Sets the grouping.
    #[must_use]
    pub const fn grouping(self, grouping: Grouping) -> Self {
        NumberFormat { grouping, ..self }
    }

    /// Sets the digits behind the point: at least `min`, filled up with zeros; at most `max`, rounded
    /// half away from zero, and then without trailing zeros beyond `min`. Without `max` those that
    /// the number has, trailing zeros too.
    ///
    /// # Errors
    /// [`ValueError::FractionDigits`] if one is above [`NumberFormat::MAX_FRACTION`], or `min` above
    /// `max`.
    pub const fn fraction(self, min: u8, max: Option<u8>) -> Result<Self, ValueError> {
        let most = match max {
            Some(max) => max,
            None => Self::MAX_FRACTION,
        };
        if most > Self::MAX_FRACTION || min > most {
            return Err(ValueError::FractionDigits);
        }
        Ok(NumberFormat { min_fraction: min, max_fraction: max, ..self })
    }

    /// A number, ready to print.
    pub fn number(self, digits: impl Into<Digits>) -> FormattedNumber {
        FormattedNumber { digits: digits.into(), format: self }
    }

    /// Prints a number, for less than the machinery of `format_args!` takes.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn write(&self, number: Decimal, out: &mut dyn fmt::Write) -> fmt::Result {
        print_decimal(number, &self.symbols(), self.min_fraction.into(), self.max_fraction.map(u16::from), out)
    }

    /// Prints digits.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn write_digits(&self, mut digits: Digits, out: &mut dyn fmt::Write) -> fmt::Result {
        print(&mut digits, &self.symbols(), self.min_fraction.into(), self.max_fraction.map(u16::from), out)
    }

    const fn symbols(&self) -> Symbols {
        self.lang.symbols().grouped(self.grouping)
    }
}

/// A number with its format.
#[derive(Clone, Debug)]
pub struct FormattedNumber {
    digits: Digits,
    format: NumberFormat,
}

impl fmt::Display for FormattedNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.format.write_digits(self.digits.clone(), f)
    }
}

/// What stands between digits.
#[derive(Clone, Copy, Debug)]
pub(super) struct Symbols {
    pub(super) point: u8,
    pub(super) group: &'static [u8],
    /// Digits before the point from which they are grouped.
    pub(super) grouped_from: i32,
}

/// A point, no groups.
pub(super) const PLAIN: Symbols = Symbols { point: b'.', group: b"", grouped_from: i32::MAX };

impl Symbols {
    pub(super) const fn grouped(self, grouping: Grouping) -> Self {
        let grouped_from = match grouping {
            Grouping::Auto => self.grouped_from,
            Grouping::Always => 4,
            Grouping::Min2 => 5,
            Grouping::Never => i32::MAX,
        };
        Symbols { grouped_from, ..self }
    }
}

impl Lang {
    /// CLDR 48 `symbols-numberSystem-latn` and `minimumGroupingDigits`, of `uk` for `ua`.
    pub(super) const fn symbols(self) -> Symbols {
        const NO_BREAK_SPACE: &[u8] = "\u{a0}".as_bytes();
        match self {
            Lang::En => Symbols { point: b'.', group: b",", grouped_from: 4 },
            Lang::Pl => Symbols { point: b',', group: NO_BREAK_SPACE, grouped_from: 5 },
            Lang::Ru | Lang::Ua => Symbols { point: b',', group: NO_BREAK_SPACE, grouped_from: 4 },
        }
    }
}

/// Prints a number, at least `min` digits behind the point and at most `max`: see [`NumberFormat::fraction`].
pub(super) fn print_decimal(
    number: Decimal,
    symbols: &Symbols,
    min: u16,
    max: Option<u16>,
    out: &mut dyn fmt::Write,
) -> fmt::Result {
    // Most numbers of meters are short. A microcontroller has less room than haste.
    #[cfg(not(target_os = "none"))]
    if let Some(printed) = short::print(number, symbols, min, max, out) {
        return printed;
    }
    print(&mut number.into(), symbols, min, max, out)
}

/// Prints digits, at least `min` behind the point and at most `max`: see [`NumberFormat::fraction`].
pub(super) fn print(
    digits: &mut Digits,
    symbols: &Symbols,
    min: u16,
    max: Option<u16>,
    out: &mut dyn fmt::Write,
) -> fmt::Result {
    let mut decimals = digits.decimals();
    if let Some(max) = max {
        digits.round(max);
        decimals = if min < max { digits.needed_decimals() } else { max };
    }
    let mut line = Line { bytes: [0; Line::ROOM], length: 0, out };
    if digits.negative && !digits.is_zero() {
        line.put(b'-')?;
    }
    let whole = digits.point().max(1);
    let shift = whole.saturating_sub(digits.point());
    let mut in_group = if whole < symbols.grouped_from { i32::MAX } else { (whole - 1) % 3 + 1 };
    for index in 0..whole {
        if in_group == 0 {
            symbols.group.iter().try_for_each(|byte| line.put(*byte))?;
            in_group = 3;
        }
        in_group = in_group.saturating_sub(1);
        line.put(digits.at(index.saturating_sub(shift)))?;
    }
    let decimals = decimals.max(min);
    if decimals > 0 {
        line.put(symbols.point)?;
        for index in 0..i32::from(decimals) {
            line.put(digits.at(digits.point().saturating_add(index)))?;
        }
    }
    line.flush()
}

/// Collects text, as a call of the writer for each digit would take longer than the digit.
struct Line<'a> {
    bytes: [u8; Line::ROOM],
    length: usize,
    out: &'a mut dyn fmt::Write,
}

impl Line<'_> {
    const ROOM: usize = 48;

    /// One byte; a character of two is never parted.
    fn put(&mut self, byte: u8) -> fmt::Result {
        let is_first_byte = byte & 0b1100_0000 != 0b1000_0000;
        if self.length >= Self::ROOM - 1 && is_first_byte {
            self.flush()?;
        }
        if let Some(place) = self.bytes.get_mut(self.length) {
            *place = byte;
            self.length = self.length.saturating_add(1);
        }
        Ok(())
    }

    fn flush(&mut self) -> fmt::Result {
        let text = self.bytes.get(..self.length).and_then(|bytes| core::str::from_utf8(bytes).ok());
        self.length = 0;
        self.out.write_str(text.unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::{String, ToString};

    fn shown(format: NumberFormat, text: &str) -> String {
        format.number(Digits::parse(text).unwrap()).to_string().replace('\u{a0}', "_")
    }

    #[test]
    fn four_languages_and_four_ways_of_grouping() {
        let wanted = [
            (Lang::En, ["1,234.5", "1,234.5", "1234.5", "1234.5"], "12,345"),
            (Lang::Pl, ["1234,5", "1_234,5", "1234,5", "1234,5"], "12_345"),
            (Lang::Ru, ["1_234,5", "1_234,5", "1234,5", "1234,5"], "12_345"),
            (Lang::Ua, ["1_234,5", "1_234,5", "1234,5", "1234,5"], "12_345"),
        ];
        for (lang, texts, five) in wanted {
            for (grouping, text) in Grouping::ALL.into_iter().zip(texts) {
                let format = NumberFormat::new(lang).grouping(grouping);
                assert_eq!(shown(format, "1234.5"), text, "{lang:?} {grouping:?}");
                if grouping != Grouping::Never {
                    assert_eq!(shown(format, "12345"), five, "{lang:?} {grouping:?}");
                }
            }
        }
    }

    #[test]
    fn digits_behind_the_point() {
        for (text, min, max, wanted) in [
            ("25.0", 0, None, "25.0"),
            ("25.0", 2, None, "25.00"),
            ("25.0", 0, Some(2), "25"),
            ("25.0", 1, Some(2), "25.0"),
            ("25.126", 0, Some(2), "25.13"),
            ("1.995", 1, Some(2), "2.0"),
            ("999.5", 0, Some(0), "1,000"),
            ("-0.04", 0, Some(1), "0"),
            ("-0.05", 0, Some(1), "-0.1"),
            ("-0", 0, None, "0"),
            ("0.5", 0, Some(0), "1"),
            ("0.05", 0, Some(0), "0"),
            ("1e6", 0, None, "1,000,000"),
            ("1e-7", 0, None, "0.0000001"),
            ("0e5", 0, None, "0"),
        ] {
            let format = NumberFormat::new(Lang::En).fraction(min, max).unwrap();
            assert_eq!(shown(format, text), wanted, "{text} {min} {max:?}");
        }
        let format = NumberFormat::new(Lang::En);
        for (min, max) in [(2, Some(1)), (0, Some(101)), (101, None), (255, Some(255))] {
            assert_eq!(format.fraction(min, max), Err(ValueError::FractionDigits));
        }
    }

    #[test]
    fn long_numbers_are_written_in_pieces() {
        let printed = NumberFormat::new(Lang::Ru).number(Digits::parse("-1e100").unwrap()).to_string();
        assert_eq!(printed, ["-10", &"\u{a0}000".repeat(33)].concat());
        let printed = NumberFormat::new(Lang::Ua).number(Decimal::parse("1e100").unwrap()).to_string();
        assert_eq!(printed.chars().filter(|c| *c == '0').count(), 100);
    }
}
