//! The map of the pages as a value.

/// How much of the file was looked at for a map.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// Every page.
    Whole,
    /// The inner pages alone, because the file is large: they name their leaves. How full a leaf is
    /// is not known then, nor which pages overflow from it.
    InnerPages,
}

/// What a tree of the map is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TreeKind {
    /// A table's b-tree, in rowid order or, `WITHOUT ROWID`, in key order.
    Table,
    /// An index's b-tree.
    Index,
    /// Pages that are free for use.
    Freelist,
    /// Pages of an auto-vacuum database that name the parent of every other page.
    PointerMap,
    /// The one page at the first gigabyte that is never used, for locks lie on its bytes.
    LockByte,
    /// Pages that were not reached from any of the others.
    NotReached,
}

/// A b-tree, or what else pages are used for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageTree {
    /// The name of the table or index; empty for what is no b-tree.
    pub name: String,
    /// The table it belongs to; empty for what is no b-tree.
    pub table: String,
    /// What it is.
    pub kind: TreeKind,
    /// Its root page, or 0.
    pub root: u32,
    /// Where its pages begin in the order of keys.
    pub(super) first: usize,
    /// Its pages.
    pub pages: u32,
    /// Inner pages.
    pub inner: u32,
    /// Leaf pages; a root that has no children is one.
    pub leaves: u32,
    /// Overflow pages.
    pub overflow: u32,
    /// Levels from the root to the leaves.
    pub depth: u32,
    /// Bytes that nothing is stored in, on those pages of which it is known.
    pub unused_bytes: u64,
    /// Pages of which it is known.
    pub filled_known: u32,
}

/// What a page is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PageKind {
    /// Has children.
    Inner,
    /// Has rows or keys alone.
    Leaf,
    /// Holds the end of a row or key that is too long for its page.
    Overflow,
    /// Lists free pages.
    FreelistTrunk,
    /// Is free.
    FreelistLeaf,
    /// Names the parents of the pages behind it.
    PointerMap,
    /// Lies under the locks.
    LockByte,
    /// Is none of a b-tree, where one should be.
    Damaged,
    /// Was not reached.
    NotReached,
}

/// What is known of one page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageFacts {
    /// The index of its tree in [`PageMap::trees`].
    pub tree: u32,
    /// The page above it, or 0. Of an overflow page: the page its row or key begins on.
    pub parent: u32,
    /// What it is.
    pub kind: PageKind,
    /// Pages between it and the root of its tree; 0 for the root.
    pub level: u8,
    /// How full it is in percent, where that is known.
    pub fill_percent: Option<u8>,
}

/// What every page of a file is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageMap {
    /// In bytes.
    pub page_size: u32,
    /// How much was looked at.
    pub extent: Extent,
    /// True if a page is claimed twice, or lies outside the file: the file is damaged.
    pub damaged: bool,
    /// Tables, indexes and what else pages are used for. Those that are no b-tree stand last.
    pub trees: Vec<PageTree>,
    pub(super) pages: Vec<PageFacts>,
    /// Pages of one tree after another, each level of a tree in the order of its keys.
    pub(super) in_order: Vec<u32>,
}

/// One level of a tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TreeLevel {
    /// What its pages are; leaves stand on the last level but that of overflow pages.
    pub kind: PageKind,
    /// Page numbers, from the smallest key to the largest.
    pub pages: Vec<u32>,
    /// The page above each.
    pub parents: Vec<u32>,
}

impl PageMap {
    /// Number of pages, those of a `-wal` file counted in.
    pub fn page_count(&self) -> u32 {
        self.pages.len() as u32
    }

    /// What is known of a page; `None` for a number outside the file. The first page is 1.
    pub fn page(&self, number: u32) -> Option<&PageFacts> {
        self.pages.get((number as usize).checked_sub(1)?)
    }

    /// All pages, the first one first.
    pub fn pages(&self) -> &[PageFacts] {
        &self.pages
    }

    /// A tree level by level: the root, the inner pages, the leaves, and last what overflows from
    /// them. Empty for what is no b-tree.
    pub fn levels(&self, tree: usize) -> Vec<TreeLevel> {
        let Some(tree) = self.trees.get(tree) else { return Vec::new() };
        if !matches!(tree.kind, TreeKind::Table | TreeKind::Index) {
            return Vec::new();
        }
        let mut levels: Vec<TreeLevel> = Vec::new();
        let mut overflow =
            TreeLevel { kind: PageKind::Overflow, pages: Vec::new(), parents: Vec::new() };
        for number in &self.in_order[tree.first..tree.first + tree.pages as usize] {
            let Some(page) = self.page(*number) else { continue };
            let level = if page.kind == PageKind::Overflow {
                &mut overflow
            } else {
                let depth = usize::from(page.level);
                if levels.len() <= depth {
                    levels.resize_with(depth + 1, || TreeLevel {
                        kind: page.kind,
                        pages: Vec::new(),
                        parents: Vec::new(),
                    });
                }
                &mut levels[depth]
            };
            level.pages.push(*number);
            level.parents.push(page.parent);
        }
        if !overflow.pages.is_empty() {
            levels.push(overflow);
        }
        levels
    }
}

impl PageTree {
    pub(super) fn new(name: &str, table: &str, kind: TreeKind, root: u32) -> Self {
        Self {
            name: name.to_owned(),
            table: table.to_owned(),
            kind,
            root,
            first: 0,
            pages: 0,
            inner: 0,
            leaves: 0,
            overflow: 0,
            depth: 0,
            unused_bytes: 0,
            filled_known: 0,
        }
    }

    /// How full its pages are in percent, as far as it is known.
    pub fn fill_percent(&self, page_size: u32) -> Option<f64> {
        let bytes = u64::from(self.filled_known) * u64::from(page_size);
        (bytes > 0).then(|| 100.0 - self.unused_bytes as f64 * 100.0 / bytes as f64)
    }
}
