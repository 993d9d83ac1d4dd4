/** The top of the page: name, opening, sharing, theme, about. */
import { useState } from "preact/hooks";
import { openFiles, openSample } from "../../store/actions_open";
import { share } from "../../store/actions_share";
import { onAddressPage, remote } from "../../store/address";
import { opened } from "../../store/database";
import { engineState, samples } from "../../store/engine";
import { logOpen } from "../../store/logs";
import { pasteOpen } from "../../store/pasted";
import { nextTheme, theme } from "../../store/theme";
import { Icon, Logo } from "../../ui/icon";
import { Menu } from "../../ui/menu";
import { AboutDialog } from "./About";
import { AddressForm, RemoteStatus } from "./Address";
import { SampleList } from "./Samples";

/** A button that opens the file picker. */
export function OpenButton({ label = "Open file", primary = false }: { label?: string; primary?: boolean }) {
  let input: HTMLInputElement | null = null;
  return (
    <>
      <button type="button" class={primary ? "button primary" : "button"} onClick={() => input?.click()}>
        <Icon name="open" />
        {label}
      </button>
      <input
        ref={(element) => {
          input = element;
        }}
        class="sr-only"
        type="file"
        multiple
        tabIndex={-1}
        aria-label="SQLite database file"
        data-testid={primary ? "file-input-start" : "file-input"}
        onChange={(event) => {
          const files = [...(event.currentTarget.files ?? [])];
          event.currentTarget.value = "";
          if (files.length > 0) void openFiles(files);
        }}
      />
    </>
  );
}

/** A button that opens the dialog for a plan printed elsewhere. */
export function PasteButton({ onOpen }: { onOpen?: () => void }) {
  return (
    <button
      type="button"
      class="button quiet paste-button"
      onClick={() => {
        onOpen?.();
        pasteOpen.value = true;
      }}
    >
      <Icon name="copy" />
      Paste a plan
    </button>
  );
}

/** A button that opens the dialog for a log of an application. */
export function LogButton({ onOpen }: { onOpen?: () => void }) {
  return (
    <button
      type="button"
      class="button quiet paste-button"
      disabled={engineState.value.type !== "ready"}
      onClick={() => {
        onOpen?.();
        logOpen.value = true;
      }}
    >
      <Icon name="table" />
      Import a log
    </button>
  );
}

const THEME_LABEL = { auto: "as the system", light: "light", dark: "dark" } as const;

export function Header() {
  const [aboutOpen, setAboutOpen] = useState(false);
  const name = opened.value?.database.name;
  return (
    <header class="header">
      <div class="brand">
        <Logo />
        <h1>ScanSeek</h1>
        <span class="tagline">from SCAN to SEARCH</span>
      </div>
      <div class="header-open">
        <OpenButton />
        <Menu
          panelLabel="Samples"
          disabled={engineState.value.type !== "ready"}
          label={
            <>
              <Icon name="samples" />
              Samples
            </>
          }
        >
          {(close) => (
            <>
              <SampleList
                samples={samples.value}
                onOpen={(sample) => {
                  close();
                  void openSample(sample.id, sample.default_scale, sample.title);
                }}
              />
              <PasteButton onOpen={close} />
              <LogButton onOpen={close} />
            </>
          )}
        </Menu>
        {onAddressPage.value && (
          <Menu
            panelLabel="Address"
            label={
              <>
                <Icon name="globe" />
                Address
              </>
            }
          >
            {(close) => <AddressForm onOpen={close} />}
          </Menu>
        )}
        {remote.value ? (
          <RemoteStatus />
        ) : (
          <span class="promise">
            {onAddressPage.value
              ? "Works on a copy. Only the address you open is fetched."
              : "Works on a copy. Nothing leaves this browser."}
          </span>
        )}
      </div>
      <div class="header-end">
        <button
          type="button"
          class="button"
          disabled={!opened.value}
          title={opened.value ? "Make a link to this" : "Open a database first"}
          onClick={() => void share()}
        >
          <Icon name="share" />
          Share
        </button>
        <button
          type="button"
          class="button quiet icon-only"
          aria-label={`Theme: ${THEME_LABEL[theme.value]}`}
          title={`Theme: ${THEME_LABEL[theme.value]}`}
          onClick={nextTheme}
        >
          <Icon name={theme.value} />
        </button>
        <button type="button" class="button quiet" onClick={() => setAboutOpen(true)}>
          About
        </button>
      </div>
      <span class="sr-only" role="status">
        {name ? `${name} is open.` : ""}
      </span>
      <AboutDialog open={aboutOpen} onClose={() => setAboutOpen(false)} />
    </header>
  );
}
