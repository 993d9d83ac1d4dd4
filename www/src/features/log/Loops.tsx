/** Loops of a log (N+1), each with the one statement for it and what was proven of that. */
import type { Log, QueryLoop } from "../../engine/types";
import { opened } from "../../store/database";
import { proofs } from "../../store/logs";
import { Badge, CodeBlock, CopyButton } from "../../ui/basics";
import { count, duration, plural } from "../../ui/format";

export function Loops({ log }: { log: Log }) {
  if (log.loops.length === 0) return null;
  return (
    <section aria-label="Loops">
      <h3>Loops (N+1)</h3>
      <ul class="cards">
        {log.loops.map((one, at) => (
          <Loop key={`${one.query} ${one.column}`} log={log} one={one} at={at} />
        ))}
      </ul>
    </section>
  );
}

function Loop({ log, one, at }: { log: Log; one: QueryLoop; at: number }) {
  const name = log.queries[one.query]?.name ?? "";
  const parent = one.parent === null ? null : log.queries[one.parent]?.name;
  const proof = proofs.value.get(at);
  const rewrite = proof && "finding" in proof ? (proof.finding?.rewrite ?? null) : null;
  const sql = rewrite?.sql ?? one.replacement;
  return (
    <li class="card" data-testid="log-loop">
      <div class="card-head">
        <h4>{name}</h4>
        <span class="spacer" />
        <State at={at} one={one} />
      </div>
      <p>
        It ran {count(one.calls)} times {one.runs === 1 ? "in one loop" : `in ${count(one.runs)} loops`}
        {parent && `, for the rows of “${parent}”`}
        {one.total_ns !== null && `, ${duration(one.total_ns)} in all`}, each time for another{" "}
        <code>{one.column}</code>
        {`: lines ${one.first_line} to ${one.last_line}`}
        {one.runs > 1 && " are the longest"}.
      </p>
      {rewrite && (
        <p>
          The statements one after another take {count(rewrite.before.vm_steps)} VM steps and{" "}
          {plural(rewrite.before.page_requests, "page request")}; this one {count(rewrite.after.vm_steps)} and{" "}
          {count(rewrite.after.page_requests)}. {rewrite.why}
        </p>
      )}
      {!rewrite && one.replacement && one.leaves_limit_out && (
        <p>LIMIT is left out: that is right if none of the statements has more rows than it allows.</p>
      )}
      {!rewrite && one.is_grouped && (
        <p>For a key without rows it gives no row, where a statement of the loop gives 0 or NULL.</p>
      )}
      {sql ? (
        <div class="code-with-bar">
          <CodeBlock code={sql} label={`One statement for the loop of ${name}`} />
          <CopyButton text={sql} what="the statement" />
        </div>
      ) : (
        <p>It has no form with IN. A join may do.</p>
      )}
    </li>
  );
}

/** What is known of the one statement. */
function State({ at, one }: { at: number; one: QueryLoop }) {
  if (!one.replacement) return null;
  const proof = proofs.value.get(at);
  if (proof === undefined) {
    return <Badge tone="neutral">{opened.value ? "Not proven" : "Not proven: no database is open"}</Badge>;
  }
  if (proof === null) return <Badge tone="neutral">Being proven</Badge>;
  if ("message" in proof) return <Badge tone="warn">{proof.message}</Badge>;
  if (proof.finding?.rewrite) return <Badge tone="good">Same rows, less work</Badge>;
  const because = proof.not_looked_at[0];
  return <Badge tone="warn">{because ?? "Not shown to be the same and better here"}</Badge>;
}
