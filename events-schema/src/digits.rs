//! Numbers as decimal digits, without a formatter for each.

/// Writes the last `width` digits of a number.
pub fn digits(mut number: u64, width: usize, out: &mut Vec<u8>) {
    let start = out.len();
    out.resize(start + width, b'0');
    for place in out[start..].iter_mut().rev() {
        *place += (number % 10) as u8;
        number /= 10;
    }
}
