/** The plan at other sizes of the data, where it changes, and how the work grows. */
import { useRef } from "preact/hooks";
import { ends, SizeChart } from "../../charts/sizes";
import type { Flip, Growth, Scaled, ScaledPlan, TableRows } from "../../engine/types";
import { measureGrowth, planSizes } from "../../store/actions_plan";
import { active, sliceOf, statements, text } from "../../store/editor";
import { explained } from "../../store/plan";
import { growthTask, growthText, scaledTask, scaledText, sizeIndex } from "../../store/size";
import { Empty, ErrorNote, Note, Working } from "../../ui/basics";
import { brief, count, plural } from "../../ui/format";
import { FiguresTable } from "../../ui/table";
import { useWidth } from "../../ui/width";
import { PlanText } from "../plan/PlanText";

/** About as wide as browsers draw the handle of a slider. */
const THUMB_PX = 16;

export function SizeTab() {
  const statement = active.value;
  if (!statement) {
    return (
      <Empty icon="table" title="No statement">
        Write a query to see how its plan changes with the size of the data.
      </Empty>
    );
  }
  const now = sliceOf(statements.value, statement, text.value).text;
  const reads = explained.value?.statements[statement.index]?.statement.kind === "read";
  return (
    <div class="panel size-tab">
      <Plans now={now} />
      <Measured now={now} reads={reads} />
    </div>
  );
}

function Plans({ now }: { now: string }) {
  const startedAt = scaledTask.startedAt.value;
  const scaled = scaledText.value === now ? scaledTask.value.value : null;
  const error = scaledTask.error.value;
  return (
    <section aria-label="Plans at other sizes">
      <div class="panel-bar">
        <h3>Plans at other sizes</h3>
        <button
          type="button"
          class="button small"
          disabled={startedAt !== null}
          onClick={() => void planSizes()}
        >
          Plan from ÷100 to ×1,000
        </button>
      </div>
      <p class="fine">
        SQLite plans by its statistics, not by the rows. Given statistics of more or fewer rows, it shows the
        plan that such a database would have. Nothing is run.
      </p>
      <Working label="Planning at other sizes" work={scaledTask} />
      {error && startedAt === null && <ErrorNote error={error} />}
      {scaled && startedAt === null && <Sizes scaled={scaled} />}
    </section>
  );
}

function Sizes({ scaled }: { scaled: Scaled }) {
  const box = useRef<HTMLDivElement>(null);
  const width = useWidth(box, 640);
  const at = Math.min(sizeIndex.value, scaled.sizes.length - 1);
  const size = scaled.sizes[at];
  if (!size) return null;
  const points = scaled.sizes.map(({ factor, rows_expected, plan_number }) => ({
    factor,
    value: rows_expected,
    plan: plan_number,
  }));
  const chart = Math.max(280, width);
  const { first, last } = ends(points, chart);
  return (
    <>
      <p data-testid="size-summary">
        {scaled.flips.length === 0
          ? "The plan is the same at all of these sizes."
          : `The plan changes ${scaled.flips.length === 1 ? "once" : plural(scaled.flips.length, "time")} between them.`}
      </p>
      <div ref={box} class="size-chart">
        <SizeChart
          points={points}
          flips={scaled.flips.map(({ factor }) => factor)}
          current={at}
          width={chart}
          title="Rows that SQLite expects to visit, by size of the data; the table below has the figures"
        />
      </div>
      <label class="size-slider">
        <span>Size of the data: {factorWords(size.factor)}</span>
        <input
          type="range"
          // Its handle below the mark it stands for.
          style={{ marginInlineStart: `${first - THUMB_PX / 2}px`, width: `${last - first + THUMB_PX}px` }}
          min={0}
          max={scaled.sizes.length - 1}
          value={at}
          aria-valuetext={`${factorWords(size.factor)}, ${tableWords(size.tables)}`}
          data-testid="size-slider"
          onInput={(event) => {
            sizeIndex.value = Number(event.currentTarget.value);
          }}
        />
      </label>
      <At size={size} />
      {scaled.flips.map((flip) => (
        <FlipNote key={flip.factor} flip={flip} />
      ))}
      <details class="more">
        <summary>All sizes as a table</summary>
        <FiguresTable
          label="All sizes"
          heads={["Size", "Rows", { number: "Rows expected to be visited" }, { number: "Plan" }]}
          testid="size-table"
        >
          {scaled.sizes.map((one) => (
            <tr key={one.factor}>
              <th scope="row">{factorWords(one.factor)}</th>
              <td>{tableWords(one.tables)}</td>
              <td class="number">{count(Math.round(one.rows_expected))}</td>
              <td class="number">{one.plan_number + 1}</td>
            </tr>
          ))}
        </FiguresTable>
      </details>
      <ul class="fine assumptions">
        {scaled.assumptions.map((sentence) => (
          <li key={sentence}>{sentence}</li>
        ))}
      </ul>
    </>
  );
}

function At({ size }: { size: ScaledPlan }) {
  return (
    <div class="size-at" aria-live="polite">
      <p>
        {tableWords(size.tables)}. SQLite expects to visit{" "}
        <strong>{plural(Math.round(size.rows_expected), "row")}</strong>.
      </p>
      <PlanText
        label={`Plan ${size.plan_number + 1}`}
        text={size.plan_text}
        nodes={size.plan}
        query={factorWords(size.factor)}
      />
    </div>
  );
}

function FlipNote({ flip }: { flip: Flip }) {
  return (
    <details class="more flip-note">
      <summary>
        From {factorWords(flip.factor)} on another plan: {tableWords(flip.tables)}
      </summary>
      <div class="before-after">
        <PlanText label="Below" text={flip.below_text} nodes={[]} query="Below" />
        <PlanText label="From there on" text={flip.above_text} nodes={[]} query="From there on" />
      </div>
    </details>
  );
}

function Measured({ now, reads }: { now: string; reads: boolean }) {
  const startedAt = growthTask.startedAt.value;
  const growth = growthText.value === now ? growthTask.value.value : null;
  const error = growthTask.error.value;
  return (
    <section aria-label="Growth, measured">
      <div class="panel-bar">
        <h3>Growth, measured</h3>
        <button
          type="button"
          class="button small"
          disabled={startedAt !== null || !reads}
          onClick={() => void measureGrowth()}
        >
          Run on all, ½, ¼ and ⅛ of the data
        </button>
      </div>
      <p class="fine">
        The query is run on copies that hold the rows added first. From the work of each follows how it grows.
      </p>
      <Working label="Measuring growth" work={growthTask} />
      {error && startedAt === null && <ErrorNote error={error} />}
      {growth && startedAt === null && <GrowthTable growth={growth} />}
    </section>
  );
}

function GrowthTable({ growth }: { growth: Growth }) {
  return (
    <>
      <Note tone="neutral" testid="growth-sentence">
        {growth.sentence}
      </Note>
      <FiguresTable
        label="Work on parts of the data"
        heads={["Rows", { number: "VM steps" }, { number: "Page requests" }, { number: "Rows returned" }]}
        testid="growth-table"
      >
        {growth.points.map((point) => (
          <tr key={point.rows}>
            <th scope="row">{tableWords(point.tables)}</th>
            <td class="number">{point.counters ? count(point.counters.vm_steps) : "not in time"}</td>
            <td class="number">{point.counters ? count(point.counters.page_requests) : "–"}</td>
            <td class="number">{point.counters ? count(point.counters.rows_returned) : "–"}</td>
          </tr>
        ))}
      </FiguresTable>
      <ul class="fine assumptions">
        {growth.notes.map((sentence) => (
          <li key={sentence}>{sentence}</li>
        ))}
      </ul>
    </>
  );
}

function factorWords(factor: number): string {
  if (factor === 1) return "as it is";
  return factor < 1 ? `÷${brief(1 / factor)}` : `×${brief(factor)}`;
}

function tableWords(tables: TableRows[]): string {
  if (tables.length === 0) return "No table with statistics";
  return tables.map(({ name, rows }) => `${name} ${count(rows)}`).join(", ");
}
