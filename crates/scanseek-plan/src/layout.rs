//! Where the boxes of a tree stand: a tidy tree (Reingold and Tilford) for boxes of any size.
//!
//! Boxes of one depth stand in one row (or column); subtrees are moved together as far as their
//! contours allow, parents stand over the middle of their children, and no two boxes touch. The
//! result depends on nothing but the input.

/// Which way the tree grows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// The root at the top.
    Down,
    /// The root at the left.
    Right,
}

/// A box to place. Boxes come in any order in which parents stand before their children.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BoxSize {
    /// The position of its parent among the boxes; `None` at the top. What is not before the box
    /// itself counts as `None`.
    pub parent: Option<usize>,
    /// In the units of the drawing, as all lengths.
    pub width: f64,
    /// See `width`.
    pub height: f64,
}

/// Room between boxes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Gaps {
    /// Between neighbours of one depth.
    pub siblings: f64,
    /// Between one depth and the next.
    pub levels: f64,
}

/// A box in its place.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Placed {
    /// Its left edge.
    pub x: f64,
    /// Its upper edge.
    pub y: f64,
    /// As it was given.
    pub width: f64,
    /// As it was given.
    pub height: f64,
}

/// The line from a box to its parent: along the child's axis to a line that the children of one
/// parent share, then along that and to the parent.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Route {
    /// The position of the child among the boxes.
    pub child: usize,
    /// The position of its parent.
    pub parent: usize,
    /// Middle of the child's edge that faces the parent.
    pub start: (f64, f64),
    /// Where the child's own part of the line ends and the shared one begins.
    pub bend: (f64, f64),
    /// Where the shared line turns to the parent.
    pub turn: (f64, f64),
    /// Middle of the parent's edge that faces the child.
    pub end: (f64, f64),
}

/// A tree with its boxes in place.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Layout {
    /// One for each box given, in the same order. The left and upper edges of the whole are at 0.
    pub boxes: Vec<Placed>,
    /// One for each box with a parent.
    pub routes: Vec<Route>,
    /// Of the whole.
    pub width: f64,
    /// Of the whole.
    pub height: f64,
}

/// Part of the room between two depths that the shared line of the children keeps from the parent.
const BUS: f64 = 0.3;

/// Places the boxes.
pub fn layout(boxes: &[BoxSize], gaps: Gaps, direction: Direction) -> Layout {
    match direction {
        Direction::Down => down(boxes, gaps),
        Direction::Right => {
            let turned: Vec<BoxSize> = boxes
                .iter()
                .map(|one| BoxSize { parent: one.parent, width: one.height, height: one.width })
                .collect();
            let mut layout = down(&turned, gaps);
            for placed in &mut layout.boxes {
                *placed =
                    Placed { x: placed.y, y: placed.x, width: placed.height, height: placed.width };
            }
            for route in &mut layout.routes {
                for point in [&mut route.start, &mut route.bend, &mut route.turn, &mut route.end] {
                    *point = (point.1, point.0);
                }
            }
            (layout.width, layout.height) = (layout.height, layout.width);
            layout
        }
    }
}

/// The left and right edge of a subtree at each of its depths, the deepest first, so that one more
/// level on top is a push. All of it is meant `shift` further to the right.
#[derive(Default)]
struct Contour {
    edges: Vec<(f64, f64)>,
    shift: f64,
}

impl Contour {
    /// How far `other` has to stand to the right of its own zero so that it is clear of this.
    fn clear_of(&self, other: &Contour, gap: f64) -> f64 {
        let mine = self.edges.iter().rev();
        let theirs = other.edges.iter().rev();
        mine.zip(theirs)
            .map(|((_, right), (left, _))| right + self.shift + gap - (left + other.shift))
            .fold(f64::NEG_INFINITY, f64::max)
    }

    /// Takes in a subtree to the right of this one. Only the depths both have are walked.
    fn join(&mut self, mut other: Contour) {
        if other.edges.len() > self.edges.len() {
            let by = self.shift - other.shift;
            for (mine, theirs) in self.edges.iter().rev().zip(other.edges.iter_mut().rev()) {
                theirs.0 = mine.0 + by;
            }
            *self = other;
        } else {
            let by = other.shift - self.shift;
            for (theirs, mine) in other.edges.iter().rev().zip(self.edges.iter_mut().rev()) {
                mine.1 = theirs.1 + by;
            }
        }
    }
}

fn down(boxes: &[BoxSize], gaps: Gaps) -> Layout {
    let n = boxes.len();
    let parents: Vec<Option<usize>> = boxes
        .iter()
        .enumerate()
        .map(|(at, one)| one.parent.filter(|parent| *parent < at))
        .collect();
    let mut children = vec![Vec::new(); n];
    let mut depths = vec![0; n];
    for (at, parent) in parents.iter().enumerate() {
        if let Some(parent) = *parent {
            children[parent].push(at);
            depths[at] = depths[parent] + 1;
        }
    }

    // From the leaves up: each subtree's contour, and its children's places in it. No recursion: how
    // deep a tree is comes from outside.
    let mut contours: Vec<Contour> = (0..n).map(|_| Contour::default()).collect();
    // The middle of a box, from the zero of its parent's contour.
    let mut middle = vec![0.0; n];
    for at in (0..n).rev() {
        let mut joined = Contour::default();
        for child in &children[at] {
            place_beside(
                &mut joined,
                std::mem::take(&mut contours[*child]),
                &mut middle[*child],
                gaps,
            );
        }
        let over = match (children[at].first(), children[at].last()) {
            (Some(first), Some(last)) => f64::midpoint(middle[*first], middle[*last]),
            _ => 0.0,
        };
        // The zero of the contour moves to the middle of this box.
        for child in &children[at] {
            middle[*child] -= over;
        }
        joined.shift -= over;
        let half = boxes[at].width / 2.0;
        let shift = joined.shift;
        joined.edges.push((-half - shift, half - shift));
        contours[at] = joined;
    }
    let mut joined = Contour::default();
    for at in (0..n).filter(|at| parents[*at].is_none()) {
        place_beside(&mut joined, std::mem::take(&mut contours[at]), &mut middle[at], gaps);
    }
    let left = joined.edges.iter().map(|edge| edge.0).fold(f64::INFINITY, f64::min) + joined.shift;

    let mut tallest = vec![0.0; depths.iter().max().map_or(0, |deepest| deepest + 1)];
    for (one, depth) in boxes.iter().zip(&depths) {
        tallest[*depth] = f64::max(tallest[*depth], one.height);
    }
    let mut tops = Vec::with_capacity(tallest.len());
    let mut y = 0.0;
    for height in &tallest {
        tops.push(y);
        y += height + gaps.levels;
    }

    let mut layout =
        Layout { height: if n == 0 { 0.0 } else { y - gaps.levels }, ..Layout::default() };
    for at in 0..n {
        middle[at] += parents[at].map_or(-left, |parent| middle[parent]);
        let BoxSize { width, height, .. } = boxes[at];
        let placed = Placed { x: middle[at] - width / 2.0, y: tops[depths[at]], width, height };
        layout.width = layout.width.max(placed.x + width);
        layout.boxes.push(placed);
    }
    for (child, parent) in parents.iter().enumerate() {
        let Some(parent) = *parent else { continue };
        let (box_of_child, box_of_parent) = (&layout.boxes[child], &layout.boxes[parent]);
        let bus = box_of_child.y - gaps.levels * (1.0 - BUS);
        layout.routes.push(Route {
            child,
            parent,
            start: (middle[child], box_of_child.y),
            bend: (middle[child], bus),
            turn: (middle[parent], bus),
            end: (middle[parent], box_of_parent.y + box_of_parent.height),
        });
    }
    layout
}

/// Puts a subtree to the right of those placed before it.
fn place_beside(joined: &mut Contour, mut subtree: Contour, middle: &mut f64, gaps: Gaps) {
    let by = joined.clear_of(&subtree, gaps.siblings);
    let by = if by.is_finite() { by } else { 0.0 };
    subtree.shift += by;
    *middle += by;
    joined.join(subtree);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const GAPS: Gaps = Gaps { siblings: 10.0, levels: 40.0 };

    fn trees() -> impl Strategy<Value = Vec<BoxSize>> {
        // The second number chooses among the boxes before: near the end for deep trees, anywhere for
        // bushy ones, none for several roots.
        let one = (any::<bool>(), 0.0..1.0_f64, 0..20_u8, 1.0..300.0_f64, 1.0..120.0_f64);
        prop::collection::vec(one, 0..300).prop_map(|boxes| {
            boxes
                .into_iter()
                .enumerate()
                .map(|(at, (deep, place, root, width, height))| {
                    let among = if deep { 3.0 } else { at as f64 };
                    let back = (place * among) as usize + 1;
                    let parent = if root == 0 { None } else { at.checked_sub(back) };
                    BoxSize { parent, width, height }
                })
                .collect()
        })
    }

    /// What holds of every layout.
    fn check(boxes: &[BoxSize], direction: Direction) {
        let found = layout(boxes, GAPS, direction);
        assert_eq!(found.boxes.len(), boxes.len());
        let near = 1e-6;
        for (at, a) in found.boxes.iter().enumerate() {
            assert_eq!((a.width, a.height), (boxes[at].width, boxes[at].height), "{at}");
            assert!(a.x >= -near && a.y >= -near, "{at} is outside: {a:?}");
            assert!(a.x + a.width <= found.width + near, "{at} is outside: {a:?}");
            assert!(a.y + a.height <= found.height + near, "{at} is outside: {a:?}");
            for (other, b) in found.boxes.iter().enumerate().skip(at + 1) {
                let apart = GAPS.siblings - near;
                let clear = a.x + a.width + apart <= b.x
                    || b.x + b.width + apart <= a.x
                    || a.y + a.height + apart <= b.y
                    || b.y + b.height + apart <= a.y;
                assert!(clear, "{at} {a:?} and {other} {b:?} overlap");
            }
        }
        let with_parent = boxes.iter().filter(|one| one.parent.is_some()).count();
        assert_eq!(found.routes.len(), with_parent);
        for route in &found.routes {
            assert_eq!(boxes[route.child].parent, Some(route.parent));
            let (child, parent) = (&found.boxes[route.child], &found.boxes[route.parent]);
            let along =
                |point: (f64, f64)| if direction == Direction::Down { point.1 } else { point.0 };
            // From the child's edge towards the parent's, never back, never through a box of either.
            let ways = [route.start, route.bend, route.turn, route.end].map(along);
            assert!(ways.is_sorted_by(|a, b| a >= &(b - near)), "{route:?}");
            let (from, to) = match direction {
                Direction::Down => (child.y, parent.y + parent.height),
                Direction::Right => (child.x, parent.x + parent.width),
            };
            assert!((ways[0] - from).abs() < near && (ways[3] - to).abs() < near, "{route:?}");
        }
        // Children stand in their order, and the parent over their middle.
        for parent in 0..boxes.len() {
            let middles: Vec<f64> = (0..boxes.len())
                .filter(|at| boxes[*at].parent == Some(parent))
                .map(|at| middle(&found.boxes[at], direction))
                .collect();
            assert!(middles.is_sorted(), "{middles:?}");
            if let (Some(first), Some(last)) = (middles.first(), middles.last()) {
                let over = middle(&found.boxes[parent], direction);
                assert!((over - f64::midpoint(*first, *last)).abs() < near);
            }
        }
    }

    fn middle(placed: &Placed, direction: Direction) -> f64 {
        match direction {
            Direction::Down => placed.x + placed.width / 2.0,
            Direction::Right => placed.y + placed.height / 2.0,
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn no_two_boxes_overlap(boxes in trees()) {
            check(&boxes, Direction::Down);
            check(&boxes, Direction::Right);
        }
    }

    fn box_of(parent: Option<usize>) -> BoxSize {
        BoxSize { parent, width: 100.0, height: 50.0 }
    }

    #[test]
    fn by_hand() {
        let boxes = [box_of(None), box_of(Some(0)), box_of(Some(0)), box_of(Some(2))];
        let found = layout(&boxes, GAPS, Direction::Down);
        let corners: Vec<(f64, f64)> = found.boxes.iter().map(|one| (one.x, one.y)).collect();
        assert_eq!(corners, [(55.0, 0.0), (0.0, 90.0), (110.0, 90.0), (110.0, 180.0)]);
        assert_eq!((found.width, found.height), (210.0, 230.0));
        assert_eq!(
            found.routes[0],
            Route {
                child: 1,
                parent: 0,
                start: (50.0, 90.0),
                bend: (50.0, 62.0),
                turn: (105.0, 62.0),
                end: (105.0, 50.0)
            }
        );
        let found = layout(&boxes, GAPS, Direction::Right);
        let corners: Vec<(f64, f64)> = found.boxes.iter().map(|one| (one.x, one.y)).collect();
        assert_eq!(corners, [(0.0, 30.0), (140.0, 0.0), (140.0, 60.0), (280.0, 60.0)]);
        assert_eq!(layout(&[], GAPS, Direction::Down), Layout::default());
    }

    #[test]
    fn a_subtree_moves_into_the_room_beside_a_shallow_one() {
        // The second child is wide only two levels below, where the first has nothing.
        let wide = BoxSize { parent: Some(2), width: 300.0, height: 50.0 };
        let boxes = [box_of(None), box_of(Some(0)), box_of(Some(0)), wide];
        let found = layout(&boxes, GAPS, Direction::Down);
        assert_eq!(found.boxes[2].x - found.boxes[1].x, 110.0);
    }

    #[test]
    fn deep_trees_do_not_exhaust_the_stack() {
        let boxes: Vec<BoxSize> = (0..100_000_usize).map(|at| box_of(at.checked_sub(1))).collect();
        let found = layout(&boxes, GAPS, Direction::Down);
        assert_eq!(found.boxes[99_999].y, 99_999.0 * 90.0);
    }
}
