/** The pattern gallery: queries by subject, each with what there is to see in its plan. */
import { useId, useState } from "preact/hooks";
import type { Pattern } from "../../engine/types";
import { showPattern } from "../../store/actions_open";
import { words } from "../../store/engine";
import { galleryOpen, patterns } from "../../store/patterns";
import { Dialog } from "../../ui/dialog";
import { plural } from "../../ui/format";
import { Icon } from "../../ui/icon";

/** Opens the gallery, where the open sample has one. */
export function GalleryButton() {
  if (patterns.value.length === 0) return null;
  return (
    <button
      type="button"
      class="button"
      onClick={() => {
        galleryOpen.value = true;
      }}
    >
      <Icon name="samples" />
      Patterns
    </button>
  );
}

export function Gallery() {
  const close = () => {
    galleryOpen.value = false;
  };
  return (
    <Dialog title="Pattern gallery" open={galleryOpen.value} onClose={close} wide>
      <GalleryBody />
    </Dialog>
  );
}

function GalleryBody() {
  const id = useId();
  const [wanted, setWanted] = useState("");
  const found = patterns.value.filter((pattern) => matches(pattern, wanted));
  const groups = [...new Set(found.map((pattern) => pattern.group))];
  return (
    <div class="gallery" data-testid="gallery">
      <div class="gallery-search">
        <label for={id}>Find</label>
        <input
          id={id}
          type="search"
          value={wanted}
          placeholder="covering, OR, LIKE…"
          onInput={(event) => setWanted(event.currentTarget.value)}
        />
        <span class="fine" role="status">
          {plural(found.length, "pattern")}
        </span>
      </div>
      {groups.map((group) => (
        <section key={group} aria-label={group}>
          <h3>{group}</h3>
          <ul class="samples">
            {found
              .filter((pattern) => pattern.group === group)
              .map((pattern) => (
                <li key={pattern.name}>
                  <button type="button" class="sample" onClick={() => showPattern(pattern)}>
                    <span class="sample-title">{pattern.name}</span>
                    <span class="sample-rows">{ruleTitle(pattern.rule)}</span>
                    <span class="sample-summary">{pattern.see}</span>
                  </button>
                </li>
              ))}
          </ul>
        </section>
      ))}
      {found.length === 0 && <p class="fine">No pattern says that. Try a word of SQL.</p>}
    </div>
  );
}

function ruleTitle(id: string | null): string {
  return words.value.planner_rules.find((rule) => rule.id === id)?.title ?? "";
}

function matches({ name, see, rule, text }: Pattern, wanted: string): boolean {
  const all = `${name} ${see} ${ruleTitle(rule)} ${text}`.toLowerCase();
  return wanted
    .toLowerCase()
    .split(/\s+/)
    .every((word) => all.includes(word));
}
