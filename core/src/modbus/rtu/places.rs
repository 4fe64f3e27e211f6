//! Places of a window at which a frame may begin.

use crate::modbus::Direction;
use crate::modbus::pdu::is_public;

/// As many as a window has bytes.
pub(super) const ROOM: usize = 512;

/// Places that are set at once.
const BITS: usize = 64;

/// A bit for each place.
#[derive(Clone, Copy, Debug)]
pub(super) struct Places([u64; ROOM / 64]);

impl Places {
    pub const NONE: Places = Places([0; ROOM / 64]);

    pub fn set(&mut self, place: usize) {
        if let Some(word) = self.0.get_mut(place / 64) {
            *word |= 1 << (place % 64);
        }
    }

    /// Sets the places before the codes of public functions; codes before `seen` were looked at already.
    pub fn mark(&mut self, direction: Direction, bytes: &[u8], seen: usize) {
        let first = seen.max(1);
        for (index, codes) in bytes.get(first..).unwrap_or_default().chunks(BITS).enumerate() {
            let place = first.saturating_add(index.saturating_mul(BITS)).saturating_sub(1);
            self.set_all(place, public(direction, codes));
        }
    }

    /// Sets those of the places from one on whose bits are set.
    fn set_all(&mut self, place: usize, mask: u64) {
        let (first, bit) = (place / BITS, place % BITS);
        let low = mask << bit;
        // In two steps: a shift by all bits is none.
        let high = mask >> 1 >> (BITS - 1 - bit);
        for (index, mask) in [(first, low), (first + 1, high)] {
            if let Some(word) = self.0.get_mut(index) {
                *word |= mask;
            }
        }
    }

    pub fn clear(&mut self, place: usize) {
        if let Some(word) = self.0.get_mut(place / 64) {
            *word &= !(1 << (place % 64));
        }
    }

    /// The first one from a place on.
    pub fn next(&self, from: usize) -> Option<usize> {
        let (first, bit) = (from / 64, from % 64);
        let in_first = self.0.get(first)? & u64::MAX << bit;
        if in_first != 0 {
            return Some(first * 64 + in_first.trailing_zeros() as usize);
        }
        let mut behind = self.0.iter().enumerate().skip(first + 1);
        behind.find(|(_, word)| **word != 0).map(|(index, word)| index * 64 + word.trailing_zeros() as usize)
    }

    /// Forgets so many in front; the others move down.
    pub fn forget(&mut self, count: usize) {
        let (words, bits) = (count / 64, count % 64);
        let old = self.0;
        let word = |index: usize| old.get(index).copied().unwrap_or(0);
        for (index, place) in self.0.iter_mut().enumerate() {
            let (low, high) = (word(index + words), word(index + words + 1));
            *place = if bits == 0 { low } else { low >> bits | high << (64 - bits) };
        }
    }
}

/// A bit for each code of a public function. Without a branch: in noise every sixth byte is one, and
/// which of them cannot be foreseen.
fn public(direction: Direction, codes: &[u8]) -> u64 {
    let most = if direction == Direction::Response { 0xBF } else { 0x3F };
    codes.iter().rev().fold(0, |mask, code| {
        let is_low = u64::from(code & 0x40 == 0) & u64::from(*code <= most);
        mask << 1 | PUBLIC >> (code & 0x3F) & is_low
    })
}

/// Of the functions below 64 those that are public; no other is.
const PUBLIC: u64 = {
    let (mut mask, mut code) = (0, 0);
    while code < 64 {
        mask |= (is_public(code) as u64) << code;
        code += 1;
    }
    mask
};

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    #[test]
    fn places_are_found_and_move_down() {
        let all = |places: &Places| -> Vec<usize> {
            core::iter::successors(places.next(0), |place| places.next(place + 1)).collect()
        };
        for count in [0, 1, 63, 64, 65, 200, 511, 512, 600] {
            let mut places = Places::NONE;
            let set = [0, 1, 63, 64, 127, 200, 511];
            set.iter().for_each(|place| places.set(*place));
            places.set(5);
            places.clear(5);
            places.set(ROOM);
            assert_eq!(all(&places), set);
            places.forget(count);
            let left: Vec<usize> = set.iter().filter_map(|place| place.checked_sub(count)).collect();
            assert_eq!(all(&places), left, "{count}");
        }
    }
}
