/** Ratios with their intervals on a log axis; the line at 1 means "no difference". Its table stands beside it. */
import { logScale } from "./scale";

export interface DotRow {
  label: string;
  ratio: number;
  low: number;
  high: number;
  tone: "good" | "bad" | "neutral";
}

const LEFT = 12;
const RIGHT = 12;
const ROW = 40;
const AXIS = 42;
/** With more rows than this the axis is labelled above, too. */
const TALL = 8;

export function DotPlot({ rows, width, title }: { rows: DotRow[]; width: number; title: string }) {
  const scale = logScale(rows.flatMap((row) => [row.low, row.ratio, row.high]));
  const x = (value: number) => LEFT + scale.at(value) * (width - LEFT - RIGHT);
  const height = (rows.length > TALL ? 18 : 0) + rows.length * ROW + AXIS;
  const top = rows.length > TALL ? 18 : 0;
  const floor = top + rows.length * ROW + 4;
  const one = x(1);
  return (
    <svg
      class="dotplot"
      viewBox={`0 0 ${width} ${height}`}
      width={width}
      height={height}
      role="img"
      aria-label={title}
    >
      {scale.ticks.map((tick) => (
        <g key={tick}>
          <line class={tick === 1 ? "one" : "grid"} x1={x(tick)} x2={x(tick)} y1={top} y2={floor} />
          <text class="tick" x={x(tick)} y={floor + 14} text-anchor={anchor(x(tick), width)}>
            {tick}
          </text>
          {top > 0 && (
            <text class="tick" x={x(tick)} y={12} text-anchor={anchor(x(tick), width)}>
              {tick}
            </text>
          )}
        </g>
      ))}
      <text class="axis" x={Math.max(one - 8, 70)} y={floor + 31} text-anchor="end">
        ← faster
      </text>
      <text class="axis" x={Math.min(one + 8, width - 56)} y={floor + 31}>
        {one < width - 60 ? "slower →" : ""}
      </text>
      {rows.map((row, index) => {
        const y = top + index * ROW + 28;
        return (
          <g key={row.label} class={`dot tone-${row.tone}`}>
            <text class="dot-label" x={LEFT} y={y - 13}>
              {row.label}
            </text>
            <line class="interval" x1={x(row.low)} x2={x(row.high)} y1={y} y2={y} />
            <line class="cap" x1={x(row.low)} x2={x(row.low)} y1={y - 6} y2={y + 6} />
            <line class="cap" x1={x(row.high)} x2={x(row.high)} y1={y - 6} y2={y + 6} />
            {row.tone === "good" ? (
              <circle cx={x(row.ratio)} cy={y} r={3.5} />
            ) : row.tone === "bad" ? (
              <rect x={x(row.ratio) - 3.5} y={y - 3.5} width={7} height={7} />
            ) : (
              <circle class="hollow" cx={x(row.ratio)} cy={y} r={3.5} />
            )}
          </g>
        );
      })}
    </svg>
  );
}

function anchor(x: number, width: number): "start" | "middle" | "end" {
  return x < 24 ? "start" : x > width - 24 ? "end" : "middle";
}
