/** A card of the graph and the line to the one above it, drawn where the engine put them. */
import type { GraphCard, GraphEdge } from "../../engine/types";
import { Still } from "../../ui/still";

interface CardProps {
  card: GraphCard;
  /** What a screen reader says. */
  label: string;
  /** With its words; without them it is too small, or out of view. */
  full: boolean;
  selected: boolean;
  pointed: boolean;
  found: boolean;
  tabStop: boolean;
  place: { setSize: number; position: number };
}

export class Card extends Still<CardProps> {
  render({ card, label, full, selected, pointed, found, tabStop, place }: CardProps) {
    const states = [
      `graph-card kind-${card.kind} tone-${card.tone}`,
      selected ? "selected" : "",
      pointed ? "pointed" : "",
      found ? "found" : "",
    ];
    const { width, height } = card;
    return (
      <g
        class={states.filter(Boolean).join(" ")}
        role="treeitem"
        data-card={card.kind === "more" ? `more-${card.id}` : String(card.id)}
        data-node={card.kind === "step" ? card.id : undefined}
        aria-level={card.depth + 1}
        aria-setsize={place.setSize}
        aria-posinset={place.position}
        aria-selected={card.kind === "step" ? selected : undefined}
        aria-expanded={card.kind === "step" && card.has_children ? card.hidden === 0 : undefined}
        tabindex={tabStop ? 0 : -1}
        transform={`translate(${card.x} ${card.y})`}
      >
        {/* The name, and what a mouse shows: all of what is shortened on the card. */}
        <title>{label}</title>
        <rect class="card-box" width={width} height={height} rx={8} />
        <g aria-hidden="true">
          {full ? card.kind === "more" ? <More card={card} /> : <Words card={card} /> : <Blank card={card} />}
        </g>
      </g>
    );
  }
}

/** What is left of a card that is too small to read: its tone and its share. */
function Blank({ card: { width, height, share, level } }: { card: GraphCard }) {
  return (
    <>
      <rect class="card-tone" width={width} height={height} rx={8} />
      {share !== null && (
        <rect
          class={`card-bar level-${level}`}
          x={24}
          y={height / 2 - 12}
          width={(width - 40) * share}
          height={24}
        />
      )}
    </>
  );
}

function More({ card }: { card: GraphCard }) {
  return (
    <>
      <text class="card-title" x={14} y={22}>
        {card.title}
      </text>
      <text class="card-soft" x={14} y={40}>
        {card.subtitle}
      </text>
    </>
  );
}

const PIPS = [1, 2, 3] as const;

function Words({ card }: { card: GraphCard }) {
  const { width, badge, title, subtitle, figure, percent, share, level, hidden } = card;
  return (
    <>
      <rect class="card-badge" x={12} y={10} width={14 + 8.2 * badge.length} height={18} rx={4} />
      <text class="card-word" x={18} y={23}>
        {badge}
      </text>
      {level > 0 &&
        PIPS.map((pip) => (
          <rect
            key={pip}
            class={pip <= level ? `card-bar level-${level}` : "card-track"}
            x={width - 38 + (pip - 1) * 9}
            y={24 - 4 * pip}
            width={6}
            height={4 * pip}
            rx={1}
          />
        ))}
      {hidden > 0 && (
        <g class="card-hidden" data-fold={card.id}>
          <rect x={width - (level > 0 ? 118 : 84)} y={8} width={72} height={20} rx={10} />
          <text x={width - (level > 0 ? 82 : 48)} y={22} text-anchor="middle">
            +{hidden} below
          </text>
        </g>
      )}
      {hidden === 0 && card.kind === "step" && card.has_children && (
        <g class="card-fold" data-fold={card.id}>
          <rect x={width - (level > 0 ? 66 : 32)} y={8} width={20} height={20} rx={4} />
          <path d={`M${width - (level > 0 ? 61 : 27)} 18h10`} />
        </g>
      )}
      <text class="card-title" x={12} y={47}>
        {title}
      </text>
      <text class="card-mono" x={12} y={64}>
        {subtitle}
      </text>
      {figure && (
        <>
          <text class="card-figure" x={12} y={86}>
            {figure}
          </text>
          <text class="card-figure" x={width - 12} y={86} text-anchor="end">
            {percent}
          </text>
          {share !== null && (
            <>
              <rect class="card-track" x={12} y={93} width={width - 24} height={5} rx={2.5} />
              <rect
                class={`card-bar level-${level}`}
                x={12}
                y={93}
                width={Math.max((width - 24) * Math.min(share, 1), share > 0 ? 2 : 0)}
                height={5}
                rx={2.5}
              />
            </>
          )}
        </>
      )}
    </>
  );
}

interface LineProps {
  edge: GraphEdge;
  full: boolean;
  /** The step it comes from is chosen or pointed at. */
  lit: boolean;
}

export class Line extends Still<LineProps> {
  render({ edge, full, lit }: LineProps) {
    const off = edge.level === null ? "unknown" : `off-${edge.level}`;
    return (
      <g class={lit ? `edge ${off} lit` : `edge ${off}`}>
        <path class="edge-shared" d={edge.shared} />
        <path class="edge-own" d={edge.own} stroke-width={edge.width} />
        {full && edge.rows && (
          <text x={edge.label_x} y={edge.label_y}>
            {edge.rows}
          </text>
        )}
        {full && edge.off && (
          <text class="edge-off" x={edge.label_x} y={edge.label_y + 14}>
            {edge.off}
          </text>
        )}
      </g>
    );
  }
}
