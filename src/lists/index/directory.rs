//! Which beginnings a group of plates has, as a bit for each possible one: made when a
//! big list is opened, so that a beginning is found, or known to be absent, in one look.

use super::packed::{BASE, Group, PREFIX};

/// Groups of fewer beginnings are searched in order: the directory has half a megabyte.
const WORTH_IT: usize = 4096;

/// Possible beginnings.
const POSSIBLE: usize = BASE.pow(PREFIX as u32) as usize;

/// Thirty-two beginnings: a bit for each, and how many lie before them.
#[derive(Clone, Copy, Default)]
struct Block {
    bits: u32,
    before: u32,
}

/// The beginnings of a group.
pub(super) struct Directory {
    blocks: Vec<Block>,
}

impl Directory {
    /// The directory of a group; `None` for one that needs none.
    pub(super) fn new(group: &Group<'_>) -> Option<Self> {
        if group.prefixes() < WORTH_IT {
            return None;
        }
        let mut blocks = vec![Block::default(); POSSIBLE / 32 + 1];
        let mut last = None;
        for at in 0..group.prefixes() {
            let prefix = group.prefix(at);
            // What is out of order is damaged, and then searched in order.
            if last.replace(prefix).is_some_and(|last| last >= prefix) {
                return None;
            }
            blocks.get_mut(prefix as usize / 32)?.bits |= 1 << (prefix % 32);
        }
        let mut before = 0;
        for block in &mut blocks {
            block.before = before;
            before += block.bits.count_ones();
        }
        Some(Self { blocks })
    }

    /// The place of a beginning.
    pub(super) fn find(&self, prefix: u64) -> Option<usize> {
        let block = self.blocks.get(prefix as usize / 32)?;
        let bit = 1 << (prefix % 32);
        (block.bits & bit != 0)
            .then(|| (block.before + (block.bits & (bit - 1)).count_ones()) as usize)
    }
}
