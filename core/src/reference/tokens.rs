//! A list of references separated by blanks, as `get-param-values` takes it.

use super::{Reference, ReferenceError};

/// One item of a list: the text as it stands there, where, and what it says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token<'a> {
    /// Byte of the list at which the text starts.
    pub offset: usize,
    /// The text, exactly as written.
    pub text: &'a str,
    /// The reference; an error's offset counts from the start of the token's text.
    pub reference: Result<Reference<'a>, ReferenceError>,
}

/// The items of a list in their order, parsed one by one.
///
/// ```
/// use parabus_core::reference::tokens;
///
/// let mut list = tokens("  room.temp\t!ten ");
/// let first = list.next().unwrap();
/// assert_eq!((first.offset, first.text, first.reference.is_ok()), (2, "room.temp", true));
/// let second = list.next().unwrap();
/// assert_eq!((second.offset, second.reference.unwrap_err().offset()), (12, 1));
/// assert_eq!(list.next(), None);
/// ```
pub const fn tokens(list: &str) -> Tokens<'_> {
    Tokens { list, offset: 0 }
}

/// Iterator of [`tokens`].
#[derive(Clone, Debug)]
pub struct Tokens<'a> {
    list: &'a str,
    /// Byte behind the last item.
    offset: usize,
}

impl<'a> Iterator for Tokens<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        let rest = self.list.as_bytes().get(self.offset..)?;
        let blanks = rest.iter().position(|byte| !byte.is_ascii_whitespace())?;
        let length = rest.iter().skip(blanks).take_while(|byte| !byte.is_ascii_whitespace()).count();
        let offset = self.offset.checked_add(blanks)?;
        let end = offset.checked_add(length)?;
        let text = self.list.get(offset..end)?;
        self.offset = end;
        Some(Token { offset, text, reference: Reference::parse(text) })
    }
}

impl core::iter::FusedIterator for Tokens<'_> {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;
    use std::vec::Vec;

    #[test]
    fn the_list_of_the_seed_has_its_items_in_order() {
        let list = "room1.temp *room1.humidity !100 conn?main-net";
        let items: Vec<(usize, &str, bool)> =
            tokens(list).map(|token| (token.offset, token.text, token.reference.is_ok())).collect();
        let want =
            [(0, "room1.temp", true), (11, "*room1.humidity", true), (27, "!100", true), (32, "conn?main-net", true)];
        assert_eq!(items, want);
    }

    #[test]
    fn any_blanks_part_items_and_a_bad_one_stops_nothing() {
        for (list, want) in [
            ("", &[][..]),
            (" \t\r\n", &[]),
            ("a.b", &["a.b"]),
            ("\na.b\r\n\x0C?? #1", &["a.b", "??", "#1"]),
            ("ключ.temp #1", &["ключ.temp", "#1"]),
            // No blank of ASCII, so a part of the item.
            ("a.b\u{00A0}#1", &["a.b\u{00A0}#1"]),
        ] {
            let texts: Vec<&str> = tokens(list).map(|token| token.text).collect();
            assert_eq!(texts, want, "{list:?}");
        }
        let bad = tokens("#1 a>70000").nth(1).unwrap().reference.unwrap_err();
        assert_eq!((bad.kind(), bad.offset()), (ErrorKind::ReferenceRange, 2));
    }
}
