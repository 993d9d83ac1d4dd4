/** A field for each parameter of the statement that is meant; what is typed goes into its comments. */
import { useEffect, useId, useRef } from "preact/hooks";
import type { ParameterType } from "../../engine/types";
import { active } from "../../store/editor";
import { type Parameter, parameters, writeParameter } from "../../store/parameters";
import { runTask } from "../../store/results";
import { Icon } from "../../ui/icon";

const GUESS: Record<ParameterType, string> = {
  integer: "integer",
  real: "number",
  number: "number",
  text: "text",
  unknown: "any type",
};

/** What a value as written is read as. */
function kindOf(written: string): string {
  const value = written.trim();
  if (/^null$/i.test(value)) return "NULL";
  if (/^x'(?:[0-9a-f]{2})*'$/i.test(value)) return "blob";
  if (/^[+-]?\d+$/.test(value)) return "integer";
  if (/^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(value)) return "number";
  return "text";
}

export function Parameters() {
  const id = useId();
  const root = useRef<HTMLFieldSetElement>(null);
  const list = parameters.value;
  const error = runTask.error.value;
  // A refused run brings the first field that lacks a value into reach.
  useEffect(() => {
    if (error) root.current?.querySelector<HTMLInputElement>("[aria-invalid=true]")?.focus();
  }, [error]);
  if (list.length === 0) return null;
  return (
    <fieldset class="parameters" ref={root} data-testid="parameters">
      <legend class="sr-only">Parameters of {active.value?.name}</legend>
      {list.map((parameter) => (
        <Field key={`${active.value?.index} ${parameter.name}`} parameter={parameter} hint={`${id}-hint`} />
      ))}
      <p class="fine" id={`${id}-hint`}>
        Write 42, 1.5, text, 'text', null or x'00ff'. It is kept in comments before the query.
      </p>
    </fieldset>
  );
}

function Field({ parameter, hint }: { parameter: Parameter; hint: string }) {
  const id = useId();
  const field = useRef<HTMLInputElement>(null);
  const { name, type, written, wanted } = parameter;
  const shown = written ?? "";
  // While it is typed in, the field keeps its own text: spaces at its ends are not in the comment's value.
  // What is written now counts, not what was when this was drawn: more may have been typed since.
  useEffect(() => {
    const input = field.current;
    const now = parameters.peek().find((one) => one.name === name)?.written ?? "";
    if (input && input.value.trim() !== now) input.value = now;
  }, [shown, name]);
  return (
    <div class={wanted ? "parameter wanted" : "parameter"}>
      <label for={id}>
        <span class="mono">{name}</span>{" "}
        {wanted ? (
          <span class="parameter-error">
            <Icon name="bad" size={13} /> needs a value
          </span>
        ) : (
          <span class="fine">{written === null ? GUESS[type] : kindOf(written)}</span>
        )}
      </label>
      <input
        id={id}
        ref={field}
        class="mono"
        type="text"
        autocomplete="off"
        autocapitalize="off"
        spellcheck={false}
        placeholder="NULL"
        aria-describedby={hint}
        aria-invalid={wanted}
        onInput={(event) => writeParameter(name, event.currentTarget.value)}
        onChange={(event) => writeParameter(name, event.currentTarget.value)}
      />
    </div>
  );
}
