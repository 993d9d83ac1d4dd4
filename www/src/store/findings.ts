/** What was found in a statement by looking closely, and what the user has set aside. */
import { signal } from "@preact/signals";
import type { Finding, Findings } from "../engine/types";
import { createTask } from "./task";

/** After a run, in ms: typing waits no longer than this for its plan. */
export const CLOSE_LOOK_MS = 1500;

export const findingsTask = createTask<Findings>();
/** The statement with its comments, as it was looked at. */
export const lookedAt = signal("");

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
