//! Parameter references (text and back).
