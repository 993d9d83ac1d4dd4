/** The plans of a text in which one statement was just edited, from that of the one and those known of the others. */
import type { Explained, ExplainedAt, Statement, StatementPlan } from "../engine/types";

/** Null if there is a statement whose plan is not known, or the one that is meant has none to show. */
export function withEdited(before: Explained, { statements, meant }: ExplainedAt): Explained | null {
  if (!meant || meant.error) return null;
  const known = new Map(before.statements.map((plan) => [plan.sql, plan]));
  const plans: StatementPlan[] = [];
  for (const statement of statements) {
    const plan = statement.index === meant.statement.index ? meant : known.get(statement.sql);
    if (!plan) return null;
    plans.push(plan === meant ? meant : moved(plan, statement));
  }
  return { ...before, statements: plans };
}

function moved(plan: StatementPlan, to: Statement): StatementPlan {
  const { index, name, weight, see, span } = to;
  const by = span.start - plan.statement.span.start;
  const at = plan.error?.span;
  return {
    ...plan,
    name,
    statement: { ...plan.statement, index, name, weight, see, span },
    error:
      plan.error && at ? { ...plan.error, span: { start: at.start + by, end: at.end + by } } : plan.error,
  };
}
