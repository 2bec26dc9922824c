//! Everything in `fuzz/corpus/checkpoint`, cut off at every length.
#![allow(clippy::unwrap_used)]

#[path = "wire/targets.rs"]
mod targets;

use ledger::{Checkpoint, Verifier, leaf_hash};
use std::fs;
use std::path::Path;

#[test]
fn notes_that_somebody_brings() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus/checkpoint");
    for file in fs::read_dir(folder).unwrap() {
        let bytes = fs::read(file.unwrap().path()).unwrap();
        for end in 0..=bytes.len() {
            targets::checkpoint(&bytes[..end]);
        }
    }
}

#[test]
fn a_note_under_the_key_of_the_seeds_is_believed() {
    let checkpoint = Checkpoint {
        origin: "gatebook/fuzz".into(),
        size: 3,
        root: leaf_hash(b"root"),
    };
    let note = targets::signer().sign(&checkpoint).unwrap();
    let verifier = Verifier::new(targets::signer().vkey()).unwrap();
    assert_eq!(verifier.open(note.as_bytes()).unwrap(), checkpoint);
    targets::checkpoint(note.as_bytes());
}
