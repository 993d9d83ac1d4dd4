/**
 * Indexes that exist and may go: first those that others make superfluous, which are dropped unless a person says
 * otherwise; then, by kind, those that are a choice.
 */
import type { AdvisedDrop } from "../../engine/types";
import { takeDrop } from "../../store/advisor";
import { isChosen } from "../../store/chosen";
import { CopyButton } from "../../ui/basics";
import { bytes, count, plural } from "../../ui/format";

export function DropList({ drops }: { drops: AdvisedDrop[] }) {
  if (drops.length === 0) return null;
  const choices = new Map<string, AdvisedDrop[]>();
  for (const drop of drops.filter((one) => !one.taken)) {
    choices.set(drop.kind, [...(choices.get(drop.kind) ?? []), drop]);
  }
  return (
    <section aria-label="Indexes that may go">
      <h3>{plural(drops.length, "index", "indexes")} that may go</h3>
      <ul class="cards">
        {drops
          .filter((drop) => drop.taken)
          .map((drop) => (
            <DropCard key={drop.ddl} drop={drop} />
          ))}
      </ul>
      {[...choices].map(([kind, alike]) => (
        <Choices key={kind} drops={alike} />
      ))}
    </section>
  );
}

/** Those of one kind: what it means is said once. */
function Choices({ drops }: { drops: AdvisedDrop[] }) {
  return (
    <>
      <h4 class="drop-kind">{drops[0]?.label}</h4>
      <p class="fine">{drops[0]?.help}</p>
      <ul class="cards">
        {drops.map((drop) => (
          <DropCard key={drop.ddl} drop={drop} />
        ))}
      </ul>
    </>
  );
}

function DropCard({ drop }: { drop: AdvisedDrop }) {
  const saved = [
    { steps: drop.steps_per_insert, row: "inserted" },
    { steps: drop.steps_per_update, row: "updated" },
    { steps: drop.steps_per_delete, row: "deleted" },
  ].flatMap(({ steps, row }) => (steps === null ? [] : [`${count(steps)} for each row ${row}`]));
  return (
    <li class="card advice" data-testid="drop" data-kind={drop.kind}>
      <div class="advice-head">
        <label class="check">
          <input
            type="checkbox"
            checked={isChosen(drop.ddl)}
            onChange={(event) => takeDrop(drop, event.currentTarget.checked)}
          />
          <span>
            Drop<span class="sr-only"> {drop.name}</span>
          </span>
        </label>
        <code class="ddl">{drop.ddl}</code>
        {drop.taken && (
          <span class="tag" title={drop.help}>
            {drop.label}
          </span>
        )}
        <CopyButton text={drop.ddl} what={drop.ddl} />
      </div>
      <ul class="reasons">
        {[drop.because, ...drop.proof].map((sentence) => (
          <li key={sentence}>{sentence}</li>
        ))}
      </ul>
      <p class="fine">
        Frees {bytes(drop.bytes)}.{saved.length > 0 && <> Saves VM steps: {saved.join(", ")}.</>}
      </p>
    </li>
  );
}
