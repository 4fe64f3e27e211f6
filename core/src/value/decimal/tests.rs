use super::*;

fn decimal(text: &str) -> Decimal {
    Decimal::parse(text).unwrap()
}

#[test]
fn text_comes_back_plain() {
    for (text, printed) in [
        ("0", "0"),
        ("-0", "0"),
        ("-0.00", "0.00"),
        ("25.0", "25.0"),
        ("+1.50", "1.50"),
        (".5", "0.5"),
        ("5.", "5"),
        ("-0.001", "-0.001"),
        ("007", "7"),
        ("1e3", "1000"),
        ("1.5E-3", "0.0015"),
        ("18446744073709551615", "18446744073709551615"),
        ("1234567890123456789012345678901234567", "1234567890123456789012345678901234567"),
    ] {
        assert_eq!(decimal(text).to_string(), printed, "{text}");
    }
}

#[test]
fn garbage_is_refused_where_it_begins() {
    for (text, offset) in [
        ("", 0),
        ("-", 1),
        (".", 1),
        (" 1", 0),
        ("1 ", 1),
        ("22,5", 2),
        ("1.2.3", 3),
        ("12x", 2),
        ("1e", 2),
        ("1e+", 3),
        ("NaN", 0),
        ("١", 0),
    ] {
        assert_eq!(Decimal::parse(text), Err(ValueError::NumberSyntax { offset }), "{text}");
    }
}

#[test]
fn too_many_digits_are_refused_but_zeros_are_not_digits() {
    let digits = "1".repeat(38);
    assert_eq!(Decimal::parse(&digits), Err(ValueError::NumberTooLong));
    assert_eq!(Decimal::parse(&format!("1e{}", "9".repeat(40))), Err(ValueError::NumberTooLong));
    assert_eq!(Decimal::parse("1e1001"), Err(ValueError::NumberTooLong));
    let zeros = format!("1{}", "0".repeat(308));
    assert_eq!(decimal(&zeros).to_string(), zeros);
    let small = format!("0.{}5", "0".repeat(323));
    assert_eq!(decimal(&small).to_string(), small);
}

#[test]
fn arithmetic_keeps_decimals() {
    let product = decimal("250").checked_mul(decimal("0.1"));
    assert_eq!(product.unwrap().to_string(), "25.0");
    assert_eq!(decimal("0.1").checked_add(decimal("0.20")).unwrap().to_string(), "0.30");
    assert_eq!(decimal("1").checked_sub(decimal("0.9")).unwrap().to_string(), "0.1");
    let huge = Decimal::from_f64(1e308).unwrap();
    assert_eq!(huge.checked_add(Decimal::ZERO), Some(huge));
    assert_eq!(huge.checked_add(Decimal::ONE), None);
    assert_eq!(decimal(&"9".repeat(37)).checked_mul(decimal("11")), None);
}

#[test]
fn division_truncates_toward_zero() {
    for (left, right, quotient) in [
        ("22.22", "1", Some(22)),
        ("-22.99", "1", Some(-22)),
        ("25.0", "0.1", Some(250)),
        ("0.3", "0.1", Some(3)),
        ("1", "3", Some(0)),
        ("1e30", "7e20", Some(1_428_571_428)),
        ("1e-900", "1e90", Some(0)),
        ("1e900", "1", None),
        ("1", "0", None),
    ] {
        assert_eq!(decimal(left).div_truncated(decimal(right)), quotient, "{left} / {right}");
    }
}

#[test]
fn floating_quotients_are_rounded_once() {
    // 2^53 + 1 lies halfway between two doubles; the least bit more must tip it upwards.
    let [half, more] = ["9007199254740993", "9007199254740993.0000000000000000001"].map(decimal);
    assert_eq!(half.div_f64(Decimal::ONE), Some(9_007_199_254_740_992.0));
    assert_eq!(more.div_f64(Decimal::ONE), Some(9_007_199_254_740_994.0));
    assert_eq!(Decimal::ONE.div_f64(decimal("3")), Some(1.0 / 3.0));
    assert_eq!(decimal("-2").div_f32(decimal("3")), Some(-2.0 / 3.0));
}

#[test]
fn order_is_that_of_the_numbers() {
    let ascending = ["-1e308", "-25.01", "-25", "-1e-300", "0.000", "1e-300", "0.3", "0.31", "25", "1e308"];
    for pair in ascending.windows(2) {
        assert!(decimal(pair[0]) < decimal(pair[1]), "{pair:?}");
    }
    assert_eq!(decimal("25.0"), decimal("25"));
    assert_eq!(decimal("1e3"), decimal("1000.00"));
    assert_eq!(decimal("0.00"), Decimal::ZERO);
}

#[test]
fn order_is_that_of_integers_whatever_the_exponents() {
    use num_bigint::BigInt;
    let short = [0, 1, -1, 25, -250, 10i128.pow(18), i128::from(i64::MAX) / 10, i64::MAX.into(), i64::MIN.into()];
    let long = [i128::from(i64::MAX) + 1, i128::from(i64::MIN) - 1, 10i128.pow(36), -(10i128.pow(37) - 1)];
    let mut numbers = std::vec::Vec::new();
    for mantissa in short.into_iter().chain(long) {
        for exponent in [-20, -19, -18, -1, 0, 1, 17, 18, 19] {
            let whole = BigInt::from(mantissa) * BigInt::from(10).pow(u32::try_from(exponent + 20).unwrap());
            numbers.push((Decimal::new(mantissa, exponent).unwrap(), whole));
        }
    }
    for (own, whole) in &numbers {
        for (other, others) in &numbers {
            assert_eq!(own.cmp(other), whole.cmp(others), "{own} and {other}");
        }
    }
}

#[test]
fn rounding_is_half_away_from_zero() {
    for (text, decimals, rounded) in [
        ("12.3400001", 2, "12.34"),
        ("0.125", 2, "0.13"),
        ("-0.125", 2, "-0.13"),
        ("0.5", 0, "1"),
        ("-0.4", 0, "0"),
        ("99.99", 1, "100.0"),
        ("7", 2, "7.00"),
        ("2e2", 1, "200.0"),
        ("1e-100", 3, "0.000"),
    ] {
        assert_eq!(format!("{:.decimals$}", decimal(text)), rounded, "{text}");
    }
}

#[test]
fn floats_enter_shortest_and_leave_nearest() {
    assert_eq!(Decimal::from_f32(0.1).unwrap().to_string(), "0.1");
    assert_eq!(Decimal::from_f64(f64::NAN), None);
    assert_eq!(Decimal::from_f32(f32::INFINITY), None);
    assert_eq!(Decimal::from_f64(-0.0).unwrap().to_string(), "0");
    for number in [f64::MAX, f64::MIN_POSITIVE, 5e-324, -1.0 / 3.0, 1e22] {
        assert_eq!(Decimal::from_f64(number).unwrap().to_f64(), number);
    }
    assert_eq!(decimal("1e400").to_f64(), f64::INFINITY);
}

#[test]
fn integers_are_recognised() {
    assert_eq!(decimal("25.0").to_i128(), Some(25));
    assert_eq!(decimal("25.5").to_i128(), None);
    assert_eq!(decimal("1e-500").to_i128(), None);
    assert_eq!(decimal("1e39").to_i128(), None);
}
