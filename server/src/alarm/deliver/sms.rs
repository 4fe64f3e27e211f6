//! In how many parts a short message goes, each of which is paid for.

/// The default alphabet (3GPP TS 23.038, 6.2.1), but for the letters and digits of ASCII.
const PLAIN: &str = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./:;<=>?¡ÄÖÑÜ§¿äöñüà";

/// Its extension, of two septets each (6.2.1.1).
const ESCAPED: &str = "^{}\\[~]|€\u{c}";

fn septets(letter: char) -> Option<usize> {
    match letter {
        _ if letter.is_ascii_alphanumeric() || PLAIN.contains(letter) => Some(1),
        _ if ESCAPED.contains(letter) => Some(2),
        _ => None,
    }
}

/// Parts of a text: 160 septets, or 153 in each of several; in any other alphabet 70 units of UTF-16, or 67
/// (3GPP TS 23.040, 9.2.3.24.1).
pub fn parts(text: &str) -> usize {
    let (length, alone, each) = match text.chars().map(septets).sum::<Option<usize>>() {
        Some(length) => (length, 160, 153),
        None => (text.encode_utf16().count(), 70, 67),
    };
    if length <= alone { 1 } else { length.div_ceil(each) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_follow_the_alphabet() {
        for (letter, count, want) in [
            ("a", 0, 1),
            ("a", 160, 1),
            ("a", 161, 2),
            ("a", 306, 2),
            ("a", 307, 3),
            ("€", 80, 1),
            ("€", 81, 2),
            ("ż", 70, 1),
            ("ż", 71, 2),
            ("ж", 134, 2),
            ("ж", 135, 3),
            ("😀", 35, 1),
            ("😀", 36, 2),
        ] {
            assert_eq!(parts(&letter.repeat(count)), want, "{count} of {letter}");
        }
    }
}
