//! Places of a window at which a frame may begin.

/// As many as a window has bytes.
pub(super) const ROOM: usize = 512;

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
