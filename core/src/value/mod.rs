//! Values: registers and text, exactly.
