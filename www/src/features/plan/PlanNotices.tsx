/** What is worth knowing about how a statement was planned, and whether it is run at all. */
import type { Notice, StatementPlan } from "../../engine/types";
import { Note, type Tone } from "../../ui/basics";

const TONES: Record<string, Tone> = { stand_in: "warn", parameter_without_value: "warn" };

/** True if the statement needs what only the person's application has. */
export function standsIn(plan: StatementPlan): boolean {
  return plan.notices.some(({ code }) => code === "stand_in");
}

export function PlanState({ measured, onlyExplained }: { measured: boolean; onlyExplained: boolean }) {
  const words = onlyExplained
    ? "Explained, not run"
    : measured
      ? "Measured"
      : "Not executed: this is the plan";
  return (
    <span class={measured ? "state measured" : "state"} data-testid="plan-state">
      {words}
    </span>
  );
}

export function PlanNotices({ notices }: { notices: Notice[] }) {
  if (notices.length === 0) return null;
  return (
    <div class="notices-list">
      {notices.map(({ code, message }) => (
        <Note key={code + message} tone={TONES[code] ?? "neutral"} testid={`notice-${code}`}>
          {message}
        </Note>
      ))}
    </div>
  );
}
