/** The planner's estimate beside what came out: both for one loop, and how far they are apart. */
import type { LoopStats } from "../../engine/types";
import { Badge } from "../../ui/basics";
import { about, brief } from "../../ui/format";

/** From here on an estimate is marked; from the second on it is marked as bad. */
const MARKED = [10, 100] as const;

export function Estimate({ loops }: { loops: LoopStats }) {
  const ratio = loops.estimate_ratio;
  if (loops.rows_out_per_loop === null || ratio === null) return <>–</>;
  const off = Math.max(ratio, 1 / ratio);
  return (
    <>
      <span>{brief(loops.rows_estimated)}</span>
      {loops.loops > 1 && <span class="figure-note">came: {brief(loops.rows_out_per_loop)}</span>}
      {off >= MARKED[0] && (
        <span class="off">
          <Badge tone={off >= MARKED[1] ? "bad" : "warn"}>
            ×{about(off)} too {ratio > 1 ? "low" : "high"}
          </Badge>
        </span>
      )}
    </>
  );
}
