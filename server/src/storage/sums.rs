//! What is known of a parameter in spans of time: of chunks that lie inside a span no number is unpacked, and what is
//! known of them is kept.

use std::ops::ControlFlow;

use parabus_core::aggregate::{AggregateError, Feed, Number, Partial, Reading, Rule, Run, Scale, Segment};
use parabus_core::chunk::{Kind, Layout};
use parabus_core::value::Decimal;

use super::chunks::Order;
use super::history::{Past, reading};
use super::known::{ChunkRun, Known, Numbers};
use super::readings::Column;
use super::{Store, StoreError, cells};
use crate::model::{Cell, CellError, ParamId};

/// Good readings before the first span that are looked at for what a counter goes on from, however long it failed.
///
/// One that stood a little below its highest number for longer is counted from the lower one.
pub(super) const LOOK_BACK: u64 = 512;

/// Chunks in which spans begin or end side by side, at most.
const MOST_EDGES: usize = 4;

/// Exact sums of each of a row of spans.
pub enum Sums {
    /// Of whole numbers, and what these stand for.
    Whole(Vec<Partial<i64>>, Scale),
    /// Of values: fractions, or numbers whose scale has changed.
    Fraction(Vec<Partial<f64>>),
}

impl Sums {
    /// The sums of longer spans: `span_of` says of each span, in order of time, which of `count` it is a part of.
    pub fn joined(&self, span_of: impl Iterator<Item = usize>, count: usize) -> Sums {
        match self {
            Sums::Whole(partials, scale) => Sums::Whole(joined(partials, span_of, count, Partial::merge), *scale),
            Sums::Fraction(partials) => Sums::Fraction(joined(partials, span_of, count, Partial::merge)),
        }
    }
}

pub(super) fn joined<T: Clone + Default>(
    parts: &[T],
    span_of: impl Iterator<Item = usize>,
    count: usize,
    merge: impl Fn(&mut T, &T),
) -> Vec<T> {
    let mut joined = vec![T::default(); count];
    for (part, span) in parts.iter().zip(span_of) {
        if let Some(whole) = joined.get_mut(span) {
            merge(whole, part);
        }
    }
    joined
}

/// What a parameter's numbers tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    /// How much there is: `raw × multiplier + shift`.
    Level,
    /// How much there has been since the beginning, of which only steps are told: `raw × multiplier`.
    Counter,
}

impl Store {
    /// What is known of a parameter in each of a row of spans `[start, end)`, which come in order of time and do not
    /// overlap.
    pub fn sums(&self, param: ParamId, hold_ms: Option<u64>, spans: &[(i64, i64)]) -> Result<Sums, StoreError> {
        self.sums_of(self.past_of(param)?.as_ref(), hold_ms, Meaning::Level, spans)
    }

    /// The past of a parameter that there is: readings go with it, though their chunks hold others' as well
    /// (DOMAIN.md 2.2).
    pub(super) fn past_of(&self, param: ParamId) -> Result<Option<Past<'_>>, StoreError> {
        self.directory().params.contains_key(&param).then(|| Past::open(self, param)).transpose()
    }

    pub(super) fn sums_of(
        &self,
        past: Option<&Past<'_>>,
        hold_ms: Option<u64>,
        meaning: Meaning,
        spans: &[(i64, i64)],
    ) -> Result<Sums, StoreError> {
        let nothing = || Ok(Sums::Whole(vec![Partial::default(); spans.len()], Scale::default()));
        let (Some((start, _)), Some((_, end)), Some(past)) = (spans.first(), spans.last(), past) else {
            return nothing();
        };
        let (from, till) = (look_back(past, meaning, *start)?, end.saturating_sub(1));
        let columns = match past.only() {
            Some(column) => vec![column],
            None => past.inside((from, till))?,
        };
        let query = Query { past, range: (from, till), spans, columns: &columns, meaning };
        let mut settings: Vec<_> = columns.iter().map(|column| column.codec().map(Layout::of)).collect();
        settings.dedup();
        match settings.as_slice() {
            [] => nothing(),
            [Some(layout)] if is_whole(layout.kind()) => {
                let rule = Rule::new(hold_ms, layout.width_bits()).map_err(refused)?;
                let scale = columns.first().and_then(|column| column.codec()).map(Scale::of).unwrap_or_default();
                let memory = Memory { run: Known::whole, values: Some(|numbers| &numbers.values) };
                Ok(Sums::Whole(query.partials(&rule, Column::whole, &memory)?, scale))
            }
            _ => {
                let rule = Rule::new(hold_ms, None).map_err(refused)?;
                let number = |column: &Column, cell: &Result<Cell, CellError>| column.fraction(cell, meaning);
                // Of 32 bits the value is the shortest decimal's, not that of the bits.
                let is_plain = settings == [Some(Layout::new(Kind::Float64))];
                let run = if is_plain { Known::fraction } else { |_: &Known| None };
                Ok(Sums::Fraction(query.partials(&rule, number, &Memory { run, values: None })?))
            }
        }
    }
}

pub(super) fn refused(error: AggregateError) -> StoreError {
    StoreError::Refused(error.to_string())
}

/// Whether sums are made of the registers' numbers.
pub(super) const fn is_whole(kind: Kind) -> bool {
    matches!(kind, Kind::Bit | Kind::Unsigned { .. } | Kind::Signed { .. } | Kind::Bcd { .. })
}

const fn go_on(is_wanted: bool) -> ControlFlow<()> {
    if is_wanted { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
}

/// The instant of one of the last readings before `start`, from which on what holds there is known.
fn look_back(past: &Past<'_>, meaning: Meaning, start: i64) -> Result<i64, StoreError> {
    let most = match meaning {
        // What holds is the last one, or nothing if it failed.
        Meaning::Level => 1,
        Meaning::Counter => LOOK_BACK,
    };
    let range = (i64::MIN, start.saturating_sub(1));
    if let Some(column) = past.only().filter(|column| column.waiting(range).is_empty())
        && let Some(found) = look_back_in(past, column, (meaning, most), start)?
    {
        return Ok(found);
    }
    let (mut from, mut seen) = (start, 0);
    past.visit(range, Order::Descending, |at, column, cell| {
        (from, seen) = (at, seen + u64::from(meaning == Meaning::Level || column.sample(cell).is_some()));
        go_on(seen < most)
    })?;
    Ok(from)
}

/// The same of what is known of chunks; nothing where that is not enough.
fn look_back_in(
    past: &Past<'_>,
    column: &Column,
    (meaning, most): (Meaning, u64),
    start: i64,
) -> Result<Option<i64>, StoreError> {
    if !column.codec().is_some_and(|codec| is_whole(Layout::of(codec).kind())) {
        return Ok(None);
    }
    // A chunk that begins at the asked instant hides those before it.
    let mut from = start.saturating_sub(1);
    loop {
        let runs = past.runs(column, (from, start))?;
        let before = runs.get(..runs.partition_point(|run| run.first_at < start)).unwrap_or_default();
        let Some(first) = before.first() else { return Ok(Some(start)) };
        let mut seen = 0;
        for run in before.iter().rev() {
            let rows = match (meaning, run.known.whole()) {
                (Meaning::Level, _) => run.rows as u64,
                (Meaning::Counter, Some(known)) => known.partial().count(),
                (Meaning::Counter, None) => return Ok(None),
            };
            if run.last_at < start && seen + rows < most {
                seen += rows;
                continue;
            }
            let Some(numbers) = past.numbers(column, run)? else { return Ok(None) };
            for (at, value) in numbers.times.iter().zip(&numbers.values).rev().skip_while(|(at, _)| **at >= start) {
                seen += u64::from(meaning == Meaning::Level || value.is_some());
                if seen == most {
                    return Ok(Some(*at));
                }
            }
        }
        // None is earlier than the first.
        if first.first_at > from || from == i64::MIN {
            return Ok(Some(first.first_at));
        }
        from = first.first_at.saturating_sub(1);
    }
}

struct Query<'q, 's> {
    past: &'q Past<'s>,
    range: (i64, i64),
    spans: &'q [(i64, i64)],
    columns: &'q [&'q Column],
    meaning: Meaning,
}

/// The unpacked numbers of a type.
type Values<N> = fn(&Numbers) -> &[Option<N>];

/// Where numbers of a type are kept in memory.
struct Memory<N: Number> {
    run: fn(&Known) -> Option<&Run<N>>,
    values: Option<Values<N>>,
}

impl Query<'_, '_> {
    /// Whether runs by one rule are runs by another: what a counter counts does not depend on how long it holds.
    fn fits(&self, made_by: &Rule, rule: &Rule) -> bool {
        match self.meaning {
            Meaning::Level => made_by == rule,
            Meaning::Counter => made_by.width_bits() == rule.width_bits(),
        }
    }

    fn partials<N: Number>(
        &self,
        rule: &Rule,
        number: impl Fn(&Column, &Result<Cell, CellError>) -> Option<N>,
        memory: &Memory<N>,
    ) -> Result<Vec<Partial<N>>, StoreError> {
        let mut partials = Vec::with_capacity(self.spans.len());
        let mut keep = |segment: Segment<N>| partials.push(segment.partial);
        let mut feed = Feed::new(self.spans.iter().copied(), *rule);
        if let [column] = self.columns {
            let (mut next, till) = self.range;
            let mut last_at = None;
            let runs = self.past.runs(column, self.range)?;
            for chunk in runs.iter() {
                let (first, last) = (chunk.first_at, chunk.last_at);
                let (before, is_next) = ((next, first.saturating_sub(1)), last_at == next.checked_sub(1));
                last_at = Some(last);
                let is_uncut = next <= first && last <= till && !self.is_cut((first, last));
                let fits = is_uncut && self.fits(&chunk.rule, rule) && column.waiting((first, last)).is_empty();
                let Some(known) = (memory.run)(&chunk.known).filter(|_| fits) else { continue };
                // Between two chunks there is nothing but what waits.
                if !(is_next && column.waiting(before).is_empty()) {
                    self.feed_one(&mut feed, (column, &runs, memory), before, &number, &mut keep)?;
                }
                next = if feed.run(known, &mut keep) { last.saturating_add(1) } else { first };
            }
            self.feed_one(&mut feed, (column, &runs, memory), (next, till), &number, &mut keep)?;
        } else {
            self.feed(&mut feed, self.columns, self.range, &number, &mut keep)?;
        }
        feed.finish(&mut keep);
        Ok(partials)
    }

    /// Whether a span begins or ends behind the first and up to the last of these instants.
    fn is_cut(&self, (first, last): (i64, i64)) -> bool {
        let place = self.spans.partition_point(|(_, end)| *end <= first);
        self.spans.get(place).is_some_and(|(start, end)| (first < *start && *start <= last) || *end <= last)
    }

    /// Adds readings of a column, those that are in memory already from there.
    fn feed_one<N: Number, S: Iterator<Item = (i64, i64)>>(
        &self,
        feed: &mut Feed<N, S>,
        (column, runs, memory): (&Column, &[ChunkRun], &Memory<N>),
        (from, till): (i64, i64),
        number: &impl Fn(&Column, &Result<Cell, CellError>) -> Option<N>,
        keep: &mut impl FnMut(Segment<N>),
    ) -> Result<(), StoreError> {
        let waiting = column.waiting((from, till));
        let within = runs.partition_point(|run| run.last_at < from)..runs.partition_point(|run| run.first_at <= till);
        let inside = runs.get(within).unwrap_or_default();
        if inside.is_empty() {
            let mut each = waiting.iter().map(|(at, cell)| reading(*at, number(column, cell)));
            return each.try_for_each(|next| feed.reading(next, &mut *keep)).map_err(refused);
        }
        let mut next = from;
        // More of them are a look at everything, and would push out what is asked for again.
        let values = memory.values.filter(|_| waiting.is_empty() && inside.len() <= MOST_EDGES);
        for (run, values) in inside.iter().zip(values.into_iter().cycle()) {
            let Some(numbers) = self.past.numbers(column, run)? else { break };
            let values = values(&numbers);
            let rows = numbers.times.partition_point(|at| *at < next)..numbers.times.partition_point(|at| *at <= till);
            let (times, values) = (numbers.times.get(rows.clone()), values.get(rows));
            push(feed, times.unwrap_or_default(), values.unwrap_or_default(), keep).map_err(refused)?;
            next = run.last_at.saturating_add(1);
        }
        if next <= till && inside.last().is_some_and(|last| next <= last.last_at) {
            self.feed(feed, &[column], (next, till), number, keep)?;
        }
        Ok(())
    }

    /// Adds readings one by one.
    fn feed<N: Number, S: Iterator<Item = (i64, i64)>>(
        &self,
        feed: &mut Feed<N, S>,
        columns: &[&Column],
        range: (i64, i64),
        number: &impl Fn(&Column, &Result<Cell, CellError>) -> Option<N>,
        keep: &mut impl FnMut(Segment<N>),
    ) -> Result<(), StoreError> {
        let mut fault = None;
        if let [column] = columns
            && column.waiting(range).is_empty()
        {
            self.past.pieces(column, range, Order::Ascending, &mut |piece| {
                let times: Vec<i64> = piece.times().collect();
                let values = piece.cells()?.map(|cell| Ok(number(column, &cells::of_chunk(cell?))));
                fault = push(feed, &times, &values.collect::<Result<Vec<_>, _>>()?, keep).err();
                Ok(go_on(fault.is_none()))
            })?;
        } else {
            self.past.visit_in(columns, range, Order::Ascending, &mut |at, column, cell| {
                let next: Reading<N> = reading(at, number(column, cell));
                fault = feed.reading(next, &mut *keep).err();
                go_on(fault.is_none())
            })?;
        }
        fault.map_or(Ok(()), |error| Err(refused(error)))
    }
}

/// Adds readings, of which good ones that follow each other are taken at once.
fn push<N: Number, S: Iterator<Item = (i64, i64)>>(
    feed: &mut Feed<N, S>,
    mut times: &[i64],
    values: &[Option<N>],
    keep: &mut impl FnMut(Segment<N>),
) -> Result<(), AggregateError> {
    for alike in values.chunk_by(|one, other| one.is_some() == other.is_some()) {
        let (own, rest) = times.split_at_checked(alike.len()).unwrap_or((times, &[]));
        let good: Vec<N> = alike.iter().flatten().copied().collect();
        if good.is_empty() {
            own.iter().try_for_each(|at| feed.reading(Reading::error(*at), &mut *keep))?;
        } else {
            feed.push(own, &good, &mut *keep)?;
        }
        times = rest;
    }
    Ok(())
}

impl Column {
    /// The value in binary64.
    fn fraction(&self, cell: &Result<Cell, CellError>, meaning: Meaning) -> Option<f64> {
        let codec = self.codec()?;
        let Cell::Raw(raw) = cell.as_ref().ok()? else { return None };
        let codec = match meaning {
            Meaning::Level => *codec,
            Meaning::Counter => codec.shift(Decimal::ZERO),
        };
        // What no sum takes is no number here either.
        codec.sample(*raw).ok()?;
        Some(codec.value(*raw).ok()?.decimal()?.to_f64())
    }
}
