/** The plan on show for other places: as text, in the formats that the command prints, too. */
import type { Explained, ExportFormat, StatementPlan, Theme } from "../engine/types";
import { engine } from "./actions_call";
import { graphRequest } from "./actions_graph";
import { active, nameOf } from "./editor";
import { closeLook } from "./findings";
import { explained, shownPlan } from "./plan";

/** The plan on show with what a closer look found, as the command has it. */
function shown(): StatementPlan | null {
  const statement = active.value;
  const plan = shownPlan.value?.plan;
  if (!statement || !plan) return null;
  const { findings, not_looked_at } = closeLook(plan) ?? plan;
  return { ...plan, name: nameOf(statement), statement, findings, not_looked_at };
}

/** Null if there is no plan. */
export async function exportPlan(format: ExportFormat | "json"): Promise<string | null> {
  const plan = shown();
  if (!plan) return null;
  if (format !== "json") return engine().call("export_plan", [plan, format]).answer;
  const object: Explained = { sqlite_version: explained.value?.sqlite_version ?? "", statements: [plan] };
  return `${JSON.stringify(object, null, 2)}\n`;
}

/** The graph as it would be shown as the text of an SVG file; null if there is none. */
export async function graphSvg(title: string, theme: Theme): Promise<string | null> {
  const request = graphRequest.value;
  return request ? engine().call("graph_svg", [request, title, theme]).answer : null;
}
