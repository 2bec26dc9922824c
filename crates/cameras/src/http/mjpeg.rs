//! The parts of `multipart/x-mixed-replace`, as cameras write them.
//!
//! Cameras are careless: the boundary's leading dashes are there once, twice or not at all, lines end in
//! LF alone, `Content-Length` is missing. What counts is the boundary without its dashes, at the
//! beginning of a line. Nothing is kept beyond the largest picture, however the bytes come.

use crate::frame::LARGEST_PICTURE;
use bytes::{Bytes, BytesMut};
use memchr::memmem;

/// Longest head of a part, and the most that is skipped before one, in bytes.
const LONGEST_HEAD: usize = 8 * 1024;

/// Why a stream is not followed further.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum BadPart {
    /// A part is larger than is taken, or never ends.
    #[error("a picture that is too large or never ends")]
    TooLarge,
    /// The head of a part never ends, or none comes.
    #[error("no beginning of a picture where one belongs")]
    NoHead,
    /// `Content-Length` is no number.
    #[error("a length that is no number")]
    NoLength,
    /// After as many bytes as were announced no new part begins.
    #[error("a picture of another length than announced")]
    WrongLength,
}

/// Takes a stream apart, in pieces of any size.
#[derive(Clone, Debug)]
pub struct Parts {
    boundary: Vec<u8>,
    kept: BytesMut,
    state: State,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum State {
    /// Before the first boundary: whatever comes is skipped.
    Start,
    /// After a part of announced length: nothing but the end of a line and the boundary may come.
    Between,
    /// Within the head of a part.
    Head,
    /// Within a part, of announced length or up to the next boundary.
    Body(Option<usize>),
}

impl Parts {
    /// Parts between `boundary`s, as the stream's `Content-Type` names it.
    #[must_use]
    pub fn new(boundary: &str) -> Self {
        Self {
            boundary: boundary.trim_matches('-').as_bytes().to_vec(),
            kept: BytesMut::new(),
            state: State::Start,
        }
    }

    /// Takes in the next bytes of the stream, which are to be few: what a read gave.
    pub fn push(&mut self, bytes: &[u8]) {
        self.kept.extend_from_slice(bytes);
    }

    /// Bytes that are kept now.
    #[must_use]
    pub fn kept(&self) -> usize {
        self.kept.len()
    }

    /// The next complete part, if its bytes are there.
    ///
    /// # Errors
    /// [`BadPart`]: the stream cannot be followed further.
    pub fn next_part(&mut self) -> Result<Option<Bytes>, BadPart> {
        loop {
            let moved = match self.state {
                State::Start => self.skip_to_boundary()?,
                State::Between => self.expect_boundary()?,
                State::Head => self.read_head()?,
                State::Body(length) => match self.read_body(length)? {
                    Some(part) if part.is_empty() => true,
                    Some(part) => return Ok(Some(part)),
                    None => false,
                },
            };
            if !moved {
                return Ok(None);
            }
        }
    }

    fn skip_to_boundary(&mut self) -> Result<bool, BadPart> {
        let Some((_, end)) = self.boundary_from(0) else {
            return self.wait(LONGEST_HEAD, BadPart::NoHead);
        };
        self.begin_head(end);
        Ok(true)
    }

    fn expect_boundary(&mut self) -> Result<bool, BadPart> {
        let blank = self
            .kept
            .iter()
            .take_while(|byte| b"\r\n".contains(byte))
            .count();
        match self.boundary_from(0) {
            Some((start, end)) if start <= blank => {
                self.begin_head(end);
                Ok(true)
            }
            Some(_) => Err(BadPart::WrongLength),
            None if self.kept.len() > blank + self.boundary.len() + 8 => Err(BadPart::WrongLength),
            None => Ok(false),
        }
    }

    fn begin_head(&mut self, end: usize) {
        let _ = self.kept.split_to(end);
        self.state = State::Head;
    }

    fn read_head(&mut self) -> Result<bool, BadPart> {
        // The rest of the boundary's line counts as the head's first: a head without lines is one, too.
        let Some((length, end)) = head_end(&self.kept) else {
            return self.wait(LONGEST_HEAD, BadPart::NoHead);
        };
        if length > LONGEST_HEAD {
            return Err(BadPart::NoHead);
        }
        let announced = announced(&self.kept[..length])?;
        if announced.is_some_and(|length| length > LARGEST_PICTURE) {
            return Err(BadPart::TooLarge);
        }
        let _ = self.kept.split_to(end);
        self.state = State::Body(announced);
        Ok(true)
    }

    fn read_body(&mut self, announced: Option<usize>) -> Result<Option<Bytes>, BadPart> {
        if let Some(length) = announced {
            if self.kept.len() < length {
                return Ok(None);
            }
            let part = self.kept.split_to(length).freeze();
            self.state = State::Between;
            return Ok(Some(part));
        }
        let Some((start, end)) = self.boundary_from(0) else {
            self.wait(LARGEST_PICTURE, BadPart::TooLarge)?;
            return Ok(None);
        };
        if start > LARGEST_PICTURE {
            return Err(BadPart::TooLarge);
        }
        let part = self.kept.split_to(start).freeze();
        self.begin_head(end - start);
        Ok(Some(part))
    }

    /// `false`: more bytes are waited for, unless there are too many already.
    fn wait(&self, most: usize, otherwise: BadPart) -> Result<bool, BadPart> {
        if self.kept.len() > most + self.boundary.len() + 8 {
            return Err(otherwise);
        }
        Ok(false)
    }

    /// Where the next line that is a boundary begins, with the end of the line before it, and where the
    /// boundary ends.
    fn boundary_from(&self, from: usize) -> Option<(usize, usize)> {
        let finder = memmem::Finder::new(&self.boundary);
        for found in finder.find_iter(&self.kept[from..]) {
            let at = from + found;
            let dashes = self.kept[..at]
                .iter()
                .rev()
                .take_while(|byte| **byte == b'-')
                .count();
            let line = at - dashes;
            let begins_a_line = line == 0 || self.kept[line - 1] == b'\n';
            if dashes >= 2 && begins_a_line {
                let before = &self.kept[..line];
                let before = before.strip_suffix(b"\n").unwrap_or(before);
                let before = before.strip_suffix(b"\r").unwrap_or(before);
                return Some((before.len(), at + self.boundary.len()));
            }
        }
        None
    }
}

/// How long a head is, and where what follows it begins.
fn head_end(bytes: &[u8]) -> Option<(usize, usize)> {
    let mut from = 0;
    while let Some(found) = memchr::memchr(b'\n', &bytes[from..]) {
        let after = from + found + 1;
        match bytes.get(after..)? {
            [b'\n', ..] => return Some((after, after + 1)),
            [b'\r', b'\n', ..] => return Some((after, after + 2)),
            _ => from = after,
        }
    }
    None
}

fn announced(head: &[u8]) -> Result<Option<usize>, BadPart> {
    let lines = head.split(|byte| *byte == b'\n');
    let mut length = None;
    for line in lines {
        let mut halves = line.splitn(2, |byte| *byte == b':');
        let (Some(name), Some(value)) = (halves.next(), halves.next()) else {
            continue;
        };
        if name.trim_ascii().eq_ignore_ascii_case(b"content-length") {
            let value = std::str::from_utf8(value.trim_ascii()).map_err(|_| BadPart::NoLength)?;
            length = Some(value.parse().map_err(|_| BadPart::NoLength)?);
        }
    }
    Ok(length)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn all(parts: &mut Parts) -> Result<Vec<Bytes>, BadPart> {
        std::iter::from_fn(|| parts.next_part().transpose()).collect()
    }

    fn taken_apart(boundary: &str, stream: &[u8]) -> Result<Vec<Bytes>, BadPart> {
        let mut parts = Parts::new(boundary);
        parts.push(stream);
        all(&mut parts)
    }

    #[test]
    fn the_stream_of_a_camera_board_is_taken_apart() {
        let stream = b"\r\n--123\r\nContent-Type: image/jpeg\r\nContent-Length: 4\r\n\r\nab\r\n\
            \r\n--123\r\nContent-Type: image/jpeg\r\nContent-Length: 2\r\n\r\ncd";
        assert_eq!(taken_apart("123", stream).unwrap(), ["ab\r\n", "cd"]);
    }

    #[test]
    fn a_part_without_length_ends_at_the_next_boundary_however_its_dashes_are_written() {
        for (named, written) in [("b", "--b"), ("--b", "--b"), ("--b", "----b")] {
            let stream = format!(
                "{written}\nContent-Type: image/jpeg\n\nfirst\n{written}\n\nsecond\r\n{written}--"
            );
            assert_eq!(
                taken_apart(named, stream.as_bytes()).unwrap(),
                ["first", "second"],
                "{written}"
            );
        }
    }

    #[test]
    fn the_boundary_within_a_picture_does_not_end_it_unless_it_begins_a_line() {
        let stream = b"--b\r\n\r\nx--b y b\r\n--b\r\n\r\n";
        assert_eq!(taken_apart("b", stream).unwrap(), ["x--b y b"]);
    }

    #[test]
    fn a_stream_that_lies_about_a_length_is_refused() {
        let shorter = b"--b\r\nContent-Length: 3\r\n\r\nabcdef\r\n--b\r\n";
        assert_eq!(taken_apart("b", shorter).unwrap_err(), BadPart::WrongLength);
        let longer = b"--b\r\nContent-Length: 9\r\n\r\nabc\r\n--b\r\nContent-Length: 3\r\n\r\nabc\r\n--b\r\n";
        assert_eq!(taken_apart("b", longer).unwrap_err(), BadPart::WrongLength);
        for length in ["-1", "x", "99999999999999999999", ""] {
            let stream = format!("--b\r\nContent-Length: {length}\r\n\r\nabc");
            assert_eq!(taken_apart("b", stream.as_bytes()), Err(BadPart::NoLength));
        }
        let huge = b"--b\r\nContent-Length: 1000000000\r\n\r\n";
        assert_eq!(taken_apart("b", huge), Err(BadPart::TooLarge));
    }

    #[test]
    fn a_gigabyte_without_end_is_refused_with_little_kept() {
        for beginning in ["--b\r\n\r\n", "--b\r\nX: ", ""] {
            let mut parts = Parts::new("b");
            parts.push(beginning.as_bytes());
            let piece = [b'x'; 64 * 1024];
            let mut pushed = 0_usize;
            let refused = loop {
                match parts.next_part() {
                    Ok(_) => parts.push(&piece),
                    Err(refused) => break refused,
                }
                pushed += piece.len();
                assert!(parts.kept() <= LARGEST_PICTURE + 2 * piece.len());
                assert!(pushed < 1 << 30, "never refused");
            };
            assert_ne!(refused, BadPart::WrongLength);
        }
    }

    proptest! {
        #[test]
        fn pieces_of_any_size_give_the_same_pictures(
            pictures in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 1..200), 1..6),
            announced: bool,
            size in 1..50_usize,
        ) {
            let mut stream = Vec::new();
            for picture in &pictures {
                stream.extend(b"\r\n--frontier\r\n");
                if announced {
                    stream.extend(format!("Content-Length: {}\r\n", picture.len()).bytes());
                }
                stream.extend(b"\r\n");
                stream.extend(picture);
            }
            stream.extend(b"\r\n--frontier\r\n");
            let mut parts = Parts::new("frontier");
            let mut found = Vec::new();
            for piece in stream.chunks(size) {
                parts.push(piece);
                found.extend(all(&mut parts).unwrap());
            }
            prop_assert_eq!(found, pictures);
        }

        #[test]
        fn whatever_comes_is_taken_apart_or_refused(bytes: Vec<u8>, size in 1..40_usize) {
            let mut parts = Parts::new("b");
            for piece in bytes.chunks(size) {
                parts.push(piece);
                if all(&mut parts).is_err() {
                    break;
                }
            }
        }
    }
}
