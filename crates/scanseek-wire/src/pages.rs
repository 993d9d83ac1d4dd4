//! Pages: what each is for, and which of them a query asks for. What there is one of for every page
//! is packed into bytes, little-endian, since a file may have a million of them.

use scanseek_workbench as domain;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{Counters, Stopped};

wire! {
    /// The numbers without the map.
    pub struct Pages {
        pub name: Option<String>,
        pub before: PagesSummary,
        pub after: Option<PagesSummary>,
    }

    pub struct PagesSummary {
        pub page_size: u32,
        pub page_count: u32,
        pub extent: MapExtent,
        pub damaged: bool,
        pub trees: Vec<PageTree>,
        pub counters: Option<Counters>,
        pub stopped: Option<Stopped>,
        pub temporary_requests: u64,
        pub attached: Vec<AttachedRequests>,
    }

    /// What was asked of an attached database, whose pages are on no map.
    pub struct AttachedRequests {
        pub name: String,
        pub requests: u64,
        pub reads: u64,
    }

    #[derive(Copy)]
    #[serde(rename_all = "snake_case")]
    pub enum MapExtent {
        Whole,
        /// Of a large file, inner pages alone are read: fill and overflow are not known.
        InnerPages,
    }

    #[derive(Copy)]
    #[serde(rename_all = "snake_case")]
    pub enum TreeKind {
        Table,
        Index,
        Freelist,
        PointerMap,
        LockByte,
        NotReached,
    }

    pub struct PageTree {
        pub kind: TreeKind,
        /// In words where it is no table or index.
        pub name: String,
        pub table: String,
        pub root: u32,
        pub pages: u32,
        pub inner: u32,
        pub leaves: u32,
        pub overflow: u32,
        pub depth: u32,
        pub fill_percent: Option<f64>,
        pub touched: u64,
        pub requests: u64,
        pub reads: u64,
        /// Of all requests of the statement, from 0 to 1.
        pub share: Option<f64>,
    }

    pub struct Xray {
        pub name: Option<String>,
        pub before: XrayArm,
        pub after: Option<XrayArm>,
    }

    pub struct XrayArm {
        pub summary: PagesSummary,
        pub map: PackedMap,
        pub trace: Option<PackedTrace>,
    }

    pub struct PackedMap {
        /// What the kinds in `runs` are.
        pub kinds: Vec<PageKind>,
        /// `u32`: tree, kind, level and number of pages, for each run of like pages.
        #[cfg_attr(feature = "tsify", tsify(type = "Uint8Array"))]
        pub runs: Packed,
        /// One byte a page: percent, or 255 where it is not known.
        #[cfg_attr(feature = "tsify", tsify(type = "Uint8Array"))]
        pub fill: Packed,
    }

    #[derive(Copy, PartialOrd, Ord, Eq)]
    #[serde(rename_all = "snake_case")]
    pub enum PageKind {
        Inner,
        Leaf,
        Overflow,
        FreelistTrunk,
        FreelistLeaf,
        PointerMap,
        LockByte,
        Damaged,
        NotReached,
    }

    pub struct PackedTrace {
        /// `u32`: the pages asked for, by number.
        #[cfg_attr(feature = "tsify", tsify(type = "Uint8Array"))]
        pub pages: Packed,
        /// `f64`: how often each was.
        #[cfg_attr(feature = "tsify", tsify(type = "Uint8Array"))]
        pub requests: Packed,
        /// `u32`: how often each had to be read.
        #[cfg_attr(feature = "tsify", tsify(type = "Uint8Array"))]
        pub reads: Packed,
        /// `u32`: the pages in the order they were asked for.
        #[cfg_attr(feature = "tsify", tsify(type = "Uint8Array"))]
        pub order: Packed,
        /// `u32`: how often in a row.
        #[cfg_attr(feature = "tsify", tsify(type = "Uint8Array"))]
        pub order_requests: Packed,
        /// One byte: 1 where the page had to be read.
        #[cfg_attr(feature = "tsify", tsify(type = "Uint8Array"))]
        pub order_reads: Packed,
        pub requests_in_order: u64,
        pub whole_order: bool,
    }

    /// One level of a tree, in the order of its keys.
    pub struct TreeLevel {
        pub kind: PageKind,
        /// `u32`: page numbers.
        #[cfg_attr(feature = "tsify", tsify(type = "Uint8Array"))]
        pub pages: Packed,
        /// `u32`: the page above each.
        #[cfg_attr(feature = "tsify", tsify(type = "Uint8Array"))]
        pub parents: Packed,
    }
}

/// Numbers as bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Packed(pub Vec<u8>);

impl Packed {
    fn u32(numbers: impl IntoIterator<Item = u32>) -> Self {
        Self(numbers.into_iter().flat_map(u32::to_le_bytes).collect())
    }
}

impl Serialize for Packed {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(&self.0)
    }
}

impl<'de> Deserialize<'de> for Packed {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Vec::deserialize(deserializer).map(Self)
    }
}

const KINDS: [PageKind; 9] = [
    PageKind::Inner,
    PageKind::Leaf,
    PageKind::Overflow,
    PageKind::FreelistTrunk,
    PageKind::FreelistLeaf,
    PageKind::PointerMap,
    PageKind::LockByte,
    PageKind::Damaged,
    PageKind::NotReached,
];

/// In a byte of `PackedMap::fill`.
const NOT_KNOWN: u8 = 255;

impl From<domain::PageKind> for PageKind {
    fn from(kind: domain::PageKind) -> Self {
        match kind {
            domain::PageKind::Inner => Self::Inner,
            domain::PageKind::Leaf => Self::Leaf,
            domain::PageKind::Overflow => Self::Overflow,
            domain::PageKind::FreelistTrunk => Self::FreelistTrunk,
            domain::PageKind::FreelistLeaf => Self::FreelistLeaf,
            domain::PageKind::PointerMap => Self::PointerMap,
            domain::PageKind::LockByte => Self::LockByte,
            domain::PageKind::Damaged => Self::Damaged,
            domain::PageKind::NotReached => Self::NotReached,
        }
    }
}

fn tree_kind(kind: domain::TreeKind) -> (TreeKind, &'static str) {
    match kind {
        domain::TreeKind::Table => (TreeKind::Table, ""),
        domain::TreeKind::Index => (TreeKind::Index, ""),
        domain::TreeKind::Freelist => (TreeKind::Freelist, "free pages"),
        domain::TreeKind::PointerMap => (TreeKind::PointerMap, "pointer maps"),
        domain::TreeKind::LockByte => (TreeKind::LockByte, "lock-byte page"),
        domain::TreeKind::NotReached => (TreeKind::NotReached, "not reached"),
    }
}

impl From<&domain::XrayArm> for PagesSummary {
    fn from(arm: &domain::XrayArm) -> Self {
        let map = &arm.map;
        let all = arm.trace.as_ref().map(|trace| trace.counters.page_requests);
        let trees = map.trees.iter().enumerate().map(|(index, tree)| {
            let asked = arm.trees.get(index).copied().unwrap_or_default();
            let (kind, words) = tree_kind(tree.kind);
            PageTree {
                kind,
                name: if words.is_empty() { tree.name.clone() } else { words.to_owned() },
                table: tree.table.clone(),
                root: tree.root,
                pages: tree.pages,
                inner: tree.inner,
                leaves: tree.leaves,
                overflow: tree.overflow,
                depth: tree.depth,
                fill_percent: tree.fill_percent(map.page_size),
                touched: asked.touched,
                requests: asked.requests,
                reads: asked.reads,
                share: all.map(|all| asked.requests as f64 / all.max(1) as f64),
            }
        });
        Self {
            page_size: map.page_size,
            page_count: map.page_count(),
            extent: match map.extent {
                domain::Extent::Whole => MapExtent::Whole,
                domain::Extent::InnerPages => MapExtent::InnerPages,
            },
            damaged: map.damaged,
            trees: trees.collect(),
            counters: arm.trace.as_ref().map(|trace| Counters::from(&trace.counters)),
            stopped: arm.trace.as_ref().map(|trace| trace.stopped.into()),
            temporary_requests: arm.trace.as_ref().map_or(0, |trace| trace.temporary_requests),
            attached: arm
                .trace
                .iter()
                .flat_map(|trace| &trace.attached)
                .map(|one| AttachedRequests {
                    name: one.name.clone(),
                    requests: one.requests,
                    reads: one.reads,
                })
                .collect(),
        }
    }
}

impl From<&domain::PageMap> for PackedMap {
    fn from(map: &domain::PageMap) -> Self {
        let mut runs: Vec<[u32; 4]> = Vec::new();
        for page in map.pages() {
            let kind = PageKind::from(page.kind);
            let kind = KINDS.iter().position(|known| *known == kind).unwrap_or(0) as u32;
            let (tree, level) = (page.tree, u32::from(page.level));
            match runs.last_mut() {
                Some([t, k, l, pages]) if (*t, *k, *l) == (tree, kind, level) => *pages += 1,
                _ => runs.push([tree, kind, level, 1]),
            }
        }
        let fill = map.pages().iter().map(|page| page.fill_percent.unwrap_or(NOT_KNOWN));
        Self {
            kinds: KINDS.to_vec(),
            runs: Packed::u32(runs.into_iter().flatten()),
            fill: Packed(fill.collect()),
        }
    }
}

impl From<&domain::PageTrace> for PackedTrace {
    fn from(trace: &domain::PageTrace) -> Self {
        let (pages, order) = (&trace.pages, &trace.order);
        // Counts up to 2^53 are exact.
        let requests = pages.iter().flat_map(|page| (page.requests as f64).to_le_bytes());
        Self {
            pages: Packed::u32(pages.iter().map(|page| page.page)),
            requests: Packed(requests.collect()),
            reads: Packed::u32(pages.iter().map(|page| page.reads)),
            order: Packed::u32(order.iter().map(|run| run.page)),
            order_requests: Packed::u32(order.iter().map(|run| run.requests)),
            order_reads: Packed(order.iter().map(|run| u8::from(run.read)).collect()),
            requests_in_order: trace.requests_in_order,
            whole_order: trace.has_whole_order(),
        }
    }
}

impl From<&domain::XrayArm> for XrayArm {
    fn from(arm: &domain::XrayArm) -> Self {
        Self {
            summary: PagesSummary::from(arm),
            map: PackedMap::from(arm.map.as_ref()),
            trace: arm.trace.as_ref().map(PackedTrace::from),
        }
    }
}

impl From<&domain::Xray> for Xray {
    fn from(xray: &domain::Xray) -> Self {
        Self {
            name: xray.name.clone(),
            before: XrayArm::from(&xray.before),
            after: xray.after.as_ref().map(XrayArm::from),
        }
    }
}

impl From<&domain::Xray> for Pages {
    fn from(xray: &domain::Xray) -> Self {
        Self {
            name: xray.name.clone(),
            before: PagesSummary::from(&xray.before),
            after: xray.after.as_ref().map(PagesSummary::from),
        }
    }
}

impl From<&domain::TreeLevel> for TreeLevel {
    fn from(level: &domain::TreeLevel) -> Self {
        Self {
            kind: level.kind.into(),
            pages: Packed::u32(level.pages.iter().copied()),
            parents: Packed::u32(level.parents.iter().copied()),
        }
    }
}
