//! From text to steps: Dijkstra's shunting yard, without recursion.

use super::{Binary, Formula, FormulaError, MAX_DEPTH, MAX_STEPS, Stack, Step};
use crate::value::Decimal;

const VALUE: &str = "a number, an operand such as `#561`, `-` or `(`";
const VALUE_AFTER_POWER: &str = "a number, an operand such as `#561` or `(`";
const OPERATION: &str = "an operation or the end";
const OPERATION_INSIDE: &str = "an operation or `)`";

/// What waits for its right side.
#[derive(Clone, Copy, PartialEq)]
enum Waiting {
    Parenthesis,
    Negate,
    Binary(Binary),
}

impl Waiting {
    const fn binding(self) -> u8 {
        match self {
            Waiting::Parenthesis => 0,
            Waiting::Binary(Binary::Add | Binary::Subtract) => 1,
            Waiting::Binary(Binary::Multiply | Binary::Divide | Binary::Modulo) => 2,
            Waiting::Negate => 3,
            Waiting::Binary(Binary::Power) => 4,
        }
    }
}

pub(super) fn parse(text: &str) -> Result<Formula, FormulaError> {
    let mut parser = Parser {
        rest: text,
        text,
        steps: Stack::new(Step::Negate),
        waiting: Stack::new(Waiting::Parenthesis),
        open: 0,
    };
    loop {
        parser.value()?;
        if !parser.operation()? {
            break;
        }
    }
    Ok(Formula { steps: parser.steps.items, length: parser.steps.length })
}

struct Parser<'a> {
    text: &'a str,
    rest: &'a str,
    steps: Stack<Step, MAX_STEPS>,
    waiting: Stack<Waiting, MAX_DEPTH>,
    open: usize,
}

impl Parser<'_> {
    fn offset(&self) -> usize {
        self.text.len().saturating_sub(self.rest.len())
    }

    fn expected(&self, expected: &'static str) -> FormulaError {
        FormulaError::Syntax { offset: self.offset(), expected }
    }

    fn skip_spaces(&mut self) {
        self.rest = self.rest.trim_start_matches(' ');
    }

    fn take(&mut self, word: &str) -> bool {
        let rest = self.rest.strip_prefix(word);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    /// A number or an operand, behind what stands before it.
    fn value(&mut self) -> Result<(), FormulaError> {
        loop {
            self.skip_spaces();
            let offset = self.offset();
            let is_power = self.waiting.top() == Some(Waiting::Binary(Binary::Power));
            let waiting = if self.take("(") {
                self.open = self.open.saturating_add(1);
                Waiting::Parenthesis
            } else if !is_power && self.take("-") {
                Waiting::Negate
            } else {
                let step = if self.take("#") { self.operand(offset)? } else { self.number(is_power)? };
                return self.steps.push(step).ok_or(FormulaError::TooLong { offset });
            };
            self.waiting.push(waiting).ok_or(FormulaError::TooLong { offset })?;
        }
    }

    fn operand(&mut self, offset: usize) -> Result<Step, FormulaError> {
        let digits = self.digits();
        if digits.is_empty() {
            return Err(self.expected("the digits of an operand"));
        }
        let id = digits.parse().map_err(|_| FormulaError::Syntax { offset, expected: "an operand below 2^64" })?;
        Ok(Step::Operand(id))
    }

    fn number(&mut self, is_power: bool) -> Result<Step, FormulaError> {
        let start = self.rest;
        let whole = self.digits();
        let mut is_number = !whole.is_empty();
        if self.take(".") {
            is_number = !self.digits().is_empty();
            if !is_number {
                return Err(self.expected("a digit"));
            }
        }
        if !is_number {
            return Err(self.expected(if is_power { VALUE_AFTER_POWER } else { VALUE }));
        }
        let length = start.len().saturating_sub(self.rest.len());
        let number = start.get(..length).and_then(|number| Decimal::parse(number).ok());
        match number {
            Some(number) => Ok(Step::Number(number.to_f64())),
            None => {
                self.rest = start;
                Err(self.expected("a number of at most 37 digits"))
            }
        }
    }

    fn digits(&mut self) -> &str {
        let end = self.rest.bytes().position(|byte| !byte.is_ascii_digit()).unwrap_or(self.rest.len());
        let (digits, rest) = self.rest.split_at_checked(end).unwrap_or(("", self.rest));
        self.rest = rest;
        digits
    }

    /// Closing parentheses and an operation; whether there is one, or the end.
    fn operation(&mut self) -> Result<bool, FormulaError> {
        loop {
            self.skip_spaces();
            let offset = self.offset();
            let too_long = FormulaError::TooLong { offset };
            if self.open > 0 && self.take(")") {
                self.settle(Waiting::Parenthesis.binding().saturating_add(1)).ok_or(too_long)?;
                self.waiting.pop();
                self.open = self.open.saturating_sub(1);
                continue;
            }
            if self.open == 0 && self.rest.is_empty() {
                self.settle(0).ok_or(too_long)?;
                return Ok(false);
            }
            let operation = [
                ("+", Binary::Add),
                ("-", Binary::Subtract),
                ("*", Binary::Multiply),
                ("/", Binary::Divide),
                ("Mod", Binary::Modulo),
                ("^", Binary::Power),
            ];
            let Some((_, operation)) = operation.into_iter().find(|(sign, _)| self.take(sign)) else {
                return Err(self.expected(if self.open > 0 { OPERATION_INSIDE } else { OPERATION }));
            };
            // Of equal operations the left one is first.
            self.settle(Waiting::Binary(operation).binding()).ok_or(too_long)?;
            self.waiting.push(Waiting::Binary(operation)).ok_or(too_long)?;
            return Ok(true);
        }
    }

    /// Writes what waits and binds at least so tightly; `None` if there are too many steps.
    fn settle(&mut self, binding: u8) -> Option<()> {
        while let Some(waiting) = self.waiting.top().filter(|waiting| waiting.binding() >= binding) {
            self.waiting.pop();
            match waiting {
                Waiting::Parenthesis => {}
                Waiting::Negate => self.steps.push(Step::Negate)?,
                Waiting::Binary(operation) => self.steps.push(Step::Binary(operation))?,
            }
        }
        Some(())
    }
}
