//! A plan as it is drawn: what is asked for, and the cards and lines in their places.

use scanseek_plan as plan;

use crate::{Measure, Metric, PlanNode, Tone};

wire! {
    /// What to draw of a plan that crossed before.
    pub struct GraphRequest {
        pub nodes: Vec<GraphNode>,
        /// Null if the statement did not run.
        pub metric: Option<Metric>,
        pub rows_returned: Option<u64>,
        pub rest_measures: Vec<Measure>,
        /// Null takes the way that fits better.
        pub direction: Option<Direction>,
        pub room_width: f64,
        pub room_height: f64,
        /// Nodes whose children are not drawn.
        pub collapsed: Vec<i32>,
        /// Nodes with a smaller share are drawn as one; 0 for none.
        pub below: f64,
        /// Parents whose small nodes are drawn all the same; 0 is the top.
        pub shown: Vec<i32>,
    }

    /// Those parts of a `PlanNode` that are drawn: one can be given as it is.
    pub struct GraphNode {
        pub id: i32,
        pub parent: i32,
        pub detail: String,
        pub op: GraphOp,
        pub tone: Tone,
        pub badge: String,
        pub loops: Option<GraphLoops>,
        pub measures: Vec<Measure>,
    }

    pub struct GraphOp {
        pub table: Option<String>,
        pub alias: Option<String>,
        pub source: Option<String>,
    }

    pub struct GraphLoops {
        pub rows_out: Option<u64>,
        pub estimate_ratio: Option<f64>,
    }

    pub struct Graph {
        pub direction: Direction,
        pub width: f64,
        pub height: f64,
        pub cards: Vec<GraphCard>,
        pub edges: Vec<GraphEdge>,
    }

    pub struct GraphCard {
        pub kind: CardKind,
        pub id: i32,
        pub parent: i32,
        pub depth: u32,
        pub x: f64,
        pub y: f64,
        pub width: f64,
        pub height: f64,
        pub badge: String,
        pub tone: Tone,
        pub title: String,
        pub subtitle: String,
        pub figure: String,
        pub share: Option<f64>,
        pub percent: String,
        pub level: u8,
        pub has_children: bool,
        pub hidden: u32,
    }

    /// `from` and `to` are positions among the cards; `own` and `shared` are SVG path data.
    pub struct GraphEdge {
        pub from: u32,
        pub to: u32,
        pub own: String,
        pub shared: String,
        pub width: f64,
        pub level: Option<u8>,
        pub rows: String,
        pub off: String,
        pub label_x: f64,
        pub label_y: f64,
    }

    #[derive(Copy)]
    #[serde(rename_all = "snake_case")]
    pub enum CardKind {
        Result,
        Step,
        More,
    }

    #[derive(Copy)]
    #[serde(rename_all = "snake_case")]
    pub enum Direction {
        Down,
        Right,
    }

    #[derive(Copy)]
    #[serde(rename_all = "snake_case")]
    pub enum Theme {
        Auto,
        Light,
        Dark,
    }
}

impl GraphRequest {
    /// Lays out what is asked for.
    pub fn draw(&self) -> Graph {
        Graph::from(self.graph())
    }

    /// The same as the text of an SVG file.
    pub fn svg(&self, title: &str, theme: Theme) -> String {
        let theme = match theme {
            Theme::Auto => plan::Theme::Auto,
            Theme::Light => plan::Theme::Light,
            Theme::Dark => plan::Theme::Dark,
        };
        plan::svg(&self.graph(), title, theme)
    }

    fn graph(&self) -> plan::Graph {
        let steps: Vec<plan::Step> = self
            .nodes
            .iter()
            .map(|node| plan::Step {
                id: i64::from(node.id),
                parent: i64::from(node.parent),
                badge: node.badge.clone(),
                tone: node.tone.into(),
                detail: node.detail.clone(),
                table: node.op.alias.clone().or_else(|| node.op.table.clone()),
                source: node.op.source.clone(),
                measure: self.measure(&node.measures),
                rows_out: node.loops.as_ref().and_then(|loops| loops.rows_out),
                estimate_ratio: node.loops.as_ref().and_then(|loops| loops.estimate_ratio),
            })
            .collect();
        let ids = |ids: &[i32]| ids.iter().copied().map(i64::from).collect();
        plan::Graph::new(
            &steps,
            &plan::GraphOptions {
                metric: self.metric.map(plan::Metric::from),
                rows_returned: self.rows_returned,
                rest: self.measure(&self.rest_measures),
                direction: self.direction.map(|direction| match direction {
                    Direction::Down => plan::Direction::Down,
                    Direction::Right => plan::Direction::Right,
                }),
                room: (self.room_width, self.room_height),
                collapsed: ids(&self.collapsed),
                below: self.below,
                shown: ids(&self.shown),
            },
        )
    }

    fn measure(&self, measures: &[Measure]) -> Option<plan::Measure> {
        measures.iter().find(|one| Some(one.metric) == self.metric).map(plan::Measure::from)
    }
}

impl From<&PlanNode> for GraphNode {
    fn from(node: &PlanNode) -> Self {
        Self {
            id: node.id,
            parent: node.parent,
            detail: node.detail.clone(),
            op: GraphOp {
                table: node.op.table.clone(),
                alias: node.op.alias.clone(),
                source: node.op.source.clone(),
            },
            tone: node.tone,
            badge: node.badge.clone(),
            loops: node.loops.as_ref().map(|loops| GraphLoops {
                rows_out: loops.rows_out,
                estimate_ratio: loops.estimate_ratio,
            }),
            measures: node.measures.clone(),
        }
    }
}

impl From<plan::Graph> for Graph {
    fn from(graph: plan::Graph) -> Self {
        Self {
            direction: match graph.direction {
                plan::Direction::Down => Direction::Down,
                plan::Direction::Right => Direction::Right,
            },
            width: graph.width,
            height: graph.height,
            cards: graph.cards.into_iter().map(GraphCard::from).collect(),
            edges: graph.edges.into_iter().map(GraphEdge::from).collect(),
        }
    }
}

impl From<plan::Card> for GraphCard {
    fn from(card: plan::Card) -> Self {
        let small = |id| i32::try_from(id).unwrap_or(i32::MAX);
        Self {
            kind: match card.kind {
                plan::CardKind::Result => CardKind::Result,
                plan::CardKind::Step => CardKind::Step,
                plan::CardKind::More => CardKind::More,
            },
            id: small(card.id),
            parent: small(card.parent),
            depth: card.depth,
            x: card.place.x,
            y: card.place.y,
            width: card.place.width,
            height: card.place.height,
            badge: card.badge,
            tone: card.tone.into(),
            title: card.title,
            subtitle: card.subtitle,
            figure: card.figure,
            share: card.share,
            percent: card.percent,
            level: card.level,
            has_children: card.has_children,
            hidden: card.hidden,
        }
    }
}

impl From<plan::Edge> for GraphEdge {
    fn from(edge: plan::Edge) -> Self {
        let small = |at| u32::try_from(at).unwrap_or(u32::MAX);
        Self {
            from: small(edge.from),
            to: small(edge.to),
            own: edge.own,
            shared: edge.shared,
            width: edge.width,
            level: edge.level,
            rows: edge.rows,
            off: edge.off,
            label_x: edge.label.0,
            label_y: edge.label.1,
        }
    }
}
