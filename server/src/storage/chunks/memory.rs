use std::collections::BTreeMap;

use super::{ChunkStore, Info, Name, Order, Stored, Visitor};
use crate::model::GroupId;
use crate::storage::StoreError;

/// Chunks in memory.
#[derive(Clone, Debug, Default)]
pub struct MemoryChunks {
    chunks: BTreeMap<Name, Stored>,
}

impl ChunkStore for MemoryChunks {
    fn put(&mut self, chunks: &[Stored]) -> Result<(), StoreError> {
        for chunk in chunks {
            let kept = self.chunks.get(&chunk.info.name);
            if kept.is_none_or(|kept| kept.info.revision < chunk.info.revision) {
                self.chunks.insert(chunk.info.name, chunk.clone());
            }
        }
        Ok(())
    }

    fn range(
        &self,
        group: GroupId,
        part: u16,
        (from, till): (i64, i64),
        order: Order,
        visit: Visitor<'_>,
    ) -> Result<(), StoreError> {
        if from > till {
            return Ok(());
        }
        let name = |first_at| Name { group, part, first_at };
        let before = self.chunks.range(name(i64::MIN)..=name(from)).next_back();
        let first = before.map_or(name(from), |(name, _)| *name);
        let mut chunks = self.chunks.range(first..=name(till)).map(|(_, chunk)| chunk);
        let mut next = || if order == Order::Ascending { chunks.next() } else { chunks.next_back() };
        while let Some(chunk) = next() {
            if visit(&chunk.info, &chunk.data).is_break() {
                break;
            }
        }
        Ok(())
    }

    fn drop_before(&mut self, before: i64) -> Result<usize, StoreError> {
        let count = self.chunks.len();
        self.chunks.retain(|_, chunk| chunk.info.last_at >= before);
        Ok(count - self.chunks.len())
    }

    fn list(&self, group: GroupId) -> Result<Vec<Info>, StoreError> {
        Ok(self.chunks.values().map(|chunk| chunk.info).filter(|info| info.name.group == group).collect())
    }
}
