//! Models that a site brings.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use common::{engine, frame};
use std::path::Path;
use vision::models::{Card, Model};
use vision::{Engine, Setup, VisionError, threshold};

const YUNET: &str = include_str!("../../../docs/models/yunet.toml");

#[test]
fn the_shipped_card_is_read() {
    let card = Card::read(YUNET).unwrap();
    assert_eq!(card.name, "yunet");
}

#[test]
fn another_file_than_the_cards_is_refused() {
    let refused = Model::new(Card::read(YUNET).unwrap(), b"another file".to_vec());
    assert!(matches!(refused, Err(VisionError::Model(why)) if why.contains("SHA-256")));
}

/// Names the folder with the file of the card; without it the test is skipped, for weights are not kept here.
fn yunet() -> Option<Model> {
    let Some(folder) = std::env::var_os("GATEBOOK_MODELS") else {
        println!("SKIPPED: GATEBOOK_MODELS names no folder with yunet.onnx");
        return None;
    };
    let file = std::fs::read(Path::new(&folder).join("yunet.onnx")).unwrap();
    Some(Model::new(Card::read(YUNET).unwrap(), file).unwrap())
}

#[test]
fn the_pipeline_works_with_another_detector() {
    let Some(model) = yunet() else {
        return;
    };
    let setup = Setup {
        detector: Some(model),
        ..Setup::default()
    };
    let other = Engine::of(&setup).unwrap();
    for (name, people) in [("sample1.jpg", 3), ("sample3.jpg", 3), ("sample6.jpg", 4)] {
        let photograph = frame(name);
        let ours = engine().analyse(&photograph).unwrap();
        let theirs = other.analyse(&photograph).unwrap();
        assert_eq!(theirs.len(), people, "{name}");
        for face in &theirs {
            let best = ours
                .iter()
                .map(|own| {
                    (
                        own.template.cosine(&face.template),
                        own.bounds.overlap(&face.bounds),
                    )
                })
                .max_by(|a, b| a.0.total_cmp(&b.0))
                .unwrap();
            println!("{name}: cosine {:.4}, overlap {:.2}", best.0, best.1);
            assert!(best.0 >= threshold::verification(1), "{name}: {best:?}");
            assert!(best.1 > 0.5, "{name}: {best:?}");
        }
    }
    println!("{}", vision::models::self_test(&other).unwrap());
}

#[test]
fn the_embedded_models_pass_the_self_test() {
    println!("{}", vision::models::self_test(engine()).unwrap());
}
