//! Identity numbers: how two of them are compared, and the check digit of those that have one.

use alloc::string::String;

use verhoeff::Verhoeff;

/// Numbers of so many digits end in a check digit.
const DIGITS: usize = 12;

/// A number without the blanks and dashes that people write between its groups, letters in capitals: what
/// two numbers are compared by. Empty when there is none.
#[must_use]
pub fn bare_identity_number(text: &str) -> String {
    let kept = text.chars().filter(|c| !c.is_whitespace() && *c != '-');
    kept.map(|c| c.to_ascii_uppercase()).collect()
}

/// Does the last of twelve digits fit the others (Verhoeff 1969)? One wrong digit, or two neighbours that
/// changed places, never fit. `None` for what is not twelve digits: another country's number, or a passport's.
#[must_use]
pub fn check_digit_fits(text: &str) -> Option<bool> {
    let number = bare_identity_number(text);
    let checked = number.len() == DIGITS && number.bytes().all(|byte| byte.is_ascii_digit());
    checked.then(|| number.as_str().validate_verhoeff_check_digit())
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;
    use proptest::prelude::*;

    #[test]
    fn blanks_dashes_and_case_make_no_other_number() {
        assert_eq!(bare_identity_number(" 1234 5678-9010 "), "123456789010");
        assert_eq!(bare_identity_number("k 12"), "K12");
        assert_eq!(bare_identity_number("  "), "");
    }

    #[test]
    fn the_check_digit_of_twelve_digits_is_told_right_from_wrong() {
        for right in ["123456789010", "1234 1234 1234", "9876-5432-1096"] {
            assert_eq!(check_digit_fits(right), Some(true), "{right}");
        }
        assert_eq!(check_digit_fits("123456789012"), Some(false));
        for other in ["", "12345678901", "12345678901X", "1234567890123"] {
            assert_eq!(check_digit_fits(other), None, "{other}");
        }
    }

    proptest! {
        #[test]
        fn one_wrong_digit_or_two_neighbours_exchanged_never_fit(
            first in prop::collection::vec(b'0'..=b'9', 11),
            at in 0usize..12,
            other in 1u8..10,
        ) {
            let right: Vec<u8> = (b'0'..=b'9')
                .map(|last| [first.as_slice(), &[last]].concat())
                .find(|number| fits(number))
                .unwrap();
            let mut wrong = right.clone();
            wrong[at] = b'0' + (wrong[at] - b'0' + other) % 10;
            prop_assert!(!fits(&wrong));
            let mut exchanged = right.clone();
            exchanged.swap(at, (at + 1).min(11));
            prop_assert!(exchanged == right || !fits(&exchanged));
        }
    }

    fn fits(number: &[u8]) -> bool {
        check_digit_fits(core::str::from_utf8(number).unwrap()) == Some(true)
    }
}
