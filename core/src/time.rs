//! Instants: whole milliseconds UTC since 1970, and their ISO 8601 text (DOMAIN.md D-05, A-2).
//!
//! ```
//! use parabus_core::time::Instant;
//!
//! let instant = Instant::parse("2020-05-26T18:28:00.0419+02:00").unwrap();
//! assert_eq!(instant.display_millis().to_string(), "2020-05-26T16:28:00.041Z");
//! ```

use core::fmt;

use crate::error::ErrorKind;

const MS_PER_DAY: i64 = 86_400_000;

/// A moment: milliseconds since 1970-01-01T00:00:00Z, leap seconds not counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(i64);

/// Text is not an instant: where, and what was expected there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimeError {
    offset: usize,
    expected: &'static str,
}

impl TimeError {
    /// Stable kind.
    pub const fn kind(&self) -> ErrorKind {
        ErrorKind::InstantSyntax
    }

    /// Byte of the text at which it stops being an instant.
    pub const fn offset(&self) -> usize {
        self.offset
    }
}

impl fmt::Display for TimeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expected {} at offset {}", self.expected, self.offset)
    }
}

impl core::error::Error for TimeError {}

impl Instant {
    /// From milliseconds since 1970 UTC; any number.
    pub const fn from_millis(millis: i64) -> Self {
        Instant(millis)
    }

    /// Milliseconds since 1970 UTC.
    pub const fn as_millis(self) -> i64 {
        self.0
    }

    /// Reads `YYYY-MM-DDThh:mm[:ss[.f…]]` followed by `Z` or `±hh[:mm]`: years 0000–9999, 0 to 9
    /// fraction digits of which those beyond milliseconds are cut off, a zone required. Second 60
    /// is read as the first of the next minute.
    pub fn parse(text: &str) -> Result<Self, TimeError> {
        let mut cursor = Cursor { bytes: text.as_bytes(), at: 0 };
        let year = cursor.number(4, 0, 9999, "a year of four digits")?;
        cursor.one_of(b"-", "`-`")?;
        let month = cursor.number(2, 1, 12, "a month 01 to 12")?;
        cursor.one_of(b"-", "`-`")?;
        let day = cursor.number(2, 1, days_in_month(year, month), "a day of the month")?;
        cursor.one_of(b"Tt ", "`T`")?;
        let hour = cursor.number(2, 0, 23, "an hour 00 to 23")?;
        cursor.one_of(b":", "`:`")?;
        let minute = cursor.number(2, 0, 59, "a minute 00 to 59")?;
        let mut millis = 0;
        if cursor.peek() == Some(b':') {
            cursor.at += 1;
            millis = cursor.number(2, 0, 60, "a second 00 to 60")? * 1000;
            if matches!(cursor.peek(), Some(b'.' | b',')) {
                cursor.at += 1;
                millis += cursor.fraction()?;
            }
        }
        let zone = cursor.zone()?;
        if cursor.at != text.len() {
            return Err(cursor.expected("the end of the text"));
        }
        let minutes = hour * 60 + minute - zone;
        Ok(Instant(days_from_civil(year, month, day) * MS_PER_DAY + minutes * 60_000 + millis))
    }

    /// Prints `YYYY-MM-DDThh:mm:ss.mmmZ`, always with milliseconds.
    pub const fn display_millis(self) -> Display {
        Display { instant: self, drop_zero_fraction: false }
    }

    /// Prints the same without a fraction that is zero.
    pub const fn display_short(self) -> Display {
        Display { instant: self, drop_zero_fraction: true }
    }
}

/// Text of an instant; years beyond four digits are printed with as many as they need.
#[derive(Clone, Copy, Debug)]
pub struct Display {
    instant: Instant,
    drop_zero_fraction: bool,
}

impl fmt::Display for Display {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let millis = self.instant.0;
        let (year, month, day) = civil_from_days(millis.div_euclid(MS_PER_DAY));
        let of_day = millis.rem_euclid(MS_PER_DAY);
        let (second, fraction) = (of_day / 1000, of_day % 1000);
        write!(f, "{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}", second / 3600, second / 60 % 60, second % 60)?;
        if fraction != 0 || !self.drop_zero_fraction {
            write!(f, ".{fraction:03}")?;
        }
        f.write_str("Z")
    }
}

struct Cursor<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Cursor<'_> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn expected(&self, expected: &'static str) -> TimeError {
        TimeError { offset: self.at, expected }
    }

    fn digit(&mut self) -> Option<i64> {
        let digit = self.peek().filter(u8::is_ascii_digit)?;
        self.at += 1;
        Some(i64::from(digit - b'0'))
    }

    fn number(&mut self, digits: usize, low: i64, high: i64, expected: &'static str) -> Result<i64, TimeError> {
        let start = self.at;
        let mut number = 0;
        for _ in 0..digits {
            number = number * 10 + self.digit().ok_or(TimeError { offset: start, expected })?;
        }
        if (low..=high).contains(&number) { Ok(number) } else { Err(TimeError { offset: start, expected }) }
    }

    fn one_of(&mut self, allowed: &[u8], expected: &'static str) -> Result<u8, TimeError> {
        let found = self.peek().filter(|byte| allowed.contains(byte)).ok_or(self.expected(expected))?;
        self.at += 1;
        Ok(found)
    }

    /// Milliseconds of 1 to 9 fraction digits.
    fn fraction(&mut self) -> Result<i64, TimeError> {
        let (mut millis, mut digits) = (0, 0);
        while let Some(digit) = self.digit() {
            digits += 1;
            match digits {
                1..=3 => millis = millis * 10 + digit,
                4..=9 => {}
                _ => {
                    self.at -= 1;
                    return Err(self.expected("at most 9 fraction digits"));
                }
            }
        }
        match digits {
            0 => Err(self.expected("a fraction digit")),
            1 => Ok(millis * 100),
            2 => Ok(millis * 10),
            _ => Ok(millis),
        }
    }

    /// Minutes east of UTC.
    fn zone(&mut self) -> Result<i64, TimeError> {
        let sign = match self.one_of(b"Zz+-", "a zone: `Z` or an offset such as `+02:00`")? {
            b'+' => 1,
            b'-' => -1,
            _ => return Ok(0),
        };
        let hours = self.number(2, 0, 23, "the hours 00 to 23 of an offset")?;
        let minutes = match self.peek() {
            Some(b':') => {
                self.at += 1;
                self.number(2, 0, 59, "the minutes 00 to 59 of an offset")?
            }
            Some(_) => self.number(2, 0, 59, "the minutes 00 to 59 of an offset")?,
            None => 0,
        };
        Ok(sign * (hours * 60 + minutes))
    }
}

const fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

const fn days_in_month(year: i64, month: i64) -> i64 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

// Both directions count from 1 March of a 400-year era, so that the leap day ends a year:
// Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms".
const fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

const fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year_of_era + era * 400 + (if month <= 2 { 1 } else { 0 });
    (year, month, day_of_year - (153 * shifted + 2) / 5 + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;

    #[test]
    fn reads_every_form_and_prints_utc() {
        for (text, want) in [
            ("2018-05-14T16:28:59.948845Z", "2018-05-14T16:28:59.948Z"),
            ("2020-01-01T00:00:00Z", "2020-01-01T00:00:00.000Z"),
            ("2020-02-29T23:59:60+00:00", "2020-03-01T00:00:00.000Z"),
            ("2020-01-01T01:30+0130", "2020-01-01T00:00:00.000Z"),
            ("2019-12-31T19:00:00.5-05", "2020-01-01T00:00:00.500Z"),
            ("0000-01-01T00:00:00Z", "0000-01-01T00:00:00.000Z"),
            ("1969-12-31 23:59:59.999Z", "1969-12-31T23:59:59.999Z"),
        ] {
            assert_eq!(Instant::parse(text).unwrap().display_millis().to_string(), want, "{text}");
        }
        assert_eq!(Instant::from_millis(0).display_short().to_string(), "1970-01-01T00:00:00Z");
    }

    #[test]
    fn refusals_say_where() {
        for (text, offset) in [
            ("2020-01-01T00:00:00", 19),
            ("2020-13-01T00:00:00Z", 5),
            ("2019-02-29T00:00:00Z", 8),
            ("2020-01-01", 10),
            ("2020-01-01T00:00:00.Z", 20),
            ("2020-01-01T00:00:00.1234567890Z", 29),
            ("2020-01-01T00:00:00Zx", 20),
            ("", 0),
        ] {
            assert_eq!(Instant::parse(text).unwrap_err().offset(), offset, "{text}");
        }
    }

    #[test]
    fn any_instant_prints_and_days_round_trip() {
        for millis in [i64::MIN, i64::MAX, -1, 0, 1] {
            let _ = Instant::from_millis(millis).display_millis().to_string();
        }
        for day in (-800_000..2_900_000).step_by(13) {
            let (y, m, d) = civil_from_days(day);
            assert_eq!(days_from_civil(y, m, d), day);
        }
    }
}
