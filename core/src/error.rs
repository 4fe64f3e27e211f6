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
    // reference
    /// Text is not a parameter reference (DOMAIN.md D-11).
    ReferenceSyntax => "reference-syntax",

    // time

    // value

    // modbus
}
