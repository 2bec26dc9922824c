//! An adaptive binary range coder: what a template's picture of ridges is packed with.
//!
//! The usual construction with a carry: 11-bit probabilities that move by 1/16 with each bit.

const TOP: u32 = 1 << 24;
const RATE: u32 = 4;
const HALF: u16 = 1024;

/// How likely the next bit of each context is to be zero, in 1/2048.
pub(crate) struct Model(Vec<u16>);

impl Model {
    pub fn new(contexts: usize) -> Self {
        Self(vec![HALF; contexts])
    }

    fn bound(&self, context: usize, range: u32) -> u32 {
        (range >> 11) * u32::from(self.0[context])
    }

    fn learn(&mut self, context: usize, bit: bool) {
        let p = &mut self.0[context];
        if bit {
            *p -= *p >> RATE;
        } else {
            *p += (2048 - *p) >> RATE;
        }
    }
}

/// Bits in, bytes out.
pub(crate) struct Encoder {
    low: u64,
    range: u32,
    cache: u8,
    pending: u64,
    out: Vec<u8>,
}

impl Encoder {
    pub fn new() -> Self {
        Self {
            low: 0,
            range: u32::MAX,
            cache: 0,
            pending: 1,
            out: Vec::new(),
        }
    }

    pub fn put(&mut self, model: &mut Model, context: usize, bit: bool) {
        let bound = model.bound(context, self.range);
        if bit {
            self.low += u64::from(bound);
            self.range -= bound;
        } else {
            self.range = bound;
        }
        model.learn(context, bit);
        while self.range < TOP {
            self.range <<= 8;
            self.shift();
        }
    }

    fn shift(&mut self) {
        if self.low < 0xff00_0000 || self.low > 0xffff_ffff {
            let carry = (self.low >> 32) as u8;
            let mut byte = self.cache;
            while self.pending > 0 {
                self.out.push(byte.wrapping_add(carry));
                byte = 0xff;
                self.pending -= 1;
            }
            self.cache = (self.low >> 24) as u8;
        }
        self.pending += 1;
        self.low = (self.low & 0x00ff_ffff) << 8;
    }

    pub fn finish(mut self) -> Vec<u8> {
        for _ in 0..5 {
            self.shift();
        }
        // The first byte is always zero; zeros at the end are what a decoder reads beyond it anyway.
        self.out.remove(0);
        while self.out.last() == Some(&0) {
            self.out.pop();
        }
        self.out
    }
}

/// Bytes in, bits out; beyond the last byte there are zeros, so any bytes decode to something.
pub(crate) struct Decoder<'a> {
    code: u32,
    range: u32,
    rest: std::slice::Iter<'a, u8>,
}

impl<'a> Decoder<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        let mut decoder = Self {
            code: 0,
            range: u32::MAX,
            rest: bytes.iter(),
        };
        for _ in 0..4 {
            decoder.pull();
        }
        decoder
    }

    fn pull(&mut self) {
        let next = self.rest.next().copied().unwrap_or(0);
        self.code = self.code << 8 | u32::from(next);
    }

    pub fn take(&mut self, model: &mut Model, context: usize) -> bool {
        let bound = model.bound(context, self.range);
        let bit = self.code >= bound;
        if bit {
            self.code -= bound;
            self.range -= bound;
        } else {
            self.range = bound;
        }
        model.learn(context, bit);
        while self.range < TOP {
            self.range <<= 8;
            self.pull();
        }
        bit
    }
}
