/** The plan for other places: copied in one of four forms, or saved as a drawing. */
import { useEffect, useState } from "preact/hooks";
import { exportPlan } from "../../store/actions_export";
import { active, nameOf } from "../../store/editor";
import { copyText } from "../../ui/clipboard";
import { Icon } from "../../ui/icon";
import { Menu } from "../../ui/menu";
import { savePng, saveSvg } from "./save";

const COPIES = [
  { format: "text", label: "Copy as text", words: "as SQLite prints it, with figures once it ran" },
  { format: "markdown", label: "Copy as Markdown", words: "for an issue or a pull request" },
  { format: "mermaid", label: "Copy as Mermaid", words: "a flowchart that Markdown can hold" },
  { format: "json", label: "Copy as JSON", words: "all there is, as scanseek explain prints it" },
] as const;

const SAVES = [
  { label: "Save SVG", words: "sharp at any size, light or dark as the reader likes", save: saveSvg },
  { label: "Save PNG", words: "a picture in the colours of this page", save: savePng },
] as const;

export function ExportMenu() {
  return (
    <Menu
      small
      label={
        <>
          <Icon name="copy" />
          Copy or save
        </>
      }
      panelLabel="Copy or save the plan"
    >
      {(close) => <Choices close={close} />}
    </Menu>
  );
}

type Said = { format: (typeof COPIES)[number]["format"]; words: "Copied" | "Copying failed" } | null;

function Choices({ close }: { close: () => void }) {
  const [said, say] = useState<Said>(null);
  useEffect(() => {
    if (!said) return;
    const timer = setTimeout(() => say(null), 2500);
    return () => clearTimeout(timer);
  }, [said]);
  const copy = async (format: (typeof COPIES)[number]["format"]) => {
    const text = exportPlan(format).then((text) => text ?? Promise.reject(new Error("no plan")));
    say({ format, words: (await copyText(text)) ? "Copied" : "Copying failed" });
  };
  return (
    <div class="menu-list">
      {COPIES.map(({ format, label, words }) => {
        const here = said?.format === format ? said.words : null;
        return (
          <button key={format} type="button" class="menu-item" onClick={() => void copy(format)}>
            <strong>{label}</strong>
            <span class={here ? "fine said-here" : "fine"}>
              {here === "Copied" && <Icon name="check" size={13} />}
              {here ?? words}
            </span>
          </button>
        );
      })}
      {SAVES.map(({ label, words, save }) => (
        <button
          key={label}
          type="button"
          class="menu-item"
          onClick={() => {
            close();
            void save(active.value ? nameOf(active.value) : "plan");
          }}
        >
          <strong>{label}</strong>
          <span class="fine">{words}</span>
        </button>
      ))}
      <span class="sr-only" role="status">
        {said?.words}
      </span>
    </div>
  );
}
