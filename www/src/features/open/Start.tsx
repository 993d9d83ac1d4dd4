/** The page before anything is open: drop a file, type an address where that is allowed, or take a sample. */
import { openSample } from "../../store/actions_open";
import { onAddressPage } from "../../store/address";
import { engineState, samples } from "../../store/engine";
import { Icon } from "../../ui/icon";
import { AddressForm } from "./Address";
import { LogButton, OpenButton, PasteButton } from "./Header";
import { SampleList } from "./Samples";

const STEPS = [
  [
    "See the plan",
    "Type a query. The page shows, in words, how SQLite will find its rows and what is slow about it.",
  ],
  [
    "Get an index",
    "Ask for suggestions. Each index is built on a copy and kept only if it makes a measured difference.",
  ],
  ["Take it home", "Time it, copy the patch with its undo script, or share a link that anyone can re-run."],
] as const;

function ByFile() {
  return (
    <div class="start-drop">
      <Icon name="drop" size={34} />
      <h2>Why is this query slow?</h2>
      <p>Drop an SQLite file anywhere on this page, or choose one.</p>
      <OpenButton label="Choose a file" primary />
      <p class="fine">
        Works on a copy. Nothing leaves this browser. A -wal file may be dropped along with it.
      </p>
      <p class="fine start-paste">
        Only a plan at hand? <PasteButton />
      </p>
      <p class="fine start-paste">
        Queries in a log? <LogButton />
      </p>
      <p class="fine start-address">
        <a href="./remote/">Open from an address…</a> That is another page: it may fetch the address you type.
        Nothing else is sent, and the server there sees your IP address.
      </p>
    </div>
  );
}

function ByAddress() {
  return (
    <div class="start-drop">
      <Icon name="globe" size={34} />
      <h2>Open a database by its address</h2>
      <AddressForm />
      <p class="fine start-address">
        For files on your disk, <a href="../">the main page</a> cannot reach any other site at all.
      </p>
    </div>
  );
}

export function Start() {
  const ready = engineState.value.type === "ready";
  return (
    <section class="start" aria-label="Start" data-testid="start">
      {onAddressPage.value ? <ByAddress /> : <ByFile />}
      <div class="start-samples">
        <h3>Or look at a sample</h3>
        {ready ? (
          <SampleList
            samples={samples.value}
            onOpen={(sample) => void openSample(sample.id, sample.default_scale, sample.title)}
          />
        ) : (
          <ul class="samples" aria-hidden="true">
            {[0, 1, 2, 3].map((n) => (
              <li key={n}>
                <div class="sample skeleton" />
              </li>
            ))}
          </ul>
        )}
      </div>
      <ol class="steps">
        {STEPS.map(([title, words]) => (
          <li key={title}>
            <strong>{title}</strong>
            <span>{words}</span>
          </li>
        ))}
      </ol>
    </section>
  );
}
