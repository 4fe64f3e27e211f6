//! Plural categories: which form of a word stands behind a number.

use super::{Digits, Lang};

/// The form of a word, by CLDR's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PluralCategory {
    /// `1 metre`.
    One,
    /// `2 metry` in Polish, as of 3, 4, 22.
    Few,
    /// `5 metrów` in Polish, as of 11, 20.
    Many,
    /// All other numbers; any with digits behind the point.
    Other,
}

impl PluralCategory {
    /// Every category.
    pub const ALL: [PluralCategory; 4] =
        [PluralCategory::One, PluralCategory::Few, PluralCategory::Many, PluralCategory::Other];

    /// CLDR's name.
    pub const fn code(self) -> &'static str {
        match self {
            PluralCategory::One => "one",
            PluralCategory::Few => "few",
            PluralCategory::Many => "many",
            PluralCategory::Other => "other",
        }
    }
}

impl Lang {
    /// The form that stands behind a number as it is written: `1` is `one`, `1.0` is `other`. The sign
    /// has no influence. By the cardinal rules of CLDR 48 for en, pl, ru and, for `ua`, uk.
    pub fn plural_category(self, number: &Digits) -> PluralCategory {
        if number.decimals() > 0 {
            return PluralCategory::Other;
        }
        let digit = |from_point: i32| number.at(number.point().saturating_sub(from_point));
        let is_teen = digit(2) == b'1';
        let is_one = number.point() == 1 && digit(1) == b'1';
        match (self, digit(1)) {
            (Lang::En | Lang::Pl, _) if is_one => PluralCategory::One,
            (Lang::En, _) => PluralCategory::Other,
            (Lang::Ru | Lang::Ua, b'1') if !is_teen => PluralCategory::One,
            (Lang::Pl | Lang::Ru | Lang::Ua, b'2'..=b'4') if !is_teen => PluralCategory::Few,
            (Lang::Pl | Lang::Ru | Lang::Ua, _) => PluralCategory::Many,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_follow_the_last_two_digits() {
        for (text, wanted) in [
            ("0", ["other", "many", "many"]),
            ("1", ["one", "one", "one"]),
            ("-1", ["one", "one", "one"]),
            ("2", ["other", "few", "few"]),
            ("5", ["other", "many", "many"]),
            ("11", ["other", "many", "many"]),
            ("12", ["other", "many", "many"]),
            ("21", ["other", "many", "one"]),
            ("22", ["other", "few", "few"]),
            ("112", ["other", "many", "many"]),
            ("1001", ["other", "many", "one"]),
            ("1e2", ["other", "many", "many"]),
            ("1.0", ["other", "other", "other"]),
            ("1.5", ["other", "other", "other"]),
        ] {
            let found = [Lang::En, Lang::Pl, Lang::Ru].map(|lang| lang.plural_category(&Digits::parse(text).unwrap()));
            assert_eq!(found.map(PluralCategory::code), wanted, "{text}");
        }
    }
}
