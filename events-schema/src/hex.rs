//! Bytes in hexadecimal digits.

/// The digits.
const DIGITS: &[u8; 16] = b"0123456789abcdef";

/// These bytes in lower-case hexadecimal digits, two for each.
pub fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        text.push(char::from(DIGITS[usize::from(byte >> 4)]));
        text.push(char::from(DIGITS[usize::from(byte & 15)]));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_has_two_digits() {
        for byte in 0..=255 {
            assert_eq!(hex(&[byte, 1]), format!("{byte:02x}01"));
        }
    }
}
