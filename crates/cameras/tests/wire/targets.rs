//! What faces a camera's bytes: the fuzz targets of this room.

use cameras::{LARGEST_PICTURE, Parts, matches_in, streams_in};

/// The first byte says how large the pieces are in which the rest arrives.
pub fn mjpeg_parts(bytes: &[u8]) {
    let Some((size, stream)) = bytes.split_first() else {
        return;
    };
    let mut parts = Parts::new("frontier");
    for piece in stream.chunks(usize::from(*size).max(1)) {
        parts.push(piece);
        loop {
            match parts.next_part() {
                Ok(Some(part)) => assert!(part.len() <= LARGEST_PICTURE),
                Ok(None) => break,
                Err(_) => return,
            }
        }
    }
}

/// Answers to a probe and to `GetProfiles`.
pub fn onvif_answers(bytes: &[u8]) {
    for found in matches_in(bytes) {
        assert!(found.service.starts_with("http://"));
    }
    drop(streams_in(bytes));
}
