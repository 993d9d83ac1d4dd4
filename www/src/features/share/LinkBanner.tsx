/** What came of opening a link: reproduced, or what differs. */
import type { ClaimCheck } from "../../engine/types";
import { linkState } from "../../store/share";
import { ErrorNote, Note } from "../../ui/basics";
import { CountersTable } from "../../ui/counters";
import { bytes, plural } from "../../ui/format";
import { OpenButton } from "../open/Header";

const close = () => {
  linkState.value = { type: "none" };
};

export function LinkBanner() {
  const state = linkState.value;
  if (state.type === "none") return null;
  if (state.type === "failed") return <ErrorNote error={state.error} onDismiss={close} />;
  if (state.type === "checking") {
    return (
      <div class="working slim" role="status">
        <div class="working-line">Running the link's queries again to compare the counters</div>
        <progress aria-label="Checking the link" />
      </div>
    );
  }
  if (state.type === "waiting_for_file") {
    const { attach } = state;
    const database = (attach ?? state.notebook).database;
    const name = database.type === "file" ? database.name : `${database.id}.db`;
    return (
      <div class="note tone-neutral link-file" role="status" data-testid="link-file">
        <div class="note-text">
          This link was made with the file <strong>{name}</strong>
          {database.type === "file" && ` (${bytes(database.size_bytes)})`}
          {attach && (
            <>
              {" "}
              attached as <strong>{attach.name}</strong>
            </>
          )}
          . The file is not part of the link. Open it here to check that the counters match.
        </div>
        <OpenButton label={`Open ${name}`} />
      </div>
    );
  }
  const { check } = state;
  const differing = check.checks.filter((claim) => !claim.holds);
  const holding = check.checks.length - differing.length;
  const good = check.database_matches && differing.length === 0;
  return (
    <div class="link-check" data-testid="link-check">
      <Note tone={good ? "good" : "warn"} onDismiss={close}>
        {good ? "Reproduced: " : "Not the same: "}
        {good ? "the counters match" : `${holding} of ${plural(check.checks.length, "counter set")} match`}
        {good && ` (${holding} of ${check.checks.length})`}. <span class="note-hint">{check.message}</span>
      </Note>
      {differing.length > 0 && (
        <details class="more">
          <summary>What differs</summary>
          {differing.map((claim) => (
            <Difference key={claim.query + claim.arm} claim={claim} />
          ))}
        </details>
      )}
    </div>
  );
}

function Difference({ claim }: { claim: ClaimCheck }) {
  const arm = claim.arm.replaceAll("_", " ");
  return (
    <div class="difference">
      <p>
        <strong>{claim.query}</strong>, {arm}. {claim.because}
      </p>
      {claim.actual && (
        <CountersTable
          before={claim.expected}
          after={claim.actual}
          caption={`${claim.query}: in the link and here`}
          heads={["In the link", "Here"]}
        />
      )}
    </div>
  );
}
