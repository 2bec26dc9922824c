//! Frames: what is encoded is decoded, whatever pieces it comes in and whatever stands around it.
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "wire/targets.rs"]
mod targets;

use proptest::collection::vec;
use proptest::prelude::*;
use r30x::Command;
use r30x::packet::{Damaged, Decoder, Kind, LONGEST_FRAME, LONGEST_PAYLOAD, Packet};

fn frame(kind: Kind, payload: &[u8]) -> Vec<u8> {
    let packet = Packet {
        address: 0xFFFF_FFFF,
        kind,
        payload,
    };
    let mut frame = [0; LONGEST_FRAME];
    let length = packet.encode(&mut frame).unwrap();
    frame[..length].to_vec()
}

/// Packets and damage found in pieces of a stream.
fn found<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> Vec<Result<(Kind, Vec<u8>), Damaged>> {
    let mut decoder = Decoder::default();
    let mut found = Vec::new();
    for mut piece in pieces {
        while let Some(next) = decoder.next(&mut piece) {
            found.push(next.map(|packet| (packet.kind, packet.payload.to_vec())));
        }
        assert!(piece.is_empty(), "bytes are left over");
    }
    found
}

fn kinds() -> impl Strategy<Value = Kind> {
    prop::sample::select(vec![
        Kind::Command,
        Kind::Data,
        Kind::Answer,
        Kind::LastData,
    ])
}

proptest! {
    #[test]
    fn packets_come_back_whatever_pieces_they_arrive_in(
        packets in vec((kinds(), vec(any::<u8>(), 0..=LONGEST_PAYLOAD)), 1..5),
        size in 1usize..400,
    ) {
        let bytes: Vec<u8> = packets.iter().flat_map(|(kind, payload)| frame(*kind, payload)).collect();
        let expected: Vec<_> = packets.into_iter().map(Ok).collect();
        prop_assert_eq!(found(bytes.chunks(size)), expected);
    }

    #[test]
    fn any_bytes_in_any_pieces_give_the_same_and_never_panic(bytes in vec(any::<u8>(), 0..1500), size in 1usize..64) {
        prop_assert_eq!(found([bytes.as_slice()]), found(bytes.chunks(size)));
    }

    #[test]
    fn a_packet_after_garbage_is_found(
        garbage in vec(prop::sample::select(vec![0xEFu8, 0x01, 0xFF, 0x07, 0x00, 0x03]), 0..300),
        payload in vec(any::<u8>(), 1..20),
    ) {
        let mut bytes = garbage;
        bytes.extend(frame(Kind::Answer, &payload));
        // A false start may claim so many bytes that follow; then it is known to be one.
        bytes.extend([0; LONGEST_FRAME]);
        prop_assert!(found([bytes.as_slice()]).contains(&Ok((Kind::Answer, payload))));
    }

    #[test]
    fn a_changed_byte_never_passes_for_the_packet(
        payload in vec(any::<u8>(), 1..40),
        at in any::<prop::sample::Index>(),
        change in 1u8..,
    ) {
        let mut bytes = frame(Kind::Data, &payload);
        let at = at.index(bytes.len());
        bytes[at] ^= change;
        // The address is not under the checksum; everything else is.
        prop_assume!(!(2..6).contains(&at));
        prop_assert!(!found([bytes.as_slice()]).contains(&Ok((Kind::Data, payload))));
    }

    #[test]
    fn any_payload_is_a_command_or_a_clear_error(payload in vec(any::<u8>(), 0..40)) {
        if let Ok(command) = Command::parse(&payload) {
            prop_assert_eq!(command.code(), payload[0]);
        }
    }

    #[test]
    fn a_driver_survives_any_answers(
        bytes in vec(any::<u8>(), 0..2000),
        answers in vec((kinds(), vec(any::<u8>(), 0..70)), 0..40),
        task in 0usize..8,
    ) {
        let mut line = bytes;
        line.extend(answers.iter().flat_map(|(kind, payload)| frame(*kind, payload)));
        targets::r30x_driver(task, &line);
    }
}

#[test]
fn a_frame_is_as_the_data_sheet_shows_it() {
    let look = frame(Kind::Command, &[0x01]);
    assert_eq!(look, [0xEF, 1, 0xFF, 0xFF, 0xFF, 0xFF, 1, 0, 3, 1, 0, 5]);
    let verify = frame(Kind::Command, &[0x13, 0, 0, 0, 0]);
    assert_eq!(verify[6..], [1, 0, 7, 0x13, 0, 0, 0, 0, 0, 0x1B]);
}

#[test]
fn a_payload_longer_than_a_packet_is_not_encoded() {
    let payload = [0; LONGEST_PAYLOAD + 1];
    let packet = Packet {
        address: 0,
        kind: Kind::Data,
        payload: &payload,
    };
    assert_eq!(packet.encode(&mut [0; LONGEST_FRAME]), None);
}

#[test]
fn a_good_packet_inside_a_damaged_one_is_found() {
    let good = frame(Kind::Answer, &[0]);
    let mut bytes = frame(Kind::Data, &good);
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    assert_eq!(
        found([bytes.as_slice()]),
        [Err(Damaged), Ok((Kind::Answer, vec![0]))]
    );
}

#[test]
fn every_command_comes_back_from_its_bytes() {
    for payload in targets::command_samples() {
        let command = Command::parse(&payload).unwrap();
        let mut bytes = [0; 34];
        let length = command.encode(&mut bytes);
        assert_eq!(&bytes[..length], payload.as_slice());
    }
}

#[test]
fn the_corpus_of_the_fuzzer() {
    let folder =
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus/r30x_packets");
    let files: Vec<_> = std::fs::read_dir(folder).unwrap().collect();
    assert!(files.len() >= 5);
    for file in files {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        for end in 0..=bytes.len() {
            targets::r30x_packets(&bytes[..end]);
        }
    }
}
