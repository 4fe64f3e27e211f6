//! Texts in registers: codes of one byte, or two bytes of UTF-8 in each register (DOMAIN.md D-14, A-7).

use core::fmt::{self, Write as _};

use super::{Packing, ValueError};

/// The character with which the rest of the registers is filled, and at which a text ends.
const NUL: char = '\0';

/// A text where it stands. In registers it ends before the first NUL, and blanks at its end do not
/// count: devices fill up with either.
#[derive(Clone, Copy, Debug)]
pub struct Text<'a>(Place<'a>);

#[derive(Clone, Copy, Debug)]
enum Place<'a> {
    Registers {
        registers: &'a [u16],
        packing: Packing,
        /// Characters.
        length: usize,
    },
    Plain(&'a str),
}

impl<'a> Text<'a> {
    /// Reads all registers.
    ///
    /// # Errors
    /// [`ValueError::RegisterByte`] for a register without a character, [`ValueError::TextEncoding`] for
    /// bytes that are no UTF-8: nothing is replaced.
    pub fn read(registers: &'a [u16], packing: Packing) -> Result<Self, ValueError> {
        let mut characters = Characters::new(registers, packing);
        let (mut count, mut length) = (0usize, 0);
        while let Some(character) = characters.read()? {
            count = count.saturating_add(1);
            if character != ' ' {
                length = count;
            }
        }
        Ok(Text(Place::Registers { registers, packing, length }))
    }

    /// A text that has left its registers.
    pub const fn plain(text: &'a str) -> Self {
        Text(Place::Plain(text))
    }

    /// Its characters.
    pub fn chars(&self) -> impl Iterator<Item = char> + use<'a> {
        let (registers, packing, length, plain) = match self.0 {
            Place::Registers { registers, packing, length } => (registers, packing, length, ""),
            Place::Plain(text) => (&[][..], Packing::Single, 0, text),
        };
        let mut characters = Characters::new(registers, packing);
        let read = core::iter::from_fn(move || characters.read().ok().flatten());
        read.take(length).chain(plain.chars())
    }
}

impl PartialEq for Text<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.chars().eq(other.chars())
    }
}

impl Eq for Text<'_> {}

impl fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.chars().try_for_each(|character| f.write_char(character))
    }
}

/// Registers that a text takes, at least 1.
pub(super) fn needed(text: &str, packing: Packing) -> usize {
    let count = match packing {
        Packing::Single => text.chars().count(),
        Packing::Pairs | Packing::SwappedPairs => text.len().div_ceil(2),
    };
    count.max(1)
}

/// Writes a text that fits, and fills up with NUL.
pub(super) fn write(text: &str, packing: Packing, registers: &mut [u16]) -> Result<(), ValueError> {
    let is_held = |character: char| character != NUL && (packing != Packing::Single || u32::from(character) < 0x100);
    if let Some((offset, _)) = text.char_indices().find(|(_, character)| !is_held(*character)) {
        return Err(ValueError::TextCharacter { offset });
    }
    match packing {
        Packing::Single => {
            let mut characters = text.chars();
            for register in registers {
                let code = characters.next().map_or(0, u32::from);
                *register = u16::try_from(code).unwrap_or_default();
            }
        }
        Packing::Pairs | Packing::SwappedPairs => {
            let mut bytes = text.bytes();
            for register in registers {
                let pair = [bytes.next().unwrap_or_default(), bytes.next().unwrap_or_default()];
                *register = if packing == Packing::Pairs { u16::from_be_bytes(pair) } else { u16::from_le_bytes(pair) };
            }
        }
    }
    Ok(())
}

/// A place in a text.
struct Characters<'a> {
    registers: &'a [u16],
    packing: Packing,
    /// The next byte; of codes in registers of their own, the next register.
    place: usize,
}

impl<'a> Characters<'a> {
    const fn new(registers: &'a [u16], packing: Packing) -> Self {
        Characters { registers, packing, place: 0 }
    }

    /// The next character; `None` at the end and from NUL on.
    fn read(&mut self) -> Result<Option<char>, ValueError> {
        let character = match self.packing {
            Packing::Single => self.code()?,
            Packing::Pairs | Packing::SwappedPairs => self.encoded()?,
        };
        Ok(character.filter(|character| *character != NUL))
    }

    fn code(&mut self) -> Result<Option<char>, ValueError> {
        let Some(register) = self.registers.get(self.place) else { return Ok(None) };
        let code = u8::try_from(*register).map_err(|_| ValueError::RegisterByte { register: self.place })?;
        self.place = self.place.saturating_add(1);
        Ok(Some(code.into()))
    }

    fn encoded(&mut self) -> Result<Option<char>, ValueError> {
        let Some(first) = self.byte() else { return Ok(None) };
        let register = self.place / 2;
        self.place = self.place.saturating_add(1);
        if first.is_ascii() {
            return Ok(Some(first.into()));
        }
        let mut room = [first, 0, 0, 0];
        // Of a byte that begins no character, the one byte is read, and refused.
        let length = (first.leading_ones() as usize).min(room.len());
        for place in room.iter_mut().take(length).skip(1) {
            *place = self.byte().unwrap_or_default();
            self.place = self.place.saturating_add(1);
        }
        let bytes = room.get(..length).unwrap_or_default();
        let character = core::str::from_utf8(bytes).ok().and_then(|text| text.chars().next());
        character.map(Some).ok_or(ValueError::TextEncoding { register })
    }

    fn byte(&self) -> Option<u8> {
        let [high, low] = self.registers.get(self.place / 2)?.to_be_bytes();
        let is_high = self.place.is_multiple_of(2) == (self.packing == Packing::Pairs);
        Some(if is_high { high } else { low })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;
    use std::vec;

    fn read(registers: &[u16], packing: Packing) -> Result<std::string::String, ValueError> {
        Text::read(registers, packing).map(|text| text.to_string())
    }

    #[test]
    fn one_code_in_each_register() {
        assert_eq!(read(&[0x45, 0x4D, 0x34, 0x38, 0x31, 0, 0x78], Packing::Single).unwrap(), "EM481");
        assert_eq!(read(&[0x20, 0x41, 0x20, 0x20], Packing::Single).unwrap(), " A");
        assert_eq!(read(&[0x20, 0x20], Packing::Single).unwrap(), "");
        assert_eq!(read(&[0xB0, 0x43], Packing::Single).unwrap(), "°C");
        assert_eq!(read(&[0x41, 0x4142], Packing::Single), Err(ValueError::RegisterByte { register: 1 }));
        assert_eq!(read(&[0x41, 0, 0x4142], Packing::Single).unwrap(), "A");
        assert_eq!(Text::read(&[0x41, 0x20], Packing::Single), Ok(Text::plain("A")));
    }

    #[test]
    fn two_bytes_in_each_register() {
        assert_eq!(read(&[0x4142, 0x4300, 0x5858], Packing::Pairs).unwrap(), "ABC");
        assert_eq!(read(&[0x4241, 0x0043], Packing::SwappedPairs).unwrap(), "ABC");
        assert_eq!(read(&[0x41E2, 0x82AC, 0xF09F, 0x9880], Packing::Pairs).unwrap(), "A€😀");
        for (registers, register) in
            [(&[0x4142, 0x80E2][..], 1), (&[0x41E2, 0x82], 0), (&[0x41E2], 0), (&[0xEDA0, 0x8041], 0), (&[0xFFFF], 0)]
        {
            assert_eq!(read(registers, Packing::Pairs), Err(ValueError::TextEncoding { register }), "{registers:x?}");
        }
    }

    #[test]
    fn writing_fills_up_and_refuses_what_would_not_come_back() {
        let mut registers = [0xFFFF; 3];
        write("é", Packing::Single, &mut registers).unwrap();
        assert_eq!(registers, [0xE9, 0, 0]);
        write("é!", Packing::SwappedPairs, &mut registers).unwrap();
        assert_eq!(registers, [0xA9C3, 0x21, 0]);
        let refused = |text, packing| write(text, packing, &mut [0; 4]);
        assert_eq!(refused("A€", Packing::Single), Err(ValueError::TextCharacter { offset: 1 }));
        assert_eq!(refused("é\0", Packing::Pairs), Err(ValueError::TextCharacter { offset: 2 }));
        let counts = ["", "é", "abc"].map(|text| (needed(text, Packing::Single), needed(text, Packing::Pairs)));
        assert_eq!(vec![(1, 1), (1, 1), (3, 2)], counts);
    }
}
