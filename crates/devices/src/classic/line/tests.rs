use super::*;
use proptest::prelude::*;

const ENTRY: &str = "\n7,Asha Rao,34,F,1991-05-17,123456789012,7.jpg,9000000001,12, Hill Road, Pune,\
4AB3,2026-03-02,09:15:30,,Monday,7_09:15:30.jpg\n";

#[test]
fn an_entry_line_is_read_from_both_ends_around_an_address_with_commas() {
    let line = entry_line(ENTRY.as_bytes()).unwrap();
    assert_eq!(line.person.number, "7");
    assert_eq!(line.person.phone, "9000000001");
    assert_eq!(line.person.address, "12, Hill Road, Pune");
    assert_eq!(line.tag, "4AB3");
    assert_eq!(line.exit_time, "");
    assert_eq!(line.picture_file, "7_09:15:30.jpg");
}

#[test]
fn an_entry_before_the_clock_was_set_is_still_an_entry() {
    let line = entry_line(b"7,Asha,,,,,,,,4AB3,,,,,7_.jpg").unwrap();
    assert_eq!((line.date.as_str(), line.entry_time.as_str()), ("", ""));
}

#[test]
fn a_line_with_missing_fields_is_refused_with_their_number() {
    assert_eq!(
        entry_line(b"7,Asha,34"),
        Err(LineError::TooFewFields {
            found: 3,
            needed: 15
        })
    );
    assert_eq!(
        registry_line(b"7,Asha"),
        Err(LineError::TooFewFields {
            found: 2,
            needed: 9
        })
    );
    assert_eq!(
        exit_line(b"4AB3"),
        Err(LineError::TooFewFields {
            found: 1,
            needed: 4
        })
    );
    assert_eq!(
        exit_line(b"a,b,c,d,e"),
        Err(LineError::TooManyFields {
            found: 5,
            needed: 4
        })
    );
}

#[test]
fn a_line_that_names_nobody_or_hides_a_second_line_is_refused() {
    assert_eq!(
        entry_line(b" ,A,,,,,,,,4AB3,,,,,x.jpg"),
        Err(LineError::NoNumber)
    );
    assert_eq!(
        exit_line(b" ,2026-03-02,10:00:00,Monday"),
        Err(LineError::NoTag)
    );
    assert_eq!(
        entry_line(b"7,A,,,,,,,x\n8,B,4AB3,,,,,x.jpg"),
        Err(LineError::ControlCharacter)
    );
    assert_eq!(entry_line(&[0xff, 0xfe]), Err(LineError::NotText));
}

fn word() -> impl Strategy<Value = String> {
    "[A-Za-z0-9:._-]{1,12}"
}

fn free_text() -> impl Strategy<Value = String> {
    "[A-Za-z0-9][A-Za-z0-9, /-]{0,40}[A-Za-z0-9]"
}

proptest! {
    #[test]
    fn any_bytes_are_answered_and_never_a_panic(bytes: Vec<u8>) {
        let _ = entry_line(&bytes);
        let _ = exit_line(&bytes);
        let _ = registry_line(&bytes);
    }

    #[test]
    fn what_was_joined_with_commas_is_read_back(
        before in proptest::collection::vec(word(), 8),
        address in free_text(),
        after in proptest::collection::vec(word(), 6),
    ) {
        let text = format!("\n{},{address},{}\r\n", before.join(","), after.join(","));
        let line = entry_line(text.as_bytes()).unwrap();
        prop_assert_eq!(&line.person.number, &before[0]);
        prop_assert_eq!(&line.person.phone, &before[7]);
        prop_assert_eq!(&line.person.address, &address);
        prop_assert_eq!(&line.tag, &after[0]);
        prop_assert_eq!(&line.exit_time, &after[3]);
        prop_assert_eq!(&line.picture_file, &after[5]);
    }
}
