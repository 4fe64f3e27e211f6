//! Sums of readings that never depend on the order in which they come (AGGREGATION.md 4).
//!
//! A reading holds until the next one, an error, or the hold limit of its [`Rule`], whichever comes
//! first. Time that no reading covers is missing cover: nothing is made up for it. Sums are exact, in
//! whole numbers or in an [`ExactSum`], and are divided and rounded once, when they are asked for: any
//! split of the time and any order of arrival or merging gives the same bits.
//!
//! | without an allocator | |
//! |---|---|
//! | [`Partial`] | everything known of a span of time; merges with others |
//! | [`Run`], [`Fold`] | the same of readings alone, joined to what comes before them later |
//! | [`Segments`] | one of them for each span, over readings in a slice |
//! | [`Counted`], [`Standing`] | what a counter counted, alone: the difference of how it stood |
//! | [`Feed`] | the same of readings in columns, which is fastest |
//! | [`Track`] | a series in 160 bytes: the open minute and four coarser cadences |
//! | [`Cadence`], [`Grid`], [`Calendar`] | spans: of UTC, and of local days |
//! | [`dispersed`], [`value_at`] | single values |
//! | [`dispersed_in_columns`], [`min_max_in_columns`] | the same of readings in columns |
//! | [`Tariff`], [`Cost`], [`Energy`] | what energy costs at local times |
//!
//! With `alloc` there are also `Series`, readings in a tree of blocks that answers for any range;
//! `RollUp`, minutes with the coarser cadences above them; and `Tree`, branches with sensors.
//!
//! ```
//! use parabus_core::aggregate::{Carry, Grid, Reading, Rule, Segments};
//!
//! // 700 W at 10 s, 1400 W at 40 s; a value holds for 60 s.
//! let readings = [Reading::new(10_000, 700), Reading::new(40_000, 1400)];
//! let rule = Rule::new(Some(60_000), None).unwrap();
//! let minutes = Grid::new(0, 120_000, 60_000).unwrap();
//! let mut segments = Segments::new(&readings, Carry::default(), rule, minutes).unwrap();
//! let first = segments.next().unwrap();
//! assert_eq!((first.partial.integral(), first.partial.cover_ms()), (&49_000_000, 50_000));
//! assert_eq!(first.partial.mean(), Some(980.0));
//! assert_eq!(segments.next().unwrap().partial.cover_ms(), 40_000);
//! ```

mod block;
mod cadence;
mod calendar;
mod columns;
mod cost;
mod counted;
mod counter;
mod error;
mod exact;
mod extremes;
mod feed;
mod fold;
mod number;
mod partial;
#[cfg(test)]
mod random;
mod reading;
#[cfg(feature = "alloc")]
mod rollup;
mod run;
mod sample;
mod scale;
mod segments;
#[cfg(feature = "alloc")]
mod series;
mod track;
#[cfg(feature = "alloc")]
mod tree;
mod zone;

pub use cadence::{Cadence, Grid, Window, last_closed, quarter_hours};
pub use calendar::{Calendar, Unit};
pub use columns::{dispersed_in_columns, min_max_in_columns};
pub use cost::{Cost, Energy, Rate, Slot, Slots, Tariff};
pub use counted::{Counted, Standing};
pub use counter::{Rule, Step};
pub use error::AggregateError;
pub use exact::ExactSum;
pub use extremes::Extremes;
pub use feed::Feed;
pub use fold::Fold;
pub use number::{Number, Total};
pub use partial::{Carry, Partial};
#[cfg(test)]
pub(crate) use random::Random;
pub use reading::Reading;
#[cfg(feature = "alloc")]
pub use reading::sorted;
#[cfg(feature = "alloc")]
pub use rollup::RollUp;
pub use run::Run;
pub use sample::{Sampling, dispersed, last_good, points, value_at};
pub use scale::Scale;
pub use segments::{Segment, Segments, min_max, partial};
#[cfg(feature = "alloc")]
pub use series::{Changed, Series};
pub use track::{Closed, Coarse, Track};
#[cfg(feature = "alloc")]
pub use tree::Tree;
#[cfg(feature = "tz")]
pub use zone::zone_by_name;
pub use zone::{FixedOffset, Transitions, Zone, first_at_local};
