//! Decimal text to print: what is printed reads back as the number.

use parabus_core::value::{Decimal, Digits, Format, Grouping, Lang, NumberFormat, Numbers, Value};

use super::input::Input;

pub fn number(data: &[u8]) {
    let mut input = Input(data);
    let mut pick = |count: usize| usize::from(input.byte()) % count;
    let (lang, grouping) = (Lang::ALL[pick(4)], Grouping::ALL[pick(4)]);
    let (min, max) = (input.byte(), input.byte());
    let Ok(text) = std::str::from_utf8(input.0) else { return };
    let digits = Digits::parse(text);
    // Where exponents come near the limit, a number may be legal of which one of the two is not.
    let decimal = Decimal::parse(text).ok().filter(|_| text.len() < 500 && !text.contains(['e', 'E']));
    if let Some(decimal) = decimal {
        let format = Format { numbers: Numbers::Cldr, decimals: Some(max), ..Format::new(lang) };
        assert!(!Value::Number(decimal).format(&format).to_string().is_empty());
        assert!(digits.is_ok(), "{text}");
        assert_eq!(Decimal::parse(&decimal.to_string()), Ok(decimal));
    }
    let Ok(digits) = digits else { return };
    let unrounded = NumberFormat::new(lang).grouping(grouping);
    let plain = |printed: String| match lang {
        Lang::En => printed.replace(',', ""),
        Lang::Pl | Lang::Ru | Lang::Ua => printed.replace('\u{a0}', "").replace(',', "."),
    };
    let printed = plain(unrounded.number(digits.clone()).to_string());
    let again = Digits::parse(&printed).expect("what was printed");
    assert_eq!(plain(unrounded.number(again.clone()).to_string()), printed);
    assert_eq!(lang.plural_category(&again), lang.plural_category(&digits));
    if let Some(decimal) = decimal {
        assert_eq!(Decimal::parse(&printed), Ok(decimal));
    }
    let Ok(format) = unrounded.fraction(min, Some(max)) else {
        assert!(min > max || max > NumberFormat::MAX_FRACTION);
        return;
    };
    let printed = plain(format.number(digits).to_string());
    let fraction = printed.split_once('.').map_or(0, |(_, fraction)| fraction.len());
    assert!((usize::from(min)..=usize::from(max)).contains(&fraction), "{printed}");
    if let Some(decimal) = decimal {
        assert_eq!(Decimal::parse(&printed), Ok(decimal.rounded(max.into())), "{text}");
    }
}
