/** The plan of the statement under the cursor: graph, table or text, findings, counters. */
import { chosenCount, chosenDdl, chosenWords } from "../../store/chosen";
import { opened } from "../../store/database";
import { active, nameOf } from "../../store/editor";
import { planError, planView, shownPlan, wantChosen, withChosen } from "../../store/plan";
import { shownNode } from "../../store/steps";
import { whyOpen } from "../../store/why";
import { Empty, ErrorNote } from "../../ui/basics";
import { CountersHelp, CountersRow } from "../../ui/counters";
import { Icon } from "../../ui/icon";
import { later } from "../../ui/later";
import { Segmented } from "../../ui/segmented";
import { Findings } from "../findings/Findings";
import { ExportMenu } from "./ExportMenu";
import { PlanLines } from "./PlanLines";
import { PlanNotices, PlanState, standsIn } from "./PlanNotices";
import { PlanTree } from "./PlanTree";
import { StepDetails } from "./StepDetails";
import { ViewBar } from "./ViewBar";

const WhyPanel = later(() => import("../why/WhyPanel").then((part) => part.WhyPanel));

const GraphPanel = later(() => import("../graph/GraphPanel").then((part) => part.GraphPanel));

export function PlanTab() {
  const statement = active.value;
  const shown = shownPlan.value;
  if (!opened.value) {
    return <Empty icon="open" title="Open a database to see the plan." />;
  }
  if (planError.value) return <ErrorNote error={planError.value} />;
  if (!statement) {
    return (
      <Empty icon="index" title="Type a query above.">
        Its plan appears here while you type. Nothing is executed until you press Run.
      </Empty>
    );
  }
  if (!shown) return <p class="fine">Asking SQLite for the plan…</p>;
  const { plan, measured } = shown;
  const node = shownNode.value;
  return (
    <div class="plan">
      <div class="panel-bar">
        <h2>{nameOf(statement)}</h2>
        <PlanState measured={measured} onlyExplained={standsIn(plan)} />
        <div class="plan-actions">
          {chosenDdl.value.length > 0 && (
            <Segmented
              label="Database"
              options={[
                { id: "as_is", label: "As is" },
                {
                  id: "with",
                  label:
                    chosenCount.value > 0 ? `With ${chosenCount.value} chosen` : `With ${chosenWords.value}`,
                },
              ]}
              current={withChosen.value ? "with" : "as_is"}
              onChange={(id) => {
                wantChosen.value = id === "with";
              }}
            />
          )}
          <Segmented
            label="View"
            options={[
              { id: "graph", label: "Graph" },
              { id: "tree", label: "Table" },
              { id: "text", label: "Text" },
            ]}
            current={planView.value}
            onChange={(id) => {
              planView.value = id;
            }}
          />
          {plan.plan.length > 0 && <ExportMenu />}
        </div>
      </div>
      {plan.error && <ErrorNote error={plan.error} />}
      <PlanNotices notices={plan.notices} />
      {plan.plan.length === 0 && !plan.error && (
        <p class="fine">SQLite needs no plan for this statement: it reads no table.</p>
      )}
      {planView.value === "graph" && plan.plan.length > 0 && <GraphPanel />}
      {planView.value === "tree" && plan.plan.length > 0 && (
        <>
          <ViewBar />
          <div class={measured ? "plan-columns measured" : "plan-columns"}>
            <PlanTree
              measured={measured}
              counters={plan.counters}
              rest={plan.rest}
              selected={node?.id ?? null}
            />
            <StepDetails node={node} />
          </div>
        </>
      )}
      {planView.value === "text" && plan.plan_text && (
        <>
          <ViewBar />
          <div class="plan-columns">
            <PlanLines text={plan.plan_text} selected={node?.id ?? null} />
            <StepDetails node={node} />
          </div>
        </>
      )}
      {!plan.error && <Findings plan={plan} measured={measured} />}
      {measured && plan.counters && (
        <section aria-label="Counters">
          <h3>Counters of the last run</h3>
          <CountersRow counters={plan.counters} />
          <CountersHelp />
        </section>
      )}
      {plan.plan.length > 0 && (
        <details
          class="why"
          open={whyOpen.value}
          onToggle={(event) => {
            whyOpen.value = event.currentTarget.open;
          }}
        >
          <summary>Why this plan?</summary>
          {whyOpen.value && <WhyPanel />}
        </details>
      )}
      {!measured && plan.plan.length > 0 && !withChosen.value && !standsIn(plan) && (
        <p class="fine run-hint">
          <Icon name="run" size={13} /> Run it to see rows and work per step.
        </p>
      )}
    </div>
  );
}
