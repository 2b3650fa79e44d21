//! The filter in front of the literals: a place where none can be is left after one look at a bitmap.
//!
//! Case is folded by setting bit 5 of every byte: one instruction, and what it throws together
//! (`@` and a backquote) the comparison behind the filter takes apart.

use std::array;

const FOLD: u32 = 0x2020_2020;
// Places that are looked at at once: those at every fourth byte take a block.
const PLACES: usize = 8;
const BLOCK: usize = 4 * PLACES;
// Knuth's multiplicative hashing: the upper bits are mixed best.
const MIX: u32 = 0x9e37_79b1;
// Bytes of a literal that are looked at before it is fetched.
const HEAD: usize = 8;
const WORD: usize = u64::BITS as usize;

/// One gram of a literal.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Gram {
    /// Its bytes, folded, the first one lowest.
    key: u32,
    /// Which literal.
    pub(crate) literal: u32,
    /// Where in the literal it starts.
    pub(crate) at: u32,
    /// Bits of `head` behind the end of the literal.
    unused: u32,
    /// The first bytes of the literal, folded, the first one lowest: most places where the gram is and the
    /// literal is not are left here, before the literal is fetched.
    head: u64,
}

/// Grams of `LENGTH` bytes, 3 or 4, behind a bitmap of a size that fits their number: a small one stays in
/// the first cache, a large one lets less through by chance.
#[derive(Debug)]
pub(crate) enum Filter<const LENGTH: usize> {
    /// 8 KiB.
    Small(Grams<LENGTH, 1024>),
    /// 64 KiB.
    Middle(Grams<LENGTH, 8192>),
    /// 512 KiB.
    Large(Grams<LENGTH, 65_536>),
}

impl<const LENGTH: usize> Filter<LENGTH> {
    pub(crate) fn new(grams: Vec<Gram>) -> Self {
        // One place in 64 is taken at most, but for sets of the largest size.
        match grams.len() {
            0..=1024 => Self::Small(Grams::new(grams)),
            1025..=8192 => Self::Middle(Grams::new(grams)),
            _ => Self::Large(Grams::new(grams)),
        }
    }

    /// Calls `found` with the grams at every place `start + n * STRIDE`, and the place.
    pub(crate) fn search<const STRIDE: usize>(
        &self,
        bytes: &[u8],
        start: usize,
        found: &mut impl FnMut(&Gram, usize),
    ) {
        match self {
            Self::Small(grams) => grams.search::<STRIDE>(bytes, start, found),
            Self::Middle(grams) => grams.search::<STRIDE>(bytes, start, found),
            Self::Large(grams) => grams.search::<STRIDE>(bytes, start, found),
        }
    }
}

/// Grams and a bitmap of `WORDS` words, a power of two: a size that the compiler knows costs no check of
/// bounds.
#[derive(Debug)]
pub(crate) struct Grams<const LENGTH: usize, const WORDS: usize> {
    bitmap: Box<[u64; WORDS]>,
    /// The grams of bucket n are `heads[n]..heads[n + 1]`.
    heads: Box<[u32]>,
    heads_shift: u32,
    grams: Box<[Gram]>,
}

impl Gram {
    /// The gram that starts at `at`, if so many bytes are there.
    pub(crate) fn of<const LENGTH: usize>(text: &[u8], literal: u32, at: usize) -> Option<Self> {
        let bytes = text.get(at..)?.first_chunk::<LENGTH>()?;
        let mut head = [0; HEAD];
        for (slot, byte) in head.iter_mut().zip(text) {
            *slot = *byte;
        }
        Some(Self {
            key: key(bytes),
            literal,
            at: u32::try_from(at).ok()?,
            unused: u64::BITS - u8::BITS * u32::try_from(text.len().min(HEAD)).ok()?,
            head: folded(head),
        })
    }

    /// Another gram of the same literal.
    pub(crate) fn with(self, bytes: &[u8], at: u32) -> Self {
        Self {
            key: key(bytes),
            at,
            ..self
        }
    }

    /// Whether its literal may start there: certain only when not.
    #[inline]
    pub(crate) fn may_start(&self, bytes: &[u8], start: usize) -> bool {
        let head = bytes.get(start..).and_then(<[u8]>::first_chunk);
        head.is_none_or(|head| (folded(*head) ^ self.head) << self.unused == 0)
    }
}

fn folded(head: [u8; HEAD]) -> u64 {
    u64::from_le_bytes(head.map(|byte| byte | 0x20))
}

/// Both texts that the filter takes for this one: spaces are zeros to it, which binary files are full of.
pub(crate) fn folds(text: &[u8]) -> [Vec<u8>; 2] {
    let fold = |text: &[u8], fold: fn(&u8) -> u8| text.iter().map(fold).collect();
    [
        fold(text, |byte| byte | 0x20),
        fold(text, |byte| byte & !0x20),
    ]
}

// What is missing is 0.
fn key(bytes: &[u8]) -> u32 {
    let mut key = [0; 4];
    for (slot, byte) in key.iter_mut().zip(bytes) {
        *slot = byte | 0x20;
    }
    u32::from_le_bytes(key)
}

fn hash(key: u32) -> u32 {
    key.wrapping_mul(MIX)
}

fn place(hash: u32, shift: u32) -> usize {
    hash.wrapping_shr(shift) as usize
}

// The shift that leaves as many bits as `count` places need.
fn shift(count: usize) -> u32 {
    u32::BITS - count.next_power_of_two().trailing_zeros()
}

impl<const LENGTH: usize, const WORDS: usize> Grams<LENGTH, WORDS> {
    const MASK: u32 = u32::MAX >> (u32::BITS - 8 * LENGTH as u32);
    const SHIFT: u32 = u32::BITS - (WORDS * WORD).trailing_zeros();

    fn new(mut grams: Vec<Gram>) -> Self {
        let mut bitmap = Box::new([0_u64; WORDS]);
        for gram in &grams {
            let bit = place(hash(gram.key), Self::SHIFT);
            if let Some(word) = bitmap.get_mut(bit / WORD) {
                *word |= 1 << (bit % WORD);
            }
        }
        let buckets = (grams.len() * 2).next_power_of_two().max(2);
        let heads_shift = shift(buckets);
        grams.sort_by_key(|gram| (place(hash(gram.key), heads_shift), gram.key));
        let mut heads = Vec::with_capacity(buckets + 1);
        for bucket in 0..=buckets {
            let head = grams.partition_point(|g| place(hash(g.key), heads_shift) < bucket);
            heads.push(u32::try_from(head).unwrap_or(u32::MAX));
        }
        Self {
            bitmap,
            heads: heads.into_boxed_slice(),
            heads_shift,
            grams: grams.into_boxed_slice(),
        }
    }

    // Behind the end of the bytes there are zeros.
    #[inline]
    fn starting(&self, bytes: &[u8]) -> impl Iterator<Item = &Gram> {
        let mut first = [0; LENGTH];
        match bytes.first_chunk() {
            Some(all) => first = *all,
            None => first
                .iter_mut()
                .zip(bytes)
                .for_each(|(to, from)| *to = *from),
        }
        let key = key(&first);
        let bucket = place(hash(key), self.heads_shift);
        let head = |bucket: usize| self.heads.get(bucket).map_or(0, |head| *head as usize);
        let grams = self.grams.get(head(bucket)..head(bucket + 1));
        let grams = grams.unwrap_or_default().iter();
        grams.filter(move |gram| gram.key == key)
    }

    fn search<const STRIDE: usize>(
        &self,
        bytes: &[u8],
        start: usize,
        found: &mut impl FnMut(&Gram, usize),
    ) {
        if self.grams.is_empty() {
            return;
        }
        let mut at = start;
        while let Some(block) = bytes.get(at..).and_then(<[u8]>::first_chunk) {
            let fours = fours::<STRIDE>(block);
            let mut places = if self.any(fours) {
                self.which(fours)
            } else {
                0
            };
            while places != 0 {
                let place = at + places.trailing_zeros() as usize * STRIDE;
                self.give(bytes, place, found);
                places &= places - 1;
            }
            at += PLACES * STRIDE;
        }
        for place in (at..bytes.len()).step_by(STRIDE) {
            self.give(bytes, place, found);
        }
    }

    #[inline]
    fn give(&self, bytes: &[u8], place: usize, found: &mut impl FnMut(&Gram, usize)) {
        for gram in self.starting(bytes.get(place..).unwrap_or_default()) {
            found(gram, place);
        }
    }

    /// Whether at any of the places a gram may start. This is asked of every block, and costs less than to
    /// ask which of them.
    #[inline]
    fn any(&self, fours: [u32; PLACES]) -> bool {
        let all = fours.iter().fold(0, |all, four| all | self.look(*four));
        all & 1 != 0
    }

    /// Bit n: at place n a gram may start.
    #[inline]
    fn which(&self, fours: [u32; PLACES]) -> u32 {
        let places = (0..).zip(fours);
        places.fold(0, |all, (n, four)| all | (self.look(four) as u32 & 1) << n)
    }

    /// The lowest bit: a gram may start with these bytes.
    #[inline]
    fn look(&self, bytes: u32) -> u64 {
        let bit = place(hash((bytes | FOLD) & Self::MASK), Self::SHIFT);
        let word = self.bitmap.get(bit / WORD).copied().unwrap_or(0);
        word >> (bit % WORD)
    }
}

/// The four bytes at every place of a block.
#[inline]
fn fours<const STRIDE: usize>(block: &[u8; BLOCK]) -> [u32; PLACES] {
    array::from_fn(|n| {
        let four = block.get(n * STRIDE..).and_then(<[u8]>::first_chunk);
        four.map_or(0, |four| u32::from_le_bytes(*four))
    })
}
