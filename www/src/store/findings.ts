/** What was found in a statement by looking closely, and what the user has set aside. */
import { signal } from "@preact/signals";
import type { Finding, Findings, StatementPlan } from "../engine/types";
import { active, sliceOf, statements, text } from "./editor";
import { withChosen } from "./plan";
import { createTask } from "./task";

/** After a run, in ms: typing waits no longer than this for its plan. */
export const CLOSE_LOOK_MS = 1500;

export const findingsTask = createTask<Findings>();
/** The statement with its comments, as it was looked at. */
export const lookedAt = signal("");

/** The close look at this very statement, if there was one. */
export function closeLook(plan: StatementPlan): Findings | null {
  const statement = active.value;
  const close = findingsTask.value.value;
  if (!statement || !close || withChosen.value || close.sql !== plan.sql) return null;
  const slice = sliceOf(statements.value, statement, text.value).text;
  return lookedAt.value === slice ? close : null;
}

export const REASONS = ["No problem here", "Meant that way", "Not now"] as const;
export type Reason = (typeof REASONS)[number];

export interface Dismissed {
  sql: string;
  rule: string;
  piece: string;
  reason: Reason;
}
/** As long as the page is open. */
export const dismissed = signal<Dismissed[]>([]);

export function pieceOf(sql: string, finding: Finding): string {
  return finding.span ? sql.slice(finding.span.start, finding.span.end) : "";
}

export function dismissalOf(sql: string, finding: Finding): Dismissed | undefined {
  const piece = pieceOf(sql, finding);
  return dismissed.value.find((one) => one.sql === sql && one.rule === finding.rule && one.piece === piece);
}

export function dismissFinding(sql: string, finding: Finding, reason: Reason): void {
  dismissed.value = [...dismissed.value, { sql, rule: finding.rule, piece: pieceOf(sql, finding), reason }];
}

export function bringBack(sql: string): void {
  dismissed.value = dismissed.value.filter((one) => one.sql !== sql);
}
