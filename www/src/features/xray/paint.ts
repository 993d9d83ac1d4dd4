/** Colours and hatches of the trees, as the theme has them, ready to fill with. */
import type { PageTree } from "../../engine/types";
import type { PageModel } from "./model";

/** How a tree is drawn everywhere: one of the colours, 0 being grey, and one of the hatches. */
export interface Look {
  colour: number;
  hatch: "" | "diagonal" | "cross" | "dots";
}

export const COLOURS = 8;

const HATCHES: Look["hatch"][] = ["", "diagonal", "cross", "dots"];

export const keyOf = (tree: PageTree) => `${tree.kind} ${tree.name}`;

/** A look for each tree, the same in both maps: those that were asked for have the first choice. */
export function looks(models: PageModel[]): Map<string, Look> {
  const trees = new Map<string, { tree: PageTree; rank: number }>();
  for (const model of models) {
    for (const tree of model.trees) {
      const rank = tree.requests * 1e9 + tree.pages;
      const known = trees.get(keyOf(tree));
      trees.set(keyOf(tree), { tree, rank: Math.max(rank, known?.rank ?? 0) });
    }
  }
  const found = new Map<string, Look>();
  let place = 0;
  for (const [key, { tree }] of [...trees].sort((a, b) => b[1].rank - a[1].rank)) {
    switch (tree.kind) {
      case "table":
      case "index":
        if (tree.root === 1) found.set(key, { colour: 0, hatch: "" });
        else {
          const hatch = HATCHES[Math.floor(place / COLOURS) % HATCHES.length] ?? "";
          found.set(key, { colour: (place % COLOURS) + 1, hatch });
          place++;
        }
        break;
      case "freelist":
        found.set(key, { colour: 0, hatch: "dots" });
        break;
      case "pointer_map":
        found.set(key, { colour: 0, hatch: "diagonal" });
        break;
      default:
        found.set(key, { colour: 0, hatch: "cross" });
    }
  }
  return found;
}

type Rgb = [number, number, number];

/** What canvases draw with; made anew when the theme changes. */
export class Paint {
  readonly surface: string;
  readonly ink: string;
  readonly soft: string;
  readonly line: string;
  readonly accent: string;
  readonly #surface: Rgb;
  readonly #ink: Rgb;
  readonly #colours: Rgb[];
  readonly #fills = new Map<string, string | CanvasPattern>();

  constructor(element: HTMLElement) {
    const probe = element.appendChild(document.createElement("i"));
    const resolve = (name: string): Rgb => {
      probe.style.color = `var(${name})`;
      const [r = 0, g = 0, b = 0] =
        getComputedStyle(probe)
          .color.match(/[\d.]+/g)
          ?.map(Number) ?? [];
      return [r, g, b];
    };
    this.#surface = resolve("--surface");
    this.#ink = resolve("--ink");
    this.surface = css(this.#surface);
    this.ink = css(this.#ink);
    this.soft = css(resolve("--ink-soft"));
    this.line = css(resolve("--line-strong"));
    this.accent = css(resolve("--accent"));
    this.#colours = Array.from({ length: COLOURS + 1 }, (_, at) => resolve(`--tree-${at}`));
    probe.remove();
  }

  /**
   * The fill of a tree's pages: pale for those not asked for, stronger the more often they were. Without a
   * trace all are shown alike, at `plain`.
   */
  fill(context: CanvasRenderingContext2D, look: Look, strength: number): string | CanvasPattern {
    const key = `${look.colour} ${look.hatch} ${strength}`;
    const known = this.#fills.get(key);
    if (known) return known;
    const base = this.#colours[look.colour] ?? this.#ink;
    const share = [0.2, 0.6, 0.8, 1, 1][strength] ?? PLAIN_SHARE;
    let colour = mix(this.#surface, base, share);
    if (strength === 4) colour = mix(base, this.#ink, 0.42);
    const fill = look.hatch
      ? hatched(context, css(colour), css(mix(colour, this.#surface, 0.55)), look.hatch)
      : css(colour);
    this.#fills.set(key, fill);
    return fill;
  }
}

/** The strength of pages where nothing was recorded. */
export const PLAIN = 9;
const PLAIN_SHARE = 0.62;

function mix(from: Rgb, to: Rgb, share: number): Rgb {
  const at = (i: 0 | 1 | 2) => Math.round(from[i] + (to[i] - from[i]) * share);
  return [at(0), at(1), at(2)];
}

function css([r, g, b]: Rgb): string {
  return `rgb(${r} ${g} ${b})`;
}

function hatched(
  context: CanvasRenderingContext2D,
  ground: string,
  line: string,
  hatch: Look["hatch"],
): string | CanvasPattern {
  const tile = document.createElement("canvas");
  tile.width = 6;
  tile.height = 6;
  const draw = tile.getContext("2d");
  if (!draw) return ground;
  draw.fillStyle = ground;
  draw.fillRect(0, 0, 6, 6);
  draw.strokeStyle = line;
  draw.fillStyle = line;
  draw.lineWidth = 1.4;
  draw.beginPath();
  if (hatch === "dots") draw.fillRect(2, 2, 2, 2);
  else {
    for (const shift of [-6, 0, 6]) {
      draw.moveTo(shift - 1, 7);
      draw.lineTo(shift + 7, -1);
      if (hatch === "cross") {
        draw.moveTo(shift - 1, -1);
        draw.lineTo(shift + 7, 7);
      }
    }
  }
  draw.stroke();
  return context.createPattern(tile, "repeat") ?? ground;
}
