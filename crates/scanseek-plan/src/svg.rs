//! The drawing of a plan as an SVG file that needs nothing else: no font, no style sheet, no script.

use std::fmt::Write as _;

use crate::graph::{Card, CardKind, Edge, Graph, LINE_HEIGHT, rounded};
use crate::words::Tone;

/// Which colours a drawing has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Theme {
    /// Light, or dark where the viewer asks for it.
    Auto,
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

/// The colours of one theme; those of the page.
struct Colours {
    canvas: &'static str,
    surface: &'static str,
    line: &'static str,
    ink: &'static str,
    soft: &'static str,
    accent: &'static str,
    /// Text, wash and line of bad, warn, good and neutral.
    tones: [(&'static str, &'static str, &'static str); 4],
}

const LIGHT: Colours = Colours {
    canvas: "#f6f8fa",
    surface: "#ffffff",
    line: "#b9c3cf",
    ink: "#17212e",
    soft: "#536070",
    accent: "#0b62b8",
    tones: [
        ("#b3261e", "#fdeeec", "#f0c4bf"),
        ("#8a5200", "#fdf4e2", "#ecd5a6"),
        ("#0a6b4b", "#e7f6ef", "#b5dfcd"),
        ("#475569", "#eef1f5", "#d5dce4"),
    ],
};

const DARK: Colours = Colours {
    canvas: "#10161e",
    surface: "#1b2430",
    line: "#3d4b5d",
    ink: "#e3e9f0",
    soft: "#9dabbc",
    accent: "#74b7ff",
    tones: [
        ("#ff9d94", "#3a1d1d", "#6a3230"),
        ("#f2bd62", "#352813", "#62491b"),
        ("#58d6a6", "#11312a", "#1f5a49"),
        ("#a9b6c6", "#222c39", "#344153"),
    ],
};

const SANS: &str =
    "system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue','Noto Sans',sans-serif";
const MONO: &str =
    "ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono','Liberation Mono',monospace";

const MARGIN: f64 = 24.0;
/// Height of a line with the title and one with the statement's name.
const HEADING: f64 = 34.0;

/// The drawing as the text of an SVG file. `title` stands above it and is its name for screen readers.
pub fn svg(graph: &Graph, title: &str, theme: Theme) -> String {
    let width = rounded(graph.width + 2.0 * MARGIN);
    let height = rounded(graph.height + 2.0 * MARGIN + HEADING);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
         viewBox=\"0 0 {width} {height}\" role=\"img\" aria-labelledby=\"title\">\n\
         <title id=\"title\">{}</title>\n<style>\n{}",
        escaped(title),
        style(theme)
    );
    out.push_str("</style>\n");
    let _ = writeln!(out, "<rect class=\"canvas\" width=\"{width}\" height=\"{height}\"/>");
    let _ = writeln!(
        out,
        "<text class=\"heading\" x=\"{MARGIN}\" y=\"{}\">{}</text>",
        MARGIN + 8.0,
        escaped(title)
    );
    let _ = writeln!(out, "<g transform=\"translate({MARGIN} {})\">", MARGIN + HEADING);
    for edge in &graph.edges {
        let _ = writeln!(out, "<path class=\"shared\" d=\"{}\"/>", edge.shared);
    }
    for edge in &graph.edges {
        draw_edge(&mut out, edge);
    }
    for card in &graph.cards {
        draw_card(&mut out, card);
    }
    out.push_str("</g>\n</svg>\n");
    out
}

fn draw_edge(out: &mut String, edge: &Edge) {
    let level = edge.level.map_or("unknown".to_owned(), |level| format!("off{level}"));
    let _ = writeln!(
        out,
        "<path class=\"edge {level}\" stroke-width=\"{:.1}\" d=\"{}\"/>",
        edge.width, edge.own
    );
    let (x, y) = (rounded(edge.label.0), rounded(edge.label.1));
    if !edge.rows.is_empty() {
        let _ = writeln!(out, "<text class=\"rows\" x=\"{x}\" y=\"{y}\">{}</text>", edge.rows);
    }
    if !edge.off.is_empty() {
        let _ = writeln!(
            out,
            "<text class=\"rows {level}\" x=\"{x}\" y=\"{}\">{}</text>",
            y + LINE_HEIGHT,
            escaped(&edge.off)
        );
    }
}

fn draw_card(out: &mut String, card: &Card) {
    let (x, y) = (rounded(card.place.x), rounded(card.place.y));
    let (width, height) = (rounded(card.place.width), rounded(card.place.height));
    let _ = writeln!(out, "<g transform=\"translate({x} {y})\">");
    let kind = match card.kind {
        CardKind::Result => "card result",
        CardKind::Step => "card",
        CardKind::More => "card more",
    };
    let _ =
        writeln!(out, "<rect class=\"{kind}\" width=\"{width}\" height=\"{height}\" rx=\"8\"/>");
    if card.kind == CardKind::More {
        text(out, "title", 14.0, 22.0, &card.title);
        text(out, "soft", 14.0, 40.0, &card.subtitle);
        out.push_str("</g>\n");
        return;
    }
    let tone = tone_name(card.tone);
    let badge = badge_width(&card.badge);
    let _ = writeln!(
        out,
        "<rect class=\"badge {tone}\" x=\"12\" y=\"10\" width=\"{badge}\" height=\"18\" rx=\"4\"/>"
    );
    text(out, &format!("word {tone}"), 18.0, 23.0, &card.badge);
    if card.level > 0 {
        pips(out, width - 12.0 - 26.0, card.level);
    }
    text(out, "title", 12.0, 47.0, &card.title);
    text(out, "mono soft", 12.0, 64.0, &card.subtitle);
    if card.hidden > 0 {
        let words = format!("+ {} below", card.hidden);
        let _ = writeln!(
            out,
            "<text class=\"soft\" x=\"{}\" y=\"23\" text-anchor=\"end\">{words}</text>",
            width - if card.level > 0 { 46.0 } else { 12.0 }
        );
    }
    if !card.figure.is_empty() {
        text(out, "figure", 12.0, 86.0, &card.figure);
        let _ = writeln!(
            out,
            "<text class=\"figure\" x=\"{}\" y=\"86\" text-anchor=\"end\">{}</text>",
            width - 12.0,
            card.percent
        );
        if let Some(share) = card.share {
            let track = width - 24.0;
            let _ = writeln!(
                out,
                "<rect class=\"track\" x=\"12\" y=\"93\" width=\"{track}\" height=\"5\" rx=\"2.5\"/>\
                 <rect class=\"bar level{}\" x=\"12\" y=\"93\" width=\"{:.1}\" height=\"5\" rx=\"2.5\"/>",
                card.level,
                (track * share.clamp(0.0, 1.0)).max(if share > 0.0 { 2.0 } else { 0.0 })
            );
        }
    }
    out.push_str("</g>\n");
}

/// Three small blocks, as many of them filled as the share has thresholds behind it: the sign that
/// does not need colour.
fn pips(out: &mut String, x: f64, level: u8) {
    for pip in 0..3_u8 {
        let class = if pip < level { format!("bar level{level}") } else { "track".to_owned() };
        let _ = write!(
            out,
            "<rect class=\"{class}\" x=\"{}\" y=\"{}\" width=\"6\" height=\"{}\" rx=\"1\"/>",
            x + f64::from(pip) * 9.0,
            22.0 - 4.0 * f64::from(pip + 1),
            4.0 * f64::from(pip + 1)
        );
    }
    out.push('\n');
}

fn text(out: &mut String, class: &str, x: f64, y: f64, text: &str) {
    if !text.is_empty() {
        let _ =
            writeln!(out, "<text class=\"{class}\" x=\"{x}\" y=\"{y}\">{}</text>", escaped(text));
    }
}

/// The words of a badge are capitals of a known size; a fallback font differs by little.
fn badge_width(word: &str) -> f64 {
    14.0 + 8.2 * word.chars().count() as f64
}

fn tone_name(tone: Tone) -> &'static str {
    match tone {
        Tone::Bad => "bad",
        Tone::Warn => "warn",
        Tone::Good => "good",
        Tone::Neutral => "neutral",
    }
}

fn style(theme: Theme) -> String {
    let mut css = format!(
        "text{{font:12px {SANS}}}\n.heading{{font-weight:650;font-size:15px}}\n\
         .title{{font:600 12px {MONO}}}\n.mono{{font:11px {MONO}}}\n\
         .word{{font-size:11px;font-weight:650}}\n.figure{{font-variant-numeric:tabular-nums}}\n\
         .rows{{font-size:11.5px}}\n.shared{{fill:none;stroke-width:1.5;stroke-linejoin:round}}\n\
         .edge{{fill:none}}\n.off1{{stroke-dasharray:14 4}}\n.off2{{stroke-dasharray:8 4}}\n\
         .off3{{stroke-dasharray:3 4}}\ntext.off1,text.off2,text.off3{{font-weight:650}}\n\
         .more{{stroke-dasharray:4 3}}\n"
    );
    match theme {
        Theme::Light => css.push_str(&colours(&LIGHT)),
        Theme::Dark => css.push_str(&colours(&DARK)),
        Theme::Auto => {
            css.push_str(&colours(&LIGHT));
            let _ = writeln!(css, "@media (prefers-color-scheme:dark){{\n{}}}", colours(&DARK));
        }
    }
    css
}

fn colours(colours: &Colours) -> String {
    let Colours { canvas, surface, line, ink, soft, accent, tones } = colours;
    let [bad, warn, good, neutral] = tones;
    let mut css = format!(
        ".canvas{{fill:{canvas}}}\n.card{{fill:{surface};stroke:{line}}}\n\
         .result,.more{{fill:{canvas}}}\ntext{{fill:{ink}}}\n.soft,.rows{{fill:{soft}}}\n\
         .shared{{stroke:{line}}}\n.edge{{stroke:{soft}}}\n.unknown{{stroke:{line}}}\n\
         .off1,.off2{{stroke:{warn}}}\n.off3{{stroke:{bad}}}\n\
         text.off1,text.off2{{fill:{warn};stroke:none}}\ntext.off3{{fill:{bad};stroke:none}}\n\
         .track{{fill:{track}}}\n.bar{{fill:{accent}}}\n.level2{{fill:{warn}}}\n.level3{{fill:{bad}}}\n",
        warn = warn.0,
        bad = bad.0,
        track = neutral.2,
    );
    for (name, (ink, wash, line)) in
        [("bad", bad), ("warn", warn), ("good", good), ("neutral", neutral)]
    {
        let _ =
            writeln!(css, "rect.{name}{{fill:{wash};stroke:{line}}}\ntext.{name}{{fill:{ink}}}");
    }
    css
}

/// Text for XML. Characters that XML forbids even as references are left out.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\t' | '\n' | '\r' => out.push(' '),
            '\0'..'\u{20}' | '\u{FFFE}' | '\u{FFFF}' => {}
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::{GraphOptions, Step};
    use crate::measure::{Measure, Metric};

    fn graph(table: &str) -> Graph {
        let step = Step {
            id: 2,
            parent: 0,
            badge: "SCAN".to_owned(),
            tone: Tone::Bad,
            detail: format!("SCAN {table}"),
            table: Some(table.to_owned()),
            source: None,
            measure: Some(Measure {
                metric: Metric::VmSteps,
                value: 1200,
                share: 0.93,
                subtree_share: 0.93,
                level: 3,
            }),
            rows_out: Some(29),
            estimate_ratio: Some(1.0 / 2500.0),
        };
        let options = GraphOptions { metric: Some(Metric::VmSteps), ..GraphOptions::default() };
        Graph::new(&[step], &options)
    }

    /// Every opened element is closed, and nothing is open inside quotes.
    fn check_xml(text: &str) {
        let mut open = Vec::new();
        for part in text.split('<').skip(1) {
            let (tag, _) = part.split_once('>').unwrap();
            assert_eq!(tag.matches('"').count() % 2, 0, "{tag}");
            let name: String = tag.chars().take_while(|c| c.is_ascii_alphabetic()).collect();
            if let Some(closed) = tag.strip_prefix('/') {
                assert_eq!(open.pop().as_deref(), Some(closed), "{tag}");
            } else if !tag.ends_with('/') {
                open.push(name);
            }
        }
        assert!(open.is_empty(), "{open:?}");
    }

    #[test]
    fn the_file_stands_alone() {
        let text = svg(&graph("orders"), "open & <late>", Theme::Auto);
        check_xml(&text);
        for expected in [
            ">orders</text>",
            ">1,200 VM steps</text>",
            ">93 %</text>",
            ">29 rows</text>",
            ">×2,500 too high</text>",
            "class=\"edge off3\"",
            "open &amp; &lt;late&gt;",
            "prefers-color-scheme:dark",
        ] {
            assert!(text.contains(expected), "{expected} is not in {text}");
        }
        for foreign in ["href", "url(", "@import", "<script", "var("] {
            assert!(!text.contains(foreign), "{foreign}");
        }
    }

    #[test]
    fn names_cannot_break_out() {
        let text = svg(&graph("a\"b<script>&\u{1}\u{0}"), "</svg>", Theme::Light);
        check_xml(&text);
        assert!(text.contains(">a&quot;b&lt;script&gt;&amp;</text>"), "{text}");
        assert!(text.trim_end().ends_with("</svg>") && text.matches("</svg>").count() == 1);
    }

    #[test]
    fn one_theme_alone_has_its_colours_alone() {
        let light = svg(&graph("t"), "t", Theme::Light);
        let dark = svg(&graph("t"), "t", Theme::Dark);
        assert!(
            light.contains(LIGHT.ink) && !light.contains(DARK.ink) && !light.contains("@media")
        );
        assert!(dark.contains(DARK.ink) && !dark.contains(LIGHT.ink) && !dark.contains("@media"));
    }
}
