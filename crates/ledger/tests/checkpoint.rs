//! Signed checkpoints, held against notes and keys that others published.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ledger::{Checkpoint, Error, Signer, Verifier, leaf_hash};
use proptest::prelude::*;

const ORIGIN: &str = "gatebook.example/site";

/// The key of the Go checksum database and a checkpoint it signed.
const SUMDB_KEY: &str = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8";
const SUMDB_NOTE: &str = "go.sum database tree\n6476701\n\
mb8QLQIs0Z0yP5Cstq6guj87oXWeC9gEM8oVikmm9Wk=\n\n\
— sum.golang.org Az3grsLX85Gz+s1SiTbgkuqxgItqFq7gsMUEyVnrsa9LM7Us9S+1xbFIGu95949rj4nPRYfvimWEPWL+o3GeoWwOoAw=\n";

fn signer() -> Signer {
    Signer::from_seed(ORIGIN, &[7; 32]).unwrap()
}

fn verifier() -> Verifier {
    Verifier::new(signer().vkey()).unwrap()
}

fn checkpoint() -> Checkpoint {
    Checkpoint {
        origin: ORIGIN.to_owned(),
        size: 42,
        root: leaf_hash(b"root"),
    }
}

#[test]
fn a_known_seed_gives_the_known_public_key() {
    let encoded = STANDARD.decode("AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz");
    let seed = encoded.unwrap()[1..].try_into().unwrap();
    let signer = Signer::from_seed("PeterNeumann", &seed).unwrap();
    let known = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
    assert_eq!(signer.vkey(), known);
}

#[test]
fn the_checkpoint_text_is_the_one_in_the_specification() {
    let root = STANDARD.decode("CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=");
    let checkpoint = Checkpoint {
        origin: "example.com/behind-the-sofa".to_owned(),
        size: 20_852_163,
        root: root.unwrap().as_slice().try_into().unwrap(),
    };
    let expected =
        "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";
    assert_eq!(checkpoint.to_text(), expected);
}

#[test]
fn a_published_note_verifies_and_is_refused_only_for_its_other_origin() {
    let sumdb = Verifier::new(SUMDB_KEY).unwrap();
    let refused = sumdb.open(SUMDB_NOTE.as_bytes()).unwrap_err();
    assert!(matches!(refused, Error::Origin { found, .. } if found == "go.sum database tree"));
    let forged = SUMDB_NOTE.replace("6476701", "6476702");
    let refused = sumdb.open(forged.as_bytes()).unwrap_err();
    assert!(matches!(refused, Error::Note(_)));
}

#[test]
fn a_signed_checkpoint_opens_with_its_public_key() {
    let note = signer().sign(&checkpoint()).unwrap();
    assert_eq!(verifier().open(note.as_bytes()).unwrap(), checkpoint());
}

#[test]
fn signing_the_same_checkpoint_twice_gives_the_same_note() {
    let (first, second) = (signer().sign(&checkpoint()), signer().sign(&checkpoint()));
    assert_eq!(first.unwrap(), second.unwrap());
}

#[test]
fn another_key_of_the_same_name_does_not_open_a_checkpoint() {
    let other = Signer::from_seed(ORIGIN, &[8; 32]).unwrap();
    let note = other.sign(&checkpoint()).unwrap();
    assert!(matches!(
        verifier().open(note.as_bytes()),
        Err(Error::Note(_))
    ));
}

#[test]
fn the_signature_of_a_witness_beside_ours_is_passed_over() {
    let witness = Signer::from_seed(ORIGIN, &[9; 32]).unwrap();
    let theirs = witness.sign(&checkpoint()).unwrap();
    let (_, line) = theirs.rsplit_once("\n\n").unwrap();
    let note = signer().sign(&checkpoint()).unwrap() + line;
    assert_eq!(verifier().open(note.as_bytes()).unwrap(), checkpoint());
}

#[test]
fn a_key_signs_for_its_own_log_only() {
    let foreign = Checkpoint {
        origin: "elsewhere.example".to_owned(),
        ..checkpoint()
    };
    assert!(matches!(signer().sign(&foreign), Err(Error::Origin { .. })));
}

#[test]
fn a_name_that_a_note_cannot_carry_is_refused() {
    for name in ["", "two words", "a+b", "two\nlines"] {
        assert!(
            matches!(Signer::from_seed(name, &[1; 32]), Err(Error::Key(_))),
            "{name:?}"
        );
    }
}

#[test]
fn a_public_key_with_any_character_changed_is_refused() {
    let vkey = signer().vkey().to_owned();
    for at in 0..vkey.len() {
        let mut mangled = vkey.clone().into_bytes();
        mangled[at] += 1;
        let mangled = String::from_utf8(mangled).unwrap();
        assert!(Verifier::new(&mangled).is_err(), "{mangled}");
    }
}

/// Signs any text whatever as a note by our own key, as a faulty log would.
fn note_over(text: &str) -> Vec<u8> {
    let seed = ed25519_dalek::SigningKey::from_bytes(&[7; 32]);
    let id = signer().vkey().split('+').nth(1).unwrap().to_owned();
    let mut signature = u32::from_str_radix(&id, 16).unwrap().to_be_bytes().to_vec();
    signature.extend(ed25519_dalek::Signer::sign(&seed, text.as_bytes()).to_bytes());
    format!("{text}\n— {ORIGIN} {}\n", STANDARD.encode(signature)).into_bytes()
}

#[test]
fn a_signed_text_that_is_no_checkpoint_is_refused() {
    let root = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=";
    let good = format!("{ORIGIN}\n42\n{root}\n");
    assert_eq!(verifier().open(&note_over(&good)).unwrap().size, 42);
    let extended = format!("{good}an extension\n");
    assert_eq!(verifier().open(&note_over(&extended)).unwrap().size, 42);
    for bad in [
        format!("{ORIGIN}\n42\n"),
        format!("{ORIGIN}\n042\n{root}\n"),
        format!("{ORIGIN}\n+42\n{root}\n"),
        format!("{ORIGIN}\n-1\n{root}\n"),
        format!("{ORIGIN}\n99999999999999999999\n{root}\n"),
        format!("{ORIGIN}\n42\nAAAA\n"),
        format!("{ORIGIN}\n42\nnot base64\n"),
        format!("\n42\n{root}\n"),
        format!("{good}\nextension after an empty line\n"),
    ] {
        let refused = verifier().open(&note_over(&bad));
        assert!(matches!(refused, Err(Error::Checkpoint(_))), "{bad:?}");
    }
}

proptest! {
    #[test]
    fn a_note_with_any_byte_changed_never_opens_as_another_checkpoint(
        at in any::<prop::sample::Index>(),
        byte in any::<u8>(),
    ) {
        let mut note = signer().sign(&checkpoint()).unwrap().into_bytes();
        let place = at.index(note.len());
        prop_assume!(note[place] != byte);
        note[place] = byte;
        prop_assert!(verifier().open(&note).is_err());
    }

    #[test]
    fn opening_arbitrary_bytes_is_refused_without_a_panic(
        bytes in prop::collection::vec(any::<u8>(), 0..300),
    ) {
        prop_assert!(verifier().open(&bytes).is_err());
    }
}
