/** The planner's estimate beside what came out: both for one loop, and how far they are apart. */
import type { LoopStats } from "../../engine/types";
import { Badge } from "../../ui/basics";
import { about, brief } from "../../ui/format";
import { Level, OFF_WORDS } from "../../ui/level";

export function Estimate({ loops }: { loops: LoopStats }) {
  const ratio = loops.estimate_ratio;
  const level = loops.estimate_level ?? 0;
  if (loops.rows_out_per_loop === null || ratio === null) return <>–</>;
  return (
    <>
      <span>{brief(loops.rows_estimated)}</span>
      {loops.loops > 1 && <span class="figure-note">came: {brief(loops.rows_out_per_loop)}</span>}
      {level > 0 && (
        <span class="off">
          <Badge tone={level > 1 ? "bad" : "warn"}>
            ×{about(Math.max(ratio, 1 / ratio))} too {ratio > 1 ? "low" : "high"}
            <Level level={level} words={OFF_WORDS} />
          </Badge>
        </span>
      )}
    </>
  );
}
