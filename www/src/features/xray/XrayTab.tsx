/** The pages of the file as a map, those a query asked for, and the same as tables. */
import "./xray.css";
import { signal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import { closeTree, recordPages, showTree } from "../../store/actions_program";
import { chosenDdl, chosenWords } from "../../store/chosen";
import { opened } from "../../store/database";
import { active, nameOf } from "../../store/editor";
import { shownPlan } from "../../store/plan";
import { type Arm, openTree, shownArm, step, xray, xrayTask } from "../../store/xray";
import { Empty, ErrorNote, Note, Working } from "../../ui/basics";
import { bytes, count } from "../../ui/format";
import { Segmented } from "../../ui/segmented";
import { standsIn } from "../plan/PlanNotices";
import { Levels } from "./Levels";
import { COUNT_CLASSES, countsAt, type PageModel, unpack } from "./model";
import { PageMap } from "./PageMap";
import { type Look, looks } from "./paint";
import { Timeline } from "./Timeline";
import { TouchedList } from "./TouchedList";
import { TreesTable } from "./TreesTable";

const list = signal<"trees" | "pages">("trees");

const LABELS: Record<Arm, string> = { before: "Before", after: "After" };

export function XrayTab() {
  const shown = xray.value;
  const statement = active.value;
  const startedAt = xrayTask.startedAt.value;
  const error = xrayTask.error.value;
  if (!opened.value) return <Empty icon="open" title="Open a database first." />;
  const fits = statement !== null && shown?.text.endsWith(statement.sql) === true;
  const recorded = fits && shown?.value.before.trace != null;
  const planned = shownPlan.value?.plan;
  const runs = statement?.kind === "read" && planned && !planned.error && !standsIn(planned);
  const withChanges = chosenDdl.value.length > 0;
  const stale = recorded && withChanges && shown?.changes.join() !== chosenDdl.value.join();
  return (
    <div class="xray">
      <div class="panel-bar">
        <h2>{statement ? nameOf(statement) : "Pages of the file"}</h2>
        <span class={recorded ? "state measured" : "state"} data-testid="xray-state">
          {recorded ? "Recorded" : "Not executed: the file alone"}
        </span>
        <span class="spacer" />
        {runs && (!recorded || stale) && (
          <button
            type="button"
            class="button small primary"
            disabled={startedAt !== null}
            onClick={() => void recordPages()}
          >
            {withChanges ? `Run without and with ${chosenWords.value}` : "Run and record"}
          </button>
        )}
        {!shown && startedAt === null && (
          <button type="button" class="button small" onClick={() => void recordPages("")}>
            Map the file
          </button>
        )}
      </div>
      <Working label="Reading pages" work={xrayTask} />
      {error && startedAt === null && <ErrorNote error={error} />}
      {shown ? (
        <View key={shown.text + shown.changes.join()} shown={shown} recorded={recorded} />
      ) : (
        startedAt === null &&
        !error && (
          <Empty icon="table" title="What is each page of the file for, and which does this query ask for?">
            {`This file has ${bytes(opened.value.database.size_bytes)}; a map of it is made when you ask for it.`}
          </Empty>
        )
      )}
    </div>
  );
}

/** Without what was recorded for another statement. */
function forget(model: PageModel): PageModel {
  const bare = { touched: 0, requests: 0, reads: 0, share: null };
  return {
    ...model,
    trace: null,
    trees: model.trees.map((tree) => ({ ...tree, ...bare })),
    summary: { ...model.summary, counters: null, temporary_requests: 0, attached: [] },
  };
}

function View({ shown, recorded }: { shown: NonNullable<typeof xray.value>; recorded: boolean }) {
  const models = useMemo(() => {
    const made = (arm: Arm): PageModel | null => {
      const value = shown.value[arm];
      const model = value && unpack(value);
      return model && (recorded ? model : forget(model));
    };
    return { before: made("before") as PageModel, after: made("after") };
  }, [shown, recorded]);
  const { before, after } = models;
  const faces = useMemo(() => looks(after ? [before, after] : [before]), [before, after]);
  const at = step.value;
  const counts = useMemo(
    () => ({ before: countsAt(before, at), after: after && countsAt(after, at) }),
    [before, after, at],
  );
  useEffect(() => {
    step.value = null;
  }, [shown, recorded]);

  const arms: Arm[] =
    !after || shownArm.value === "before"
      ? ["before"]
      : shownArm.value === "after"
        ? ["after"]
        : ["before", "after"];
  const main = arms.length === 1 && arms[0] ? arms[0] : "after";
  const model = (main === "after" ? after : before) ?? before;
  const tree = openTree.value;
  const summary = model.summary;
  const mapOf = (arm: Arm) => {
    const its = arm === "after" ? after : before;
    const asked = arm === "after" ? counts.after : counts.before;
    if (!its || !asked) return null;
    const order = its.trace?.order;
    const current = at !== null && at > 0 && order && at <= order.length ? (order[at - 1] ?? null) : null;
    const shared = {
      label: after ? LABELS[arm] : "The file",
      model: its,
      looks: faces,
      counts: asked,
      current,
    };
    return tree?.arm === arm ? (
      <Levels key={`${arm} ${tree.tree}`} {...shared} open={tree} onClose={closeTree} />
    ) : (
      <PageMap
        key={arm}
        {...shared}
        mostPages={Math.max(before.pageCount, after?.pageCount ?? 0)}
        onOpen={(of) => void showTree(arm, of)}
      />
    );
  };
  return (
    <>
      {after && (
        <div class="xray-arms">
          <Segmented
            label="Which map"
            options={[
              { id: "before", label: "Before" },
              { id: "after", label: "After" },
              { id: "both", label: "Both" },
            ]}
            current={shownArm.value}
            onChange={(id) => {
              shownArm.value = id;
              closeTree();
            }}
          />
          {before.summary.counters && after.summary.counters && (
            <p data-testid="xray-change">
              <b>{count(before.summary.counters.page_requests)}</b> page requests before,{" "}
              <b>{count(after.summary.counters.page_requests)}</b> after;{" "}
              <b>{count(before.summary.counters.page_reads)}</b> reads before,{" "}
              <b>{count(after.summary.counters.page_reads)}</b> after
            </p>
          )}
        </div>
      )}
      {summary.damaged && <Note tone="warn">The file is damaged: not every page is where it should be.</Note>}
      {summary.extent === "inner_pages" && (
        <Note tone="neutral">
          Only inner pages were read, because the file is large or damaged: how full leaves are is not known,
          and overflow pages are among those not reached.
        </Note>
      )}
      {summary.stopped && summary.stopped !== "end" && (
        <Note tone="warn">The run was stopped; these are the requests so far.</Note>
      )}
      <div class={arms.length > 1 ? "xray-columns both" : "xray-columns"}>
        <div class="xray-maps">
          <div class="xray-pair">{arms.map(mapOf)}</div>
          <Timeline key={main} model={model} label={arms.length > 1 ? "After: " : ""} />
          <Legend trace={model.trace !== null} />
        </div>
        <div class="xray-lists">
          {model.trace && (
            <Segmented
              label="List"
              options={[
                { id: "trees", label: "B-trees" },
                { id: "pages", label: `Touched pages (${count(model.trace.pages.length)})` },
              ]}
              current={list.value}
              onChange={(id) => {
                list.value = id;
              }}
            />
          )}
          {model.trace && list.value === "pages" ? (
            <TouchedList label={LABELS[main]} model={model} />
          ) : (
            <TreesTable
              label={after ? LABELS[main] : "The file"}
              model={model}
              looks={faces}
              other={otherOf(main, models)}
              onOpen={(of) => void showTree(main, of)}
            />
          )}
        </div>
      </div>
    </>
  );
}

function otherOf(main: Arm, { before, after }: { before: PageModel; after: PageModel | null }) {
  if (!after?.trace || !before.trace) return null;
  return main === "after" ? { label: "before", model: before } : { label: "after", model: after };
}

function Legend({ trace }: { trace: boolean }) {
  const look: Look = { colour: 1, hatch: "" };
  if (!trace) {
    return <p class="fine">Each colour is a b-tree; its name and numbers are in the table.</p>;
  }
  return (
    <ul class="xray-legend" aria-label="Strength of the colour">
      {COUNT_CLASSES.map((words, at) => (
        <li key={words}>
          <span class={`xray-swatch tree-${look.colour} strength-${at}`} aria-hidden="true" />
          {words}
        </li>
      ))}
    </ul>
  );
}
