//! Stable error kinds: one list for every area of core.
//!
//! Each area has a small `Copy` error that says what was wrong, where, and what was expected;
//! its `kind()` gives one of these. Edges map from the kind alone, without a wildcard arm.

macro_rules! kinds {
    ($( $(#[$doc:meta])* $variant:ident => $code:literal ),+ $(,)?) => {
        /// What went wrong, as a stable code that every edge maps by itself.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum ErrorKind { $( $(#[$doc])* $variant ),+ }

        impl ErrorKind {
            /// Every kind, in the order of declaration.
            pub const ALL: &'static [ErrorKind] = &[$( ErrorKind::$variant ),+];

            /// The stable code: lower-case words joined by `-`, unique, never renamed.
            pub const fn code(self) -> &'static str {
                match self { $( ErrorKind::$variant => $code ),+ }
            }
        }
    };
}

kinds! {
    // time
    /// Text is not an ISO 8601 instant with a zone (DOMAIN.md D-05).
    InstantSyntax => "instant-syntax",

    // reference
    /// Text is not a parameter reference (DOMAIN.md D-11).
    ReferenceSyntax => "reference-syntax",
    /// A number of a reference lies outside its range.
    ReferenceRange => "reference-range",
    /// A reference names nothing in the plant.
    ReferenceUnknown => "reference-unknown",
    /// A reference names more than one object of the plant.
    ReferenceAmbiguous => "reference-ambiguous",

    // value
    /// Not a type code of DOMAIN.md D-14 that this version decodes.
    UnknownDataType => "unknown-data-type",
    /// More or fewer registers than the type takes.
    RegisterCount => "register-count",
    /// A register holds NaN or an infinity.
    NotFinite => "not-finite",
    /// The registers hold a code that stands for "no value" (`not_available`).
    NotAvailable => "not-available",
    /// Four bits of a BCD number stand for no decimal digit.
    BcdDigit => "bcd-digit",
    /// A register holds more than the one byte that the type has in each.
    RegisterByte => "register-byte",
    /// Registers or characters are no text that the type can hold.
    TextEncoding => "text-encoding",
    /// Text is not an address of the type.
    AddressSyntax => "address-syntax",
    /// Numbers are wanted of a type whose values are none, or integers where there is a fraction or a scale.
    NotNumeric => "not-numeric",
    /// Text is not a decimal number.
    NumberSyntax => "number-syntax",
    /// A number has more digits than exact arithmetic holds.
    NumberTooLong => "number-too-long",
    /// A number does not fit the registers that would hold it.
    ValueRange => "value-range",
    /// Text is not a bit: `0`, `1`, `true` or `false`.
    BitSyntax => "bit-syntax",
    /// A bit position that the register does not have, or none where one is needed.
    BitPosition => "bit-position",
    /// A multiplier of zero, by which nothing can be written.
    ZeroMultiplier => "zero-multiplier",
    /// Not a language of the API: `en`, `pl`, `ru`, `ua`.
    UnknownLanguage => "unknown-language",
    /// A way of printing that this version does not offer.
    UnknownNumberStyle => "unknown-number-style",
    /// More than 100 digits behind the point, or at least more than at most.
    FractionDigits => "fraction-digits",

    // modbus
    /// Fewer bytes than the frame needs.
    FrameTooShort => "frame-too-short",
    /// More bytes than the frame has, or may have.
    FrameTooLong => "frame-too-long",
    /// An MBAP protocol identifier other than 0.
    ProtocolId => "protocol-id",
    /// An MBAP length outside 2..=254, or not that of the bytes.
    FrameLength => "frame-length",
    /// A CRC that is not that of the bytes before it.
    CrcMismatch => "crc-mismatch",
    /// An LRC that is not that of the bytes before it.
    LrcMismatch => "lrc-mismatch",
    /// Text that is not a frame of Modbus ASCII.
    AsciiSyntax => "ascii-syntax",
    /// A unit that this request may not go to: a read is never broadcast.
    UnitId => "unit-id",
    /// A function code of 0 or above 127.
    FunctionCode => "function-code",
    /// A quantity outside the range of its function.
    Quantity => "quantity",
    /// A byte count that contradicts quantity or length.
    ByteCount => "byte-count",
    /// A file, record or reference type that the standard does not have.
    FileRecord => "file-record",
    /// A read code of a device identification outside 1 to 4.
    ReadCode => "read-code",
    /// A byte that says whether more follows, other than 0x00 and 0xFF.
    MoreFollows => "more-follows",
    /// Addresses beyond 65,535.
    AddressRange => "address-range",
    /// A coil value other than 0x0000 and 0xFF00.
    CoilValue => "coil-value",
    /// The output buffer is smaller than the frame.
    BufferTooSmall => "buffer-too-small",
    /// A transport or direction that this version does not offer.
    UnknownTransport => "unknown-transport",
    /// A field of a frame that is absent or does not belong to its function.
    FrameField => "frame-field",
    /// Not a kind of registers, or one that cannot be written.
    RegisterKind => "register-kind",
    /// Not a way of writing: `normal`, `always-6`, `always-16`.
    WriteFunction => "write-function",
    /// As many requests in flight as the limit allows.
    TooManyInFlight => "too-many-in-flight",
    /// The line has to be silent until a later time.
    NotBefore => "not-before",

    // gateway
    /// Bytes are not a gateway's image, or units and groups cannot be one.
    GatewayImage => "gateway-image",

    // chunk
    /// Bytes are not a chunk of readings.
    ChunkFormat => "chunk-format",
    /// A chunk of a version that this one does not know.
    ChunkVersion => "chunk-version",
    /// A chunk whose checksum is not that of its bytes.
    ChunkChecksum => "chunk-checksum",
    /// No columns or rows, or more than a chunk has.
    ChunkShape => "chunk-shape",

    // aggregate
    /// Readings that do not stand in ascending order of time.
    ReadingOrder => "reading-order",
    /// A range of time that is empty, reversed, or not of whole segments where those are wanted.
    TimeRange => "time-range",
    /// No points, or not as many as there is room for.
    PointCount => "point-count",
    /// A counter's width other than 16, 32, 48 or 64 bits.
    CounterWidth => "counter-width",
    /// A sum that exact arithmetic does not hold.
    SumOverflow => "sum-overflow",
    /// Not a cadence: `1m`, `5m`, `15m`, `1h`, `1d`.
    UnknownCadence => "unknown-cadence",
    /// Not a segment of reports: `half-hour`, `hour`, `day`.
    UnknownSegment => "unknown-segment",
    /// Not a way of sampling: `first`, `hold`.
    UnknownSampling => "unknown-sampling",
    /// Not a time zone of the IANA database.
    UnknownZone => "unknown-zone",
    /// A time zone's changes that do not stand in order, or an offset beyond 18 hours.
    ZoneTable => "zone-table",
    /// A branch whose parent is not there, or is itself.
    BranchTree => "branch-tree",
    /// A tariff's rate of times or days that there are not.
    TariffRate => "tariff-rate",

    // formula
    /// Text is not a formula (DOMAIN.md D-27).
    FormulaSyntax => "formula-syntax",
    /// A formula of more steps than the limit allows.
    FormulaTooLong => "formula-too-long",

    // alert
    /// Conditions, actions and follow-ups that are no rule of an alert.
    AlertRule => "alert-rule",
    /// No state of an alert, or one of another rule.
    AlertState => "alert-state",
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_lower_case_words() {
        for (i, kind) in ErrorKind::ALL.iter().enumerate() {
            assert!(kind.code().bytes().all(|b| b.is_ascii_lowercase() || b == b'-'), "{}", kind.code());
            assert!(ErrorKind::ALL[..i].iter().all(|other| other.code() != kind.code()), "{}", kind.code());
        }
    }
}
