//! Checkpoints: what a log vouches for, as C2SP `tlog-checkpoint` inside a C2SP `signed-note`.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::SigningKey;
use signed_note::{Note, Signer as _, StandardSigner, StandardVerifier, VerifierList};

use crate::{Error, Hash};

/// Signature type of Ed25519 in a note key.
const ED25519: u8 = 1;

/// The head of a log at one size.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// Name of the log, such as `example.org/gatebook`: one line, neither spaces nor `+`, and
    /// the name of the key that signs.
    pub origin: String,
    /// Number of leaves.
    pub size: u64,
    /// Root of the tree at that size.
    pub root: Hash,
}

impl Checkpoint {
    /// The text that is signed: origin, size and root on a line each.
    #[must_use]
    pub fn to_text(&self) -> String {
        let root = STANDARD.encode(self.root);
        format!("{}\n{}\n{root}\n", self.origin, self.size)
    }

    /// Reads the text of a note. Extension lines, which we never write, are allowed and left out.
    fn parse(text: &str) -> Result<Self, Error> {
        let body = text
            .strip_suffix('\n')
            .ok_or(Error::Checkpoint("the last line has no end"))?;
        let mut lines = body.split('\n');
        let mut next = || lines.next().filter(|line| !line.is_empty());
        let origin = next().ok_or(Error::Checkpoint("no origin"))?.to_owned();
        let size = next().and_then(parse_size);
        let size = size.ok_or(Error::Checkpoint("the size is not a number"))?;
        let root = next().and_then(parse_root);
        let root = root.ok_or(Error::Checkpoint("the root is not a hash"))?;
        if lines.any(str::is_empty) {
            return Err(Error::Checkpoint("an empty extension line"));
        }
        Ok(Self { origin, size, root })
    }
}

/// Decimal without sign or leading zeroes: each size has one spelling.
fn parse_size(line: &str) -> Option<u64> {
    let size: u64 = line.parse().ok()?;
    (size.to_string() == line).then_some(size)
}

fn parse_root(line: &str) -> Option<Hash> {
    let bytes = STANDARD.decode(line).ok()?;
    Hash::try_from(bytes.as_slice()).ok()
}

/// The key a log signs its checkpoints with.
pub struct Signer {
    key: StandardSigner,
    vkey: String,
}

impl Signer {
    /// The signer of the log named `origin`, from an Ed25519 seed that the caller drew at random
    /// and keeps secret.
    ///
    /// # Errors
    /// [`Error::Key`] if the name is empty or has a space or `+` in it.
    pub fn from_seed(origin: &str, seed: &[u8; 32]) -> Result<Self, Error> {
        let public = SigningKey::from_bytes(seed).verifying_key();
        let vkey = signed_note::new_ed25519_verifier_key(origin, &public);
        let id = signed_note::key_id(origin, &with_type(public.as_bytes()));
        let secret = STANDARD.encode(with_type(seed));
        let skey = format!("PRIVATE+KEY+{origin}+{id:08x}+{secret}");
        let key = StandardSigner::new(&skey).map_err(|e| Error::Key(e.to_string()))?;
        Ok(Self { key, vkey })
    }

    /// The text of the public key, `<name>+<id>+<key>`, to hand to whoever verifies.
    #[must_use]
    pub fn vkey(&self) -> &str {
        &self.vkey
    }

    /// Signs a checkpoint. The caller signs only what it has committed.
    ///
    /// # Errors
    /// [`Error::Origin`] if the checkpoint is of another log.
    pub fn sign(&self, checkpoint: &Checkpoint) -> Result<String, Error> {
        same_origin(self.key.name(), checkpoint)?;
        let text = checkpoint.to_text();
        let mut note = Note::new(text.as_bytes(), &[]).map_err(note_error)?;
        note.add_sigs(&[&self.key]).map_err(note_error)?;
        String::from_utf8(note.to_bytes()).map_err(|e| Error::Note(e.to_string()))
    }
}

impl std::fmt::Debug for Signer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Signer").field(&self.vkey).finish()
    }
}

/// The public key of a log.
#[derive(Clone)]
pub struct Verifier {
    vkey: String,
    key: StandardVerifier,
}

impl std::fmt::Debug for Verifier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Verifier").field(&self.vkey).finish()
    }
}

impl Verifier {
    /// Reads a public key text, see [`Signer::vkey`].
    ///
    /// # Errors
    /// [`Error::Key`] if it is malformed, its id does not fit, or it is no Ed25519 key.
    pub fn new(vkey: &str) -> Result<Self, Error> {
        let key = StandardVerifier::new(vkey).map_err(|e| Error::Key(e.to_string()))?;
        let vkey = vkey.to_owned();
        Ok(Self { vkey, key })
    }

    /// Name of the log this key belongs to.
    #[must_use]
    pub fn origin(&self) -> &str {
        signed_note::Verifier::name(&self.key)
    }

    /// The text this key was read from.
    #[must_use]
    pub fn vkey(&self) -> &str {
        &self.vkey
    }

    /// Reads a signed checkpoint. Signatures by other keys, such as those of witnesses, are
    /// passed over.
    ///
    /// # Errors
    /// [`Error::Note`] if the note is malformed or this key did not sign it,
    /// [`Error::Checkpoint`] if what is signed is no checkpoint, [`Error::Origin`] if it is one of
    /// another log.
    pub fn open(&self, note: &[u8]) -> Result<Checkpoint, Error> {
        let note = Note::from_bytes(note).map_err(note_error)?;
        let known = VerifierList::new(vec![Box::new(self.key.clone())]);
        note.verify(&known).map_err(note_error)?;
        let text = std::str::from_utf8(note.text()).map_err(|e| Error::Note(e.to_string()))?;
        let checkpoint = Checkpoint::parse(text)?;
        same_origin(self.origin(), &checkpoint)?;
        Ok(checkpoint)
    }
}

fn with_type(key: &[u8; 32]) -> Vec<u8> {
    [&[ED25519], key.as_slice()].concat()
}

fn same_origin(wanted: &str, checkpoint: &Checkpoint) -> Result<(), Error> {
    if checkpoint.origin == wanted {
        return Ok(());
    }
    Err(Error::Origin {
        wanted: wanted.to_owned(),
        found: checkpoint.origin.clone(),
    })
}

fn note_error(error: signed_note::NoteError) -> Error {
    Error::Note(error.to_string())
}
