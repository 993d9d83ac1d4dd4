/** Puts the page together and starts the engine. Both pages, the main one and the one for addresses, do this. */
import { render } from "preact";
import "./styles/index.css";
import { SuggestTab } from "./features/advisor/SuggestTab";
import { loadEditor } from "./features/editor/Editor";
import { EditorPane } from "./features/editor/EditorPane";
import { LogDialog } from "./features/log/LogDialog";
import { AttachDialog } from "./features/open/Attach";
import { Banners } from "./features/open/Banners";
import { DropTarget } from "./features/open/Drop";
import { Header } from "./features/open/Header";
import { Start } from "./features/open/Start";
import { PasteDialog } from "./features/pasted/PasteDialog";
import { PatchTab } from "./features/patch/PatchTab";
import { Gallery } from "./features/patterns/Gallery";
import { PlanTab } from "./features/plan/PlanTab";
import { RowsTab } from "./features/results/RowsTab";
import { SchemaPanel } from "./features/schema/SchemaTree";
import { ShareDialog } from "./features/share/ShareDialog";
import { TrialTab } from "./features/trial/TrialTab";
import { start } from "./store/actions";
import { run } from "./store/actions_run";
import { chosenCount } from "./store/chosen";
import { opened } from "./store/database";
import { linkState } from "./store/share";
import { TABS, type TabId, tab } from "./store/view";
import { later } from "./ui/later";
import { Splitter } from "./ui/splitter";
import { Tabs } from "./ui/tabs";

const PANELS: Record<TabId, () => preact.JSX.Element | null> = {
  plan: PlanTab,
  rows: RowsTab,
  bytecode: later(() => import("./features/bytecode/BytecodeTab").then((part) => part.BytecodeTab)),
  pages: later(() => import("./features/xray/XrayTab").then((part) => part.XrayTab)),
  compare: later(() => import("./features/compare/CompareTab").then((part) => part.CompareTab)),
  size: later(() => import("./features/size/SizeTab").then((part) => part.SizeTab)),
  suggest: SuggestTab,
  trial: TrialTab,
  patch: PatchTab,
};

function Panels() {
  const Panel = PANELS[tab.value];
  const n = chosenCount.value;
  const tabs = TABS.map((entry) =>
    n > 0 && (entry.id === "trial" || entry.id === "patch") ? { ...entry, note: String(n) } : entry,
  );
  return (
    <Tabs
      label="Views"
      tabs={tabs}
      current={tab.value}
      onChange={(id) => {
        tab.value = id;
      }}
    >
      <Panel />
    </Tabs>
  );
}

function App() {
  const open = opened.value !== null;
  const waiting = linkState.value.type === "waiting_for_file";
  return (
    <div class={open ? "app is-open" : "app"}>
      <Header />
      <Banners />
      <div class="workspace">
        {open && (
          <aside class="side" aria-label="Schema">
            <SchemaPanel />
            <Splitter
              label="Width of the schema"
              property="--schema-width"
              initial={272}
              min={180}
              max={520}
              direction="horizontal"
            />
          </aside>
        )}
        <main class="main">
          {!open && !waiting && <Start />}
          <EditorPane />
          {open && (
            <>
              <Splitter
                label="Height of the editor"
                property="--editor-height"
                initial={230}
                min={110}
                max={640}
                direction="vertical"
              />
              <Panels />
            </>
          )}
        </main>
      </div>
      <ShareDialog />
      <PasteDialog />
      <LogDialog />
      <Gallery />
      <AttachDialog />
      <DropTarget />
    </div>
  );
}

/** `newWorker` starts the engine's worker, where it is another than the main page's. */
export function begin(newWorker?: () => Worker): void {
  const root = document.getElementById("app");
  if (root) render(<App />, root);
  start(newWorker);
  loadEditor();

  // The editor runs on this key itself; elsewhere on the page it means the same.
  window.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    void run();
  });
}
