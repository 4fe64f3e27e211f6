//! Laws of printed numbers, over many texts: with its symbols taken back, what is printed is the number,
//! rounded as on paper.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::arithmetic_side_effects)]

use parabus_core::value::{Decimal, Digits, Grouping, Lang, NumberFormat};

/// A linear congruential generator.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) % limit) as usize
    }

    /// Many nines, fives and zeros, on which carries and ties depend.
    fn digits(&mut self, most: u64) -> String {
        let count = self.below(most + 1);
        (0..count).map(|_| *b"0123456789000555999".get(self.below(19)).unwrap() as char).collect()
    }

    fn number(&mut self, most: u64) -> String {
        let sign = ["", "", "-", "+"][self.below(4)];
        let (whole, fraction) = (self.digits(most), self.digits(most));
        match (whole.is_empty(), fraction.is_empty(), self.below(8)) {
            (true, true, _) => format!("{sign}0"),
            (false, true, 0) => format!("{sign}{whole}."),
            (_, true, _) => format!("{sign}{whole}"),
            _ => format!("{sign}{whole}.{fraction}"),
        }
    }
}

/// Adds one to digits of text.
fn increment(digits: &str) -> String {
    match digits.strip_suffix('9') {
        Some(rest) => increment(rest) + "0",
        None if digits.is_empty() => "1".into(),
        None => {
            let (rest, last) = digits.split_at(digits.len() - 1);
            format!("{rest}{}", last.parse::<u8>().unwrap() + 1)
        }
    }
}

/// The rounded number with its digits as they have to be shown; nothing but strings.
fn on_paper(text: &str, min: usize, max: Option<usize>) -> String {
    let magnitude = text.trim_start_matches(['+', '-']);
    let (whole, fraction) = magnitude.split_once('.').unwrap_or((magnitude, ""));
    let (mut whole, mut fraction) = (whole.to_owned(), fraction.to_owned());
    if let Some(max) = max {
        if fraction.len() > max {
            let is_up = fraction.as_bytes()[max] >= b'5';
            let kept = format!("{whole}{}", fraction.get(..max).unwrap());
            // A zero in front takes the carry.
            let kept = if is_up { increment(&format!("0{kept}")) } else { format!("0{kept}") };
            let (front, behind) = kept.split_at(kept.len() - max);
            (whole, fraction) = (front.to_owned(), behind.to_owned());
        }
        while fraction.len() > min && fraction.ends_with('0') {
            fraction.pop();
        }
    }
    while fraction.len() < min {
        fraction.push('0');
    }
    let whole = whole.trim_start_matches('0');
    let whole = if whole.is_empty() { "0" } else { whole };
    let is_zero = whole.bytes().chain(fraction.bytes()).all(|digit| digit == b'0');
    let sign = if text.starts_with('-') && !is_zero { "-" } else { "" };
    let point = if fraction.is_empty() { "" } else { "." };
    format!("{sign}{whole}{point}{fraction}")
}

/// Takes symbols back, and looks where the groups stand.
fn plain(printed: &str, lang: Lang, grouping: Grouping) -> String {
    let (point, group) = if lang == Lang::En { ('.', ',') } else { (',', '\u{a0}') };
    let (whole, fraction) = printed.split_once(point).unwrap_or((printed, ""));
    let groups: Vec<&str> = whole.trim_start_matches('-').split(group).collect();
    let digits: usize = groups.iter().map(|digits| digits.len()).sum();
    let from = match grouping {
        Grouping::Never => usize::MAX,
        Grouping::Always => 4,
        Grouping::Min2 => 5,
        Grouping::Auto => 4 + usize::from(lang == Lang::Pl),
    };
    if digits >= from {
        assert_eq!(groups.len(), digits.div_ceil(3), "{printed}");
        assert!(groups[1..].iter().all(|digits| digits.len() == 3), "{printed}");
    } else {
        assert_eq!(groups.len(), 1, "{printed}");
    }
    let sign = if whole.starts_with('-') { "-" } else { "" };
    let point = if fraction.is_empty() { "" } else { "." };
    format!("{sign}{}{point}{fraction}", groups.concat())
}

#[test]
fn with_symbols_taken_back_it_is_the_number_rounded_on_paper() {
    let mut random = Random(2026);
    let mut rounded = 0;
    for case in 0..60_000 {
        let text = random.number(if case % 3 == 0 { 50 } else { 9 });
        let (lang, grouping) = (Lang::ALL[random.below(4)], Grouping::ALL[random.below(4)]);
        let min = random.below(if case % 5 == 0 { 60 } else { 5 });
        let max = (random.below(3) > 0).then(|| min + random.below(6));
        let format = NumberFormat::new(lang).grouping(grouping);
        let format = format.fraction(min as u8, max.map(|max| max as u8)).unwrap();
        let digits = Digits::parse(&text).unwrap();
        let printed = format.number(digits.clone()).to_string();
        let wanted = on_paper(&text, min, max);
        assert_eq!(plain(&printed, lang, grouping), wanted, "{text} {min} {max:?}");
        rounded +=
            usize::from(max.is_some_and(|max| text.split_once('.').is_some_and(|(_, fraction)| fraction.len() > max)));
        // The same number from a decimal, where one can hold it, and of plain print.
        let Ok(decimal) = Decimal::parse(&text) else { continue };
        let fraction = text.split_once('.').map_or(0, |(_, fraction)| fraction.len());
        if usize::from(decimal.decimals()) != fraction {
            continue; // of so many zeros behind the point that they did not fit
        }
        let mut written = String::new();
        format.write(decimal, &mut written).unwrap();
        assert_eq!(written, printed, "{text}");
        assert_eq!(format.number(decimal).to_string(), printed, "{text}");
        assert_eq!(decimal.to_string(), on_paper(&text, 0, None), "{text}");
        assert_eq!(format!("{decimal:.min$}"), on_paper(&text, min, Some(min)), "{text}");
        assert_eq!(lang.plural_category(&digits), lang.plural_category(&decimal.into()), "{text}");
    }
    assert!(rounded > 10_000, "{rounded}");
}
