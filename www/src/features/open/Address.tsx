/** Opening a file by its address: the form, its privacy, and what has come from the server. */
import { useId } from "preact/hooks";
import { openAddress } from "../../store/actions_address";
import { addressProblem, addressText, remote } from "../../store/address";
import { openTask } from "../../store/database";
import { engineState } from "../../store/engine";
import { bytes, plural } from "../../ui/format";

export function AddressForm({ onOpen }: { onOpen?: () => void }) {
  const id = useId();
  const problem = addressProblem.value;
  const busy = engineState.value.type !== "ready" || openTask.startedAt.value !== null;
  const submit = (event: Event) => {
    event.preventDefault();
    if (busy) return;
    void openAddress();
    if (addressProblem.value === null) onOpen?.();
  };
  return (
    <form class="address" onSubmit={submit} noValidate>
      <label for={`${id}-url`}>Address of a database file</label>
      <div class="field-row">
        <input
          id={`${id}-url`}
          type="url"
          inputMode="url"
          autoComplete="off"
          spellcheck={false}
          placeholder="https://example.org/data.db"
          data-testid="address"
          value={addressText.value}
          aria-invalid={problem !== null}
          aria-describedby={problem === null ? `${id}-note` : `${id}-problem ${id}-note`}
          onInput={(event) => {
            addressText.value = event.currentTarget.value;
            addressProblem.value = null;
          }}
        />
        <button type="submit" class="button primary" disabled={busy}>
          Open address
        </button>
      </div>
      {problem !== null && (
        <p class="address-problem" id={`${id}-problem`} role="alert" data-testid="address-problem">
          {problem}
        </p>
      )}
      <p class="fine" id={`${id}-note`}>
        Only the parts that are needed are fetched, from this address and nowhere else. Nothing of your
        queries is sent; the server sees your IP address.
      </p>
    </form>
  );
}

/** How much has come from the server, and in how many requests. */
export function RemoteStatus() {
  const value = remote.value;
  if (!value) return null;
  const { url, fetched } = value;
  return (
    <span class="promise" title={url} data-testid="fetched">
      {bytes(fetched.bytes)} in {plural(fetched.requests, "request")} from {new URL(url).host}
    </span>
  );
}
