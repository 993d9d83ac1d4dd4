/** A figure over sizes of the data, both logarithmic; each plan has its own mark. Its table stands beside it. */
import { brief } from "../ui/format";
import { logScale } from "./scale";

export interface SizePoint {
  factor: number;
  value: number;
  /** Which plan it is. */
  plan: number;
}

const LEFT = 62;
const RIGHT = 14;
const TOP = 14;
const BOTTOM = 36;
const HEIGHT = 220;
const MARKS = 4;

interface Props {
  points: SizePoint[];
  /** Factors at which the plan changes. */
  flips: number[];
  current: number;
  width: number;
  title: string;
}

/** Where the first and the last of them stand, in px from the left of a chart that is this wide. */
export function ends(points: SizePoint[], width: number): { first: number; last: number } {
  const factors = points.map((point) => point.factor);
  const across = logScale(factors);
  const x = (value: number) => LEFT + across.at(value) * (width - LEFT - RIGHT);
  return { first: x(factors[0] ?? 1), last: x(factors.at(-1) ?? 1) };
}

export function SizeChart({ points, flips, current, width, title }: Props) {
  const across = logScale(points.map((point) => point.factor));
  const up = logScale(
    points.map((point) => Math.max(point.value, 1)),
    false,
  );
  const x = (value: number) => LEFT + across.at(value) * (width - LEFT - RIGHT);
  const y = (value: number) => HEIGHT - BOTTOM - up.at(Math.max(value, 1)) * (HEIGHT - TOP - BOTTOM);
  const path = points.map((point, at) => `${at ? "L" : "M"}${x(point.factor)} ${y(point.value)}`).join("");
  return (
    <svg
      class="sizes"
      viewBox={`0 0 ${width} ${HEIGHT}`}
      width={width}
      height={HEIGHT}
      role="img"
      aria-label={title}
    >
      {across.ticks.map((tick) => (
        <g key={`x${tick}`}>
          <line class={tick === 1 ? "one" : "grid"} x1={x(tick)} x2={x(tick)} y1={TOP} y2={HEIGHT - BOTTOM} />
          <text class="tick" x={x(tick)} y={HEIGHT - BOTTOM + 15} text-anchor="middle">
            {tick < 1 ? `÷${brief(1 / tick)}` : `×${brief(tick)}`}
          </text>
        </g>
      ))}
      {up.ticks.map((tick) => (
        <g key={`y${tick}`}>
          <line class="grid" x1={LEFT} x2={width - RIGHT} y1={y(tick)} y2={y(tick)} />
          <text class="tick" x={LEFT - 6} y={y(tick) + 4} text-anchor="end">
            {short(tick)}
          </text>
        </g>
      ))}
      {flips.map((factor) => (
        <line key={factor} class="flip" x1={x(factor)} x2={x(factor)} y1={TOP} y2={HEIGHT - BOTTOM} />
      ))}
      <path class="line" d={path} />
      {points.map((point, at) => (
        <Mark
          key={point.factor}
          x={x(point.factor)}
          y={y(point.value)}
          plan={point.plan}
          on={at === current}
        />
      ))}
      <text class="axis" x={LEFT + (width - LEFT - RIGHT) / 2} y={HEIGHT - 3} text-anchor="middle">
        times the rows there are
      </text>
    </svg>
  );
}

function Mark({ x, y, plan, on }: { x: number; y: number; plan: number; on: boolean }) {
  const size = on ? 6 : 3.5;
  const kind = plan % MARKS;
  const name = `mark mark-${kind}${on ? " on" : ""}`;
  if (kind === 0) return <circle class={name} cx={x} cy={y} r={size} />;
  if (kind === 1) return <rect class={name} x={x - size} y={y - size} width={size * 2} height={size * 2} />;
  if (kind === 2)
    return <path class={name} d={`M${x} ${y - size - 1}l${size + 1} ${size * 2}h${-2 * size - 2}z`} />;
  return (
    <path
      class={name}
      d={`M${x - size - 1} ${y}l${size + 1} ${size + 1} ${size + 1} ${-size - 1} ${-size - 1} ${-size - 1}z`}
    />
  );
}

function short(value: number): string {
  const units = ["", "k", "M", "G", "T"];
  let size = value;
  let unit = 0;
  while (size >= 1000 && unit < units.length - 1) {
    size /= 1000;
    unit++;
  }
  return `${brief(size)}${units[unit]}`;
}
