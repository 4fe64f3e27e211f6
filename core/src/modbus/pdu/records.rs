//! Lists of unlike lengths: records of files (functions 20 and 21), objects of an identification
//! (function 43/14).

use super::items::{Registers, Values};
use super::wire::{Reader, Writer};
use crate::error::ErrorKind;
use crate::modbus::FrameError;
use crate::modbus::rtu::crc16_of_words;

/// The only reference type of the standard (6.14).
const REFERENCE_TYPE: u8 = 6;

/// Records of a file, 0..=9999 (6.14).
const RECORDS: u32 = 10_000;

/// Most bytes of all replies to function 20 (6.14), and of all records of function 21 (6.15).
const MAX_REPLIES: usize = 0xF5;
const MAX_RECORDS: usize = 0xFB;

/// Registers of a file that are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileSpan {
    /// 1..=65535.
    pub file_number: u16,
    /// First of them, 0..=9999.
    pub record_number: u16,
    /// How many, from 1.
    pub record_length: u16,
}

/// Registers of a file that are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileRecord<'a> {
    /// 1..=65535.
    pub file_number: u16,
    /// First of them, 0..=9999.
    pub record_number: u16,
    /// Their values, at least one.
    pub values: Values<'a>,
}

/// An object of an identification.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Object<'a> {
    /// 0 vendor, 1 product, 2 revision; others see 6.21.
    pub id: u8,
    /// Usually ASCII text.
    pub value: &'a [u8],
}

/// A list from the wire, checked, or the caller's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Source<'a, T> {
    Wire(&'a [u8]),
    Host(&'a [T]),
}

impl<'a, T: Copy> Source<'a, T> {
    fn iter(&self, next: impl Fn(&mut Reader<'a>) -> Option<T>) -> impl Iterator<Item = T> {
        let (wire, host) = match *self {
            Source::Wire(bytes) => (bytes, &[][..]),
            Source::Host(items) => (&[][..], items),
        };
        let mut reader = Reader::new(wire);
        core::iter::from_fn(move || if reader.is_done() { None } else { next(&mut reader) }).chain(host.iter().copied())
    }
}

/// What function 20 asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileSpans<'a>(Source<'a, FileSpan>);

/// What function 21 writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileRecords<'a>(Source<'a, FileRecord<'a>>);

/// What function 20 gives: the registers of each span.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileReplies<'a>(Source<'a, Values<'a>>);

/// What function 43/14 gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Objects<'a>(Source<'a, Object<'a>>);

fn record_error(offset: usize, expected: &'static str) -> FrameError {
    FrameError::new(ErrorKind::FileRecord, offset, expected)
}

impl FileSpan {
    fn check(&self, offset: usize) -> Result<(), FrameError> {
        if self.file_number == 0 {
            return Err(record_error(offset + 1, "a file 1 to 65535"));
        }
        let end = u32::from(self.record_number) + u32::from(self.record_length);
        if self.record_length == 0 || end > RECORDS {
            return Err(record_error(offset + 3, "records 0 to 9999, at least one"));
        }
        Ok(())
    }
}

/// Reference type, file, record and length, as both functions have them.
fn span(reader: &mut Reader<'_>) -> Result<FileSpan, FrameError> {
    let offset = reader.at();
    if reader.byte("a reference type")? != REFERENCE_TYPE {
        return Err(record_error(offset, "reference type 6"));
    }
    let (file_number, record_number) = (reader.word("a file number")?, reader.word("a record number")?);
    let span = FileSpan { file_number, record_number, record_length: reader.word("a record length")? };
    span.check(offset).map(|()| span)
}

impl<'a> FileSpans<'a> {
    /// The caller's spans.
    pub const fn new(spans: &'a [FileSpan]) -> Self {
        FileSpans(Source::Host(spans))
    }

    /// The spans in order.
    pub fn iter(&self) -> impl Iterator<Item = FileSpan> {
        self.0.iter(|reader| span(reader).ok())
    }

    pub(super) fn wire_len(&self) -> usize {
        7 * self.iter().count()
    }

    /// Bytes of the replies that they ask for.
    pub(super) fn reply_len(&self) -> usize {
        self.iter().map(|span| 2 + 2 * usize::from(span.record_length)).sum()
    }

    pub(super) fn parse(reader: &mut Reader<'a>) -> Result<Self, FrameError> {
        let bytes = reader.counted()?;
        let mut inner = Reader::within(bytes, reader.at() - bytes.len());
        while !inner.is_done() {
            span(&mut inner)?;
        }
        Ok(FileSpans(Source::Wire(bytes)))
    }

    pub(super) fn check(&self) -> Result<(), FrameError> {
        for (index, span) in self.iter().enumerate() {
            span.check(2 + 7 * index)?;
        }
        if !(7..=MAX_REPLIES).contains(&self.wire_len()) || self.reply_len() > MAX_REPLIES {
            return Err(FrameError::new(ErrorKind::Quantity, 1, "records that fit one reply"));
        }
        Ok(())
    }

    pub(super) fn emit(&self, writer: &mut Writer<'_>) {
        writer.count(self.wire_len());
        for span in self.iter() {
            writer.byte(REFERENCE_TYPE);
            writer.words([span.file_number, span.record_number, span.record_length]);
        }
    }
}

fn record<'a>(reader: &mut Reader<'a>) -> Result<FileRecord<'a>, FrameError> {
    let span = span(reader)?;
    let bytes = reader.take(2 * usize::from(span.record_length), "the record's registers")?;
    let values = Values::Wire(Registers::new(bytes).unwrap_or_default());
    Ok(FileRecord { file_number: span.file_number, record_number: span.record_number, values })
}

impl<'a> FileRecords<'a> {
    /// The caller's records.
    pub const fn new(records: &'a [FileRecord<'a>]) -> Self {
        FileRecords(Source::Host(records))
    }

    /// The records in order.
    pub fn iter(&self) -> impl Iterator<Item = FileRecord<'a>> {
        self.0.iter(|reader| record(reader).ok())
    }

    pub(super) fn wire_len(&self) -> usize {
        self.iter().map(|record| 7 + 2 * record.values.len()).sum()
    }

    /// Tells these records from others.
    pub(super) fn fingerprint(&self) -> u16 {
        let words = self
            .iter()
            .flat_map(|record| [record.file_number, record.record_number].into_iter().chain(record.values.iter()));
        crc16_of_words(words)
    }

    pub(super) fn parse(reader: &mut Reader<'a>) -> Result<Self, FrameError> {
        let bytes = reader.counted()?;
        let mut inner = Reader::within(bytes, reader.at() - bytes.len());
        while !inner.is_done() {
            record(&mut inner)?;
        }
        Ok(FileRecords(Source::Wire(bytes)))
    }

    pub(super) fn check(&self) -> Result<(), FrameError> {
        let mut offset = 2;
        for record in self.iter() {
            let record_length = u16::try_from(record.values.len()).unwrap_or(u16::MAX);
            let (file_number, record_number) = (record.file_number, record.record_number);
            FileSpan { file_number, record_number, record_length }.check(offset)?;
            offset += 7 + 2 * record.values.len();
        }
        if !(9..=MAX_RECORDS).contains(&self.wire_len()) {
            return Err(FrameError::new(ErrorKind::Quantity, 1, "records that fit one frame"));
        }
        Ok(())
    }

    pub(super) fn emit(&self, writer: &mut Writer<'_>) {
        writer.count(self.wire_len());
        for record in self.iter() {
            let length = u16::try_from(record.values.len()).unwrap_or(u16::MAX);
            writer.byte(REFERENCE_TYPE);
            writer.words([record.file_number, record.record_number, length]);
            writer.words(record.values.iter());
        }
    }
}

fn reply<'a>(reader: &mut Reader<'a>) -> Result<Values<'a>, FrameError> {
    let offset = reader.at();
    let length = usize::from(reader.byte("a reply's length")?);
    if reader.byte("a reference type")? != REFERENCE_TYPE {
        return Err(record_error(offset + 1, "reference type 6"));
    }
    // The length counts the reference type, and registers have two bytes.
    let bytes = reader.take(length.saturating_sub(1), "the record's registers")?;
    let registers = Registers::new(bytes).filter(|registers| !registers.is_empty());
    registers.map(Values::Wire).ok_or(record_error(offset, "an odd length from 3"))
}

impl<'a> FileReplies<'a> {
    /// The caller's registers.
    pub const fn new(replies: &'a [Values<'a>]) -> Self {
        FileReplies(Source::Host(replies))
    }

    /// The registers of each span in order.
    pub fn iter(&self) -> impl Iterator<Item = Values<'a>> {
        self.0.iter(|reader| reply(reader).ok())
    }

    pub(super) fn wire_len(&self) -> usize {
        self.iter().map(|values| 2 + 2 * values.len()).sum()
    }

    pub(super) fn parse(reader: &mut Reader<'a>) -> Result<Self, FrameError> {
        let bytes = reader.counted()?;
        let mut inner = Reader::within(bytes, reader.at() - bytes.len());
        while !inner.is_done() {
            reply(&mut inner)?;
        }
        Ok(FileReplies(Source::Wire(bytes)))
    }

    pub(super) fn check(&self) -> Result<(), FrameError> {
        let is_empty = self.iter().any(|values| values.is_empty());
        if is_empty || !(4..=MAX_REPLIES).contains(&self.wire_len()) {
            return Err(FrameError::new(ErrorKind::Quantity, 1, "records that fit one reply"));
        }
        Ok(())
    }

    pub(super) fn emit(&self, writer: &mut Writer<'_>) {
        writer.count(self.wire_len());
        for values in self.iter() {
            writer.count(1 + 2 * values.len());
            writer.byte(REFERENCE_TYPE);
            writer.words(values.iter());
        }
    }
}

fn object<'a>(reader: &mut Reader<'a>) -> Result<Object<'a>, FrameError> {
    let id = reader.byte("an object")?;
    let length = usize::from(reader.byte("an object's length")?);
    Ok(Object { id, value: reader.take(length, "the object's bytes")? })
}

impl<'a> Objects<'a> {
    /// The caller's objects.
    pub const fn new(objects: &'a [Object<'a>]) -> Self {
        Objects(Source::Host(objects))
    }

    /// The objects in order.
    pub fn iter(&self) -> impl Iterator<Item = Object<'a>> {
        self.0.iter(|reader| object(reader).ok())
    }

    pub(super) fn wire_len(&self) -> usize {
        1 + self.iter().map(|object| 2 + object.value.len()).sum::<usize>()
    }

    pub(super) fn parse(reader: &mut Reader<'a>) -> Result<Self, FrameError> {
        let count = reader.byte("the number of objects")?;
        let start = *reader;
        for _ in 0..count {
            object(reader)?;
        }
        Ok(Objects(Source::Wire(start.up_to(reader))))
    }

    pub(super) fn check(&self) -> Result<(), FrameError> {
        // Seven bytes stand before them; an identification that is longer comes in parts.
        if self.wire_len() > super::MAX_PDU - 6 {
            return Err(FrameError::new(ErrorKind::FrameTooLong, 6, "objects that fit one frame"));
        }
        Ok(())
    }

    pub(super) fn emit(&self, writer: &mut Writer<'_>) {
        writer.count(self.iter().count());
        for object in self.iter() {
            writer.byte(object.id);
            writer.count(object.value.len());
            writer.bytes(object.value);
        }
    }
}
