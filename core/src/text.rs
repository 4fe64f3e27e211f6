//! Text taken apart at ASCII characters: `str`'s own functions for that search by `char`, and their code
//! can panic.

/// Before and behind the first of these ASCII characters.
pub(crate) fn split_once(text: &str, separator: u8) -> Option<(&str, &str)> {
    split_at(text, text.bytes().position(|byte| byte == separator)?)
}

/// Before and behind the last of these ASCII characters.
pub(crate) fn rsplit_once(text: &str, separator: u8) -> Option<(&str, &str)> {
    split_at(text, text.bytes().rposition(|byte| byte == separator)?)
}

fn split_at(text: &str, place: usize) -> Option<(&str, &str)> {
    Some((text.get(..place)?, text.get(place.checked_add(1)?..)?))
}
