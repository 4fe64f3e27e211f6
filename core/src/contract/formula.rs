//! Formulas of reports: `Formula`.

use alloc::collections::BTreeMap;
use alloc::string::ToString;
use alloc::vec::Vec;

use super::Error;
use crate::formula::FormulaError;

/// A formula that was read.
#[derive(Clone, Debug)]
pub struct Formula(crate::formula::Formula);

impl Formula {
    /// Reads a formula such as `(#561 + 10) / 2 + #558`.
    ///
    /// # Errors
    /// `formula-syntax` and `formula-too-long` with the offset in bytes.
    pub fn new(text: &str) -> Result<Formula, Error> {
        Ok(Formula(crate::formula::Formula::parse(text)?))
    }

    /// Identifiers of the operands, in the order of the text, each once.
    #[must_use]
    pub fn operands(&self) -> Vec<u64> {
        let mut operands = Vec::new();
        for id in self.0.operands() {
            if !operands.contains(&id) {
                operands.push(id);
            }
        }
        operands
    }

    /// The result; `None` if an operand has no value, for a division by zero, and where there is no finite number.
    #[must_use]
    pub fn evaluate(&self, values: &BTreeMap<u64, f64>) -> Option<f64> {
        self.0.evaluate(|id| values.get(&id).copied())
    }
}

impl From<FormulaError> for Error {
    fn from(error: FormulaError) -> Self {
        Error { kind: error.kind(), message: error.to_string(), offset: Some(error.offset()) }
    }
}
