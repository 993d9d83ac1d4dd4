/** The best advice while the search goes on. */

import { enough, soFar } from "../../store/advisor";
import { ANALYZE } from "../../store/chosen";
import { bytes, percent, plural } from "../../ui/format";

/** Statements that are listed; the rest is counted. */
const LISTED = 6;

export function SoFar() {
  const best = soFar.value;
  if (!best) return null;
  const indexes = best.changes.filter((change) => change !== ANALYZE).length;
  return (
    <section class="card so-far" aria-label="Best so far" data-testid="so-far">
      <p>
        {best.work === null ? (
          <>
            SQLite would use {plural(indexes, "index", "indexes")} of those it was offered. Now they are built
            and measured.
          </>
        ) : (
          <>
            Best so far: {plural(indexes, "index", "indexes")}
            {best.bytes !== null && <>, {bytes(best.bytes)}</>}: {percent(best.work)} of the work
            {best.best_seen !== null && (
              <>; with the best plan seen for each query, {percent(best.best_seen)}</>
            )}
            .
          </>
        )}
      </p>
      <ul class="left">
        {best.changes.slice(0, LISTED).map((ddl) => (
          <li key={ddl}>
            <code>{ddl}</code>
          </li>
        ))}
      </ul>
      {best.changes.length > LISTED && <p class="fine">and {best.changes.length - LISTED} more</p>}
      {enough.value && (
        <button
          type="button"
          class="button"
          onClick={() => {
            enough.value?.();
            enough.value = null;
          }}
        >
          Enough: prove the best so far
        </button>
      )}
    </section>
  );
}
