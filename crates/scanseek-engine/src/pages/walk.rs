//! Makes the map: all pages through SQLite's own `dbstat`, or, in a large file, the inner pages of
//! each b-tree; then the pages that belong to none.
//! Source: <https://sqlite.org/dbstat.html>.

use std::collections::BTreeMap;

use super::format::{BtreePage, Header, lock_byte_page, pointer_maps, u32_at};
use super::map::{Extent, PageFacts, PageKind, PageMap, PageTree, TreeKind};
use crate::{Database, EngineError, Prepared, Value};

/// A file up to this size in bytes is usually read whole for its map.
pub const WHOLE_MAP_BYTES: u64 = 2 << 30;

/// More pages than this are not mapped: the map alone would take 256 MiB.
const MOST_PAGES: u64 = 1 << 24;

/// Pages between two looks at whether to stop.
const LOOK_PAGES: usize = 256;

/// No b-tree is deeper: each inner page has at least two children, and there are 2^32 pages.
const DEEPEST: usize = 32;

/// A page that nothing has claimed yet.
const UNCLAIMED: u32 = u32::MAX;

impl Database {
    /// Which page belongs to what. A file of more than `whole_bytes` is not read whole: see
    /// [`Extent`].
    ///
    /// # Errors
    /// If the pages cannot be read, there are too many of them, or the person cancels.
    pub fn page_map(&self, whole_bytes: u64) -> Result<PageMap, EngineError> {
        let number =
            |sql| Ok::<_, EngineError>(self.prepare_own(sql)?.first_integer()?.max(0) as u64);
        let page_size = number("PRAGMA page_size")?;
        let page_count = number("PRAGMA page_count")?;
        if page_count > MOST_PAGES {
            return Err(EngineError::OutOfMemory);
        }
        let bytes = page_size * page_count;
        let watched = self.watch().begin(None, None);
        let whole = bytes <= whole_bytes;
        self.watch().expect_bytes(whole.then_some(bytes));
        let make = |whole| {
            let mut walk = Walk::new(self, page_size as u32, page_count as u32)?;
            if whole { walk.all_pages() } else { walk.inner_pages() }?;
            walk.other_pages()?;
            Ok(walk.map)
        };
        let result = match make(whole) {
            // SQLite's walk ends where a file is damaged; ours goes around it.
            Err(EngineError::Corrupt(_)) if whole => {
                make(false).map(|map: PageMap| PageMap { damaged: true, ..map })
            }
            result => result,
        };
        drop(watched);
        result
    }
}

struct Walk<'db> {
    db: &'db Database,
    /// `SELECT data` of one page.
    page: Prepared<'db>,
    map: PageMap,
    /// Tables and indexes by root page: type, name, table.
    roots: BTreeMap<u32, (TreeKind, String, String)>,
}

impl<'db> Walk<'db> {
    fn new(db: &'db Database, page_size: u32, page_count: u32) -> Result<Self, EngineError> {
        let mut roots = BTreeMap::new();
        let schema = "sqlite_schema".to_owned();
        if page_count > 0 {
            roots.insert(1, (TreeKind::Table, schema.clone(), schema));
        }
        let rows = db.prepare_own(
            "SELECT rootpage, type, name, tbl_name FROM sqlite_schema WHERE rootpage > 0",
        )?;
        while rows.step()? {
            let kind = if rows.text(1) == "index" { TreeKind::Index } else { TreeKind::Table };
            let root = u32::try_from(rows.integer(0)).unwrap_or(u32::MAX);
            roots.insert(root, (kind, rows.text(2), rows.text(3)));
        }
        let unclaimed = PageFacts {
            tree: UNCLAIMED,
            parent: 0,
            kind: PageKind::NotReached,
            level: 0,
            fill_percent: None,
        };
        Ok(Self {
            db,
            page: db.prepare_own("SELECT data FROM sqlite_dbpage('main') WHERE pgno = ?1")?,
            map: PageMap {
                page_size,
                extent: Extent::Whole,
                damaged: false,
                trees: Vec::new(),
                pages: vec![unclaimed; page_count as usize],
                in_order: Vec::with_capacity(page_count as usize),
            },
            roots,
        })
    }

    /// The bytes of a page; `None` outside the file.
    fn read(&self, number: u32) -> Result<Option<Vec<u8>>, EngineError> {
        self.page.reset();
        self.page.bind(&[("1".into(), Value::Integer(number.into()))])?;
        let found = self.page.step()?;
        let bytes = found.then(|| self.page.bytes(0, true).to_vec());
        self.page.reset();
        Ok(bytes)
    }

    fn begin_tree(&mut self, name: &str, table: &str, kind: TreeKind, root: u32) {
        let mut tree = PageTree::new(name, table, kind, root);
        tree.first = self.map.in_order.len();
        self.map.trees.push(tree);
    }

    /// Gives a page to the tree that was begun last. False if it cannot be.
    fn claim(&mut self, number: u32, facts: PageFacts, unused_bytes: Option<u64>) -> bool {
        let at = (number as usize).wrapping_sub(1);
        let index = (self.map.trees.len() as u32).wrapping_sub(1);
        let (Some(page), Some(tree)) = (self.map.pages.get_mut(at), self.map.trees.last_mut())
        else {
            self.map.damaged = true;
            return false;
        };
        if page.tree != UNCLAIMED {
            self.map.damaged = true;
            return false;
        }
        *page = facts;
        page.tree = index;
        self.map.damaged |= facts.kind == PageKind::Damaged;
        tree.pages += 1;
        match facts.kind {
            PageKind::Inner => tree.inner += 1,
            PageKind::Leaf => tree.leaves += 1,
            PageKind::Overflow => tree.overflow += 1,
            _ => {}
        }
        if matches!(facts.kind, PageKind::Inner | PageKind::Leaf) {
            tree.depth = tree.depth.max(u32::from(facts.level) + 1);
        }
        if let Some(bytes) = unused_bytes {
            let size = u64::from(self.map.page_size.max(1));
            let bytes = bytes.min(size);
            tree.unused_bytes += bytes;
            tree.filled_known += 1;
            page.fill_percent = Some((100 - bytes * 100 / size) as u8);
        }
        self.map.in_order.push(number);
        true
    }

    /// Every page of every b-tree, as `dbstat` walks through them: each page before its children.
    fn all_pages(&mut self) -> Result<(), EngineError> {
        let pages =
            self.db.prepare_own("SELECT path, pageno, pagetype, unused FROM dbstat('main')")?;
        // The pages from the root to the present one.
        let mut above: Vec<u32> = Vec::new();
        // A damaged file may lead in circles; each page belongs to one place only.
        let mut left = 2 * self.map.pages.len();
        while left > 0 && pages.step()? {
            left -= 1;
            let path = pages.text(0);
            let number = u32::try_from(pages.integer(1)).unwrap_or(0);
            let unused = u64::try_from(pages.integer(3)).ok();
            // `/` is the root, `/000/` a child of it, `/000/005+000000` what overflows from that.
            let depth = path.bytes().filter(|byte| *byte == b'/').count().saturating_sub(1);
            let (kind, parent, level) = match pages.text(2).as_str() {
                "overflow" => (PageKind::Overflow, above.get(depth).copied(), depth + 1),
                other => {
                    above.truncate(depth);
                    let parent = above.last().copied();
                    above.push(number);
                    let kind = match other {
                        "internal" => PageKind::Inner,
                        "leaf" => PageKind::Leaf,
                        _ => PageKind::Damaged,
                    };
                    (kind, parent, depth)
                }
            };
            if path == "/" {
                self.begin_root(number);
            }
            let facts = PageFacts {
                tree: 0,
                parent: parent.unwrap_or(0),
                kind,
                level: level.min(DEEPEST) as u8,
                fill_percent: None,
            };
            let unused = unused.filter(|_| kind != PageKind::Damaged);
            self.claim(number, facts, unused);
        }
        self.map.damaged |= left == 0;
        Ok(())
    }

    fn begin_root(&mut self, root: u32) {
        let (kind, name, table) = self.roots.get(&root).cloned().unwrap_or((
            TreeKind::Table,
            String::new(),
            String::new(),
        ));
        self.begin_tree(&name, &table, kind, root);
    }

    /// Every b-tree level by level without its leaves: all of them are on one level, which is found
    /// on the way along the first child of each page.
    fn inner_pages(&mut self) -> Result<(), EngineError> {
        self.map.extent = Extent::InnerPages;
        let roots: Vec<u32> = self.roots.keys().copied().collect();
        let mut read = 0;
        for root in roots {
            self.begin_root(root);
            let leaf_level = self.leaf_level(root)?;
            let mut level: Vec<(u32, u32)> = vec![(root, 0)];
            for depth in 0..DEEPEST {
                let mut below = Vec::new();
                for (number, parent) in level {
                    let mut kind = PageKind::Leaf;
                    let mut children = Vec::new();
                    if Some(depth) != leaf_level || depth == 0 {
                        read += 1;
                        if read % LOOK_PAGES == 0 && self.db.watch().look() {
                            return Err(EngineError::Cancelled);
                        }
                        let bytes = self.read(number)?;
                        match bytes.and_then(|bytes| BtreePage::read(&bytes, number == 1)) {
                            Some(BtreePage::Leaf) => {}
                            Some(BtreePage::Inner(found)) => {
                                kind = PageKind::Inner;
                                children = found;
                            }
                            None => kind = PageKind::Damaged,
                        }
                    }
                    let facts =
                        PageFacts { tree: 0, parent, kind, level: depth as u8, fill_percent: None };
                    // The children of a page that is claimed twice would be, too.
                    if self.claim(number, facts, None) {
                        below.extend(children.into_iter().map(|child| (child, number)));
                    }
                }
                level = below;
                if level.is_empty() {
                    break;
                }
            }
        }
        Ok(())
    }

    fn leaf_level(&self, root: u32) -> Result<Option<usize>, EngineError> {
        let mut number = root;
        for level in 0..DEEPEST {
            let bytes = self.read(number)?;
            match bytes.and_then(|bytes| BtreePage::read(&bytes, number == 1)) {
                Some(BtreePage::Leaf) => return Ok(Some(level)),
                Some(BtreePage::Inner(children)) => number = children.first().copied().unwrap_or(0),
                None => return Ok(None),
            }
        }
        Ok(None)
    }

    /// Free pages, pointer maps, the page of the locks, and what is left.
    fn other_pages(&mut self) -> Result<(), EngineError> {
        let Some(header) = self.read(1)?.and_then(|first| Header::read(&first)) else {
            return Ok(());
        };
        let (page_count, page_size) = (self.map.page_count(), self.map.page_size);
        let facts = |kind| PageFacts { tree: 0, parent: 0, kind, level: 0, fill_percent: None };
        if header.first_trunk != 0 {
            self.begin_tree("", "", TreeKind::Freelist, 0);
            self.free_pages(&header)?;
        }
        if header.auto_vacuum {
            self.begin_tree("", "", TreeKind::PointerMap, 0);
            for number in pointer_maps(page_count, page_size, header.usable_bytes) {
                self.claim(number, facts(PageKind::PointerMap), None);
            }
        }
        if lock_byte_page(page_size) <= page_count {
            self.begin_tree("", "", TreeKind::LockByte, 0);
            self.claim(lock_byte_page(page_size), facts(PageKind::LockByte), None);
        }
        let left: Vec<u32> = (1..=page_count)
            .filter(|number| self.map.pages[*number as usize - 1].tree == UNCLAIMED)
            .collect();
        if !left.is_empty() {
            self.begin_tree("", "", TreeKind::NotReached, 0);
            for number in left {
                self.claim(number, facts(PageKind::NotReached), None);
            }
        }
        Ok(())
    }

    fn free_pages(&mut self, header: &Header) -> Result<(), EngineError> {
        let most = header.usable_bytes / 4 - 2;
        let mut trunk = header.first_trunk;
        let mut above = 0;
        while trunk != 0 {
            let facts =
                |kind, parent| PageFacts { tree: 0, parent, kind, level: 0, fill_percent: None };
            // A list that leads in a circle ends where it began.
            if !self.claim(trunk, facts(PageKind::FreelistTrunk, above), None) {
                break;
            }
            let Some(bytes) = self.read(trunk)? else { break };
            for entry in 0..u32_at(&bytes, 4).unwrap_or(0).min(most) as usize {
                let leaf = u32_at(&bytes, 8 + 4 * entry).unwrap_or(0);
                self.claim(leaf, facts(PageKind::FreelistLeaf, trunk), None);
            }
            above = trunk;
            trunk = u32_at(&bytes, 0).unwrap_or(0);
        }
        Ok(())
    }
}
