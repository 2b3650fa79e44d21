//! Floats as Go's `strconv` writes them.

/// The fewest digits that read back as the same float, in plain form below ten to the `widest`.
pub(super) fn shortest(number: f64, widest: i32) -> String {
    let scientific = format!("{number:e}");
    let exponent = scientific
        .split_once('e')
        .and_then(|(_, exponent)| exponent.parse::<i32>().ok())
        .unwrap_or(0);
    if exponent < -4 || exponent >= widest {
        go_exponent(&scientific)
    } else {
        number.to_string()
    }
}

pub(super) fn significant(number: f64, digits: usize) -> String {
    let scientific = format!("{number:.*e}", digits - 1);
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent = exponent.parse::<i32>().unwrap_or(0);
    let trim = |text: &str| match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => text.to_owned(),
    };
    if exponent < -4 || usize::try_from(exponent).is_ok_and(|exponent| exponent >= digits) {
        return go_exponent(&format!("{}e{exponent}", trim(mantissa)));
    }
    let decimals = i64::try_from(digits).unwrap_or(0) - 1 - i64::from(exponent);
    trim(&format!(
        "{number:.*}",
        usize::try_from(decimals).unwrap_or(0)
    ))
}

/// `1e5` as Go writes it: `1e+05`.
pub(super) fn go_exponent(scientific: &str) -> String {
    let Some((mantissa, exponent)) = scientific.split_once('e') else {
        return scientific.to_owned();
    };
    let (sign, digits) = match exponent.strip_prefix('-') {
        Some(digits) => ('-', digits),
        None => ('+', exponent),
    };
    format!("{mantissa}e{sign}{digits:0>2}")
}
