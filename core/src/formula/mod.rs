//! Formulas of reports: `(#561 + 10) / 2 + #558` (DOMAIN.md 2.8, D-27, A-12).
//!
//! `+ - * / Mod ^`, parentheses, unary minus, decimal numbers, and operands `#id`. From the loosest to the
//! tightest: `+ -`, then `* / Mod`, then unary minus, then `^`; all from left to right, so that `2 ^ 3 ^ 2` is 64
//! and `-2 ^ 2` is -4, as in npm's `math-expression-evaluator`. `Mod` has the sign of its left side.
//! Numbers are binary64 and powers those of `libm`, so that every platform gives the same bits.
//!
//! ```
//! use parabus_core::formula::Formula;
//!
//! let formula = Formula::parse("(#561 + 10) / 2 + #558").unwrap();
//! assert!(formula.operands().eq([561, 558]));
//! let values = |id| if id == 561 { Some(4.0) } else { Some(0.5) };
//! assert_eq!(formula.evaluate(values), Some(7.5));
//! assert_eq!(formula.evaluate(|_| None), None);
//! ```

mod parser;

use core::fmt;

use crate::error::ErrorKind;

/// Numbers, operands and operations in a formula at most.
pub const MAX_STEPS: usize = 128;
/// Parentheses and operations that wait for their right side at most.
pub const MAX_DEPTH: usize = 32;

/// Why text is no formula.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FormulaError {
    /// Something else was expected there.
    Syntax {
        /// Byte of the text.
        offset: usize,
        /// What is expected.
        expected: &'static str,
    },
    /// More steps than [`MAX_STEPS`] or deeper than [`MAX_DEPTH`].
    TooLong {
        /// Byte of the text.
        offset: usize,
    },
}

impl FormulaError {
    /// Stable kind.
    pub const fn kind(&self) -> ErrorKind {
        match self {
            FormulaError::Syntax { .. } => ErrorKind::FormulaSyntax,
            FormulaError::TooLong { .. } => ErrorKind::FormulaTooLong,
        }
    }

    /// Byte of the text at which it stops being a formula.
    pub const fn offset(&self) -> usize {
        match self {
            FormulaError::Syntax { offset, .. } | FormulaError::TooLong { offset } => *offset,
        }
    }
}

impl fmt::Display for FormulaError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FormulaError::Syntax { offset, expected } => write!(f, "expected {expected} at offset {offset}"),
            FormulaError::TooLong { offset } => {
                write!(f, "a formula of more than {MAX_STEPS} steps or {MAX_DEPTH} levels at offset {offset}")
            }
        }
    }
}

impl core::error::Error for FormulaError {}

/// A step of a formula: what stands in it, operations behind their operands.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Step {
    Number(f64),
    Operand(u64),
    Negate,
    Binary(Binary),
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Binary {
    Add,
    Subtract,
    Multiply,
    Divide,
    Modulo,
    Power,
}

/// A formula that was read.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Formula {
    steps: [Step; MAX_STEPS],
    length: usize,
}

impl Formula {
    /// Reads a formula.
    ///
    /// # Errors
    /// [`FormulaError::Syntax`] with the byte at which it stops being one; [`FormulaError::TooLong`] beyond
    /// [`MAX_STEPS`] and [`MAX_DEPTH`].
    pub fn parse(text: &str) -> Result<Formula, FormulaError> {
        parser::parse(text)
    }

    /// The operands, in the order of the text, as often as they stand there.
    pub fn operands(&self) -> impl Iterator<Item = u64> + '_ {
        self.steps().iter().filter_map(|step| match step {
            Step::Operand(id) => Some(*id),
            _ => None,
        })
    }

    /// The result; `None` if an operand has no value, for a division by zero, and where there is no finite
    /// number.
    pub fn evaluate(&self, value: impl Fn(u64) -> Option<f64>) -> Option<f64> {
        let mut stack = Stack::<f64, { MAX_DEPTH * 2 }>::new(0.0);
        for step in self.steps() {
            let result = match step {
                Step::Number(number) => *number,
                Step::Operand(id) => value(*id)?,
                Step::Negate => -stack.pop()?,
                Step::Binary(operation) => {
                    let right = stack.pop()?;
                    operation.apply(stack.pop()?, right)
                }
            };
            if !result.is_finite() {
                return None;
            }
            stack.push(result)?;
        }
        stack.pop()
    }

    fn steps(&self) -> &[Step] {
        self.steps.get(..self.length).unwrap_or_default()
    }
}

impl Binary {
    fn apply(self, left: f64, right: f64) -> f64 {
        match self {
            Binary::Add => left + right,
            Binary::Subtract => left - right,
            Binary::Multiply => left * right,
            Binary::Divide => left / right,
            // Exact by definition, so whose it is changes no bit; that of `libm` is not proved to be free of panics.
            Binary::Modulo => left % right,
            Binary::Power => libm::pow(left, right),
        }
    }
}

/// A stack of fixed size.
struct Stack<T, const SIZE: usize> {
    items: [T; SIZE],
    length: usize,
}

impl<T: Copy, const SIZE: usize> Stack<T, SIZE> {
    const fn new(filler: T) -> Self {
        Stack { items: [filler; SIZE], length: 0 }
    }

    /// `None` if it is full.
    fn push(&mut self, item: T) -> Option<()> {
        *self.items.get_mut(self.length)? = item;
        self.length = self.length.saturating_add(1);
        Some(())
    }

    fn pop(&mut self) -> Option<T> {
        self.length = self.length.checked_sub(1)?;
        self.items.get(self.length).copied()
    }

    fn top(&self) -> Option<T> {
        self.items.get(self.length.checked_sub(1)?).copied()
    }
}

#[cfg(test)]
mod tests {
    use std::string::String;
    use std::vec::Vec;

    use super::*;

    fn result(text: &str) -> Option<f64> {
        Formula::parse(text).unwrap_or_else(|error| panic!("{text}: {error}")).evaluate(|id| Some(id as f64))
    }

    /// What math-expression-evaluator 2.0.7 gives.
    #[test]
    fn results_are_those_of_the_library_that_reports_were_written_for() {
        for (text, want) in [
            ("2^3^2", 64.0),
            ("-2^2", -4.0),
            ("2*-3", -6.0),
            ("2--3", 5.0),
            ("--2", 2.0),
            ("8 Mod 3", 2.0),
            ("-8 Mod 3", -2.0),
            ("8Mod3", 2.0),
            ("8.5 Mod -3", 2.5),
            ("-8 Mod -3", -2.0),
            ("10-4-3", 3.0),
            ("100/10/5", 2.0),
            ("2+3*4^2", 50.0),
            ("10 Mod 4 * 3", 6.0),
            ("3*10 Mod 4", 2.0),
            ("10/4 Mod 3", 2.5),
            (".5", 0.5),
            ("-(2)^2", -4.0),
            ("1-2^2", -3.0),
            ("2*-3^2", -18.0),
            ("4-3*-2", 10.0),
            ("(-2)^2", 4.0),
            ("2*-3+4", -2.0),
            ("5--2*3", 11.0),
            ("- 2", -2.0),
            ("2^0.5", core::f64::consts::SQRT_2),
            ("2/-4*3", -1.5),
            ("2*--3", 6.0),
            ("6/-2^2", -1.5),
            ("6/-2 Mod 3", 0.0),
            ("2^(-1)", 0.5),
            ("10 - -3 - 2", 11.0),
        ] {
            assert_eq!(result(text), Some(want), "{text}");
        }
    }

    #[test]
    fn operands_stand_for_values() {
        assert_eq!(result("(#561 + 10) / 2 + #558"), Some(843.5));
        assert_eq!(result("#18446744073709551615 - 1"), Some(18_446_744_073_709_551_615.0));
        let formula = Formula::parse("#1*#2-#1").unwrap();
        assert_eq!(formula.operands().collect::<Vec<_>>(), [1, 2, 1]);
        assert_eq!(formula.evaluate(|id| (id == 1).then_some(3.0)), None);
        assert_eq!(formula.evaluate(|_| Some(f64::NAN)), None);
    }

    #[test]
    fn what_is_no_finite_number_is_none() {
        for text in ["1/0", "0/0", "5 Mod 0", "(-8)^0.5", "10^400", "0^(-1)", "1/(10^400)", "0*(1/0)"] {
            assert_eq!(result(text), None, "{text}");
        }
    }

    #[test]
    fn refusals_say_where() {
        for (text, offset) in [
            ("", 0),
            ("  ", 2),
            ("()", 1),
            ("(1", 2),
            ("1)", 1),
            ("1+", 2),
            ("*1", 0),
            ("+1", 0),
            ("1//2", 2),
            ("5 mod 3", 2),
            ("2^-1", 2),
            ("2(3)", 1),
            ("(2)3", 3),
            ("2 3", 2),
            ("1e3", 1),
            ("5.", 2),
            (".", 1),
            ("1.5.2", 3),
            ("#", 1),
            ("#x", 1),
            ("# 1", 1),
            ("#1 #2", 3),
            ("1,5", 1),
            ("ą", 0),
            ("1 + ą", 4),
            ("Mo", 0),
        ] {
            let error = Formula::parse(text).unwrap_err();
            assert!(matches!(error, FormulaError::Syntax { .. }), "{text}");
            assert_eq!(error.offset(), offset, "{text}: {error}");
        }
        assert_eq!(Formula::parse("#18446744073709551616").unwrap_err().offset(), 0);
        assert_eq!(Formula::parse("(1").unwrap_err().to_string(), "expected an operation or `)` at offset 2");
    }

    #[test]
    fn length_and_depth_are_bounded() {
        let deep = |depth| "(".repeat(depth) + "1" + &")".repeat(depth);
        assert_eq!(result(&deep(MAX_DEPTH)), Some(1.0));
        assert_eq!(Formula::parse(&deep(MAX_DEPTH + 1)), Err(FormulaError::TooLong { offset: MAX_DEPTH }));
        let long = |count: usize| "1+".repeat(count) + "1";
        assert_eq!(result(&long(63)), Some(64.0));
        assert!(matches!(Formula::parse(&long(64)), Err(FormulaError::TooLong { .. })));
        assert!(matches!(Formula::parse(&"-".repeat(5000)), Err(FormulaError::TooLong { .. })));
        // Values wait at every other level.
        let waiting = "1-(2*(".repeat(8) + "5" + &"))".repeat(8);
        assert_eq!(result(&waiting), Some(1195.0));
    }

    /// A formula with every operation in parentheses has the value of the tree that it was written from,
    /// and so it has with only those that the order of operations asks for.
    #[test]
    fn printed_trees_read_back() {
        let mut seed = 9u64;
        let mut below = |limit: u64| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (seed >> 33) % limit
        };
        for _ in 0..3000 {
            // Texts with and without needless parentheses, how tightly they bind, and the value.
            let mut parts: Vec<(String, String, u8, f64)> = Vec::new();
            for _ in 0..6 {
                let id = below(9);
                parts.push((std::format!("#{id}"), std::format!("#{id}"), 4, id as f64));
            }
            while parts.len() > 1 {
                let right = parts.swap_remove(below(parts.len() as u64) as usize);
                if below(5) == 0 {
                    let inner = if right.2 < 3 { std::format!("({})", right.1) } else { right.1 };
                    parts.push((std::format!("(-{})", right.0), std::format!("-{inner}"), 3, -right.3));
                    continue;
                }
                let left = parts.swap_remove(below(parts.len() as u64) as usize);
                let (sign, binding, operation) = [
                    ("+", 1, Binary::Add),
                    (" - ", 1, Binary::Subtract),
                    ("*", 2, Binary::Multiply),
                    (" /", 2, Binary::Divide),
                    (" Mod ", 2, Binary::Modulo),
                    ("^", 4, Binary::Power),
                ][below(6) as usize];
                let wrap = |text: &str, is_needed: bool| if is_needed { std::format!("({text})") } else { text.into() };
                let text =
                    wrap(&left.1, left.2 < binding) + sign + &wrap(&right.1, right.2 <= binding && right.1.len() > 2);
                parts.push((
                    std::format!("({}{sign}{})", left.0, right.0),
                    text,
                    binding,
                    operation.apply(left.3, right.3),
                ));
            }
            let (full, short, _, want) = parts.swap_remove(0);
            let (full, short) = (result(&full), result(&short));
            assert_eq!(full, short);
            if let Some(got) = full {
                assert!(got == want, "{got} {want}");
            }
        }
    }

    #[test]
    fn no_text_makes_it_panic() {
        let pieces =
            ["1", "#2", "+", "-", "*", "/", "Mod", "^", "(", ")", " ", ".", "x", "ą", "#", "9999999999999999999999"];
        let mut seed = 77u64;
        let mut read = 0;
        for _ in 0..40_000 {
            let mut text = String::new();
            for _ in 0..seed >> 40 & 15 {
                seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                text.push_str(pieces[(seed >> 60) as usize]);
            }
            seed = seed.wrapping_add(1 << 40);
            match Formula::parse(&text) {
                Ok(formula) => {
                    read += 1;
                    let _ = formula.evaluate(|id| Some(id as f64));
                }
                Err(error) => assert!(text.is_char_boundary(error.offset()), "{text}: {error}"),
            }
        }
        assert!(read > 100, "{read}");
    }
}
