//! Every picture of a press in `fuzz/corpus/finger_image`, whole and cut off: an answer, whatever the bytes.
#![allow(clippy::unwrap_used)]

#[path = "wire/targets.rs"]
#[allow(dead_code)]
mod targets;

use fingerprint::GreyImage;
use proptest::prelude::*;
use std::fs;
use std::path::Path;

/// Each file of the corpus, with its name.
fn corpus() -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus/finger_image");
    let files = fs::read_dir(folder).unwrap().map(|file| file.unwrap());
    let read = |file: fs::DirEntry| {
        let name = file.file_name().into_string().unwrap();
        (name, fs::read(file.path()).unwrap())
    };
    files.map(read).collect()
}

#[test]
fn pictures_of_the_corpus_are_read_or_refused_as_their_names_say() {
    for (name, bytes) in corpus() {
        targets::image(&bytes);
        let read = GreyImage::from_file(&bytes, 500);
        assert_eq!(read.is_ok(), !name.starts_with("bad"), "{name}: {read:?}");
    }
}

#[test]
fn pictures_that_are_cut_off_are_answered() {
    for (_, bytes) in corpus() {
        // Every length of the head, where formats say what follows, and some of the rest.
        let head = 0..bytes.len().min(300);
        for end in head.chain((300..bytes.len()).step_by(61)) {
            targets::image(&bytes[..end]);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn pictures_with_a_few_wrong_bytes_are_answered(
        file in any::<prop::sample::Index>(),
        wrong in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
    ) {
        let corpus = corpus();
        let mut bytes = file.get(&corpus).1.clone();
        prop_assume!(!bytes.is_empty());
        for (at, byte) in wrong {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        targets::image(&bytes);
    }
}
