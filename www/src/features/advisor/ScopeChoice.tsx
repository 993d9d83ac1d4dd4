/** Which queries are meant: the one under the cursor or all in the editor. */
import { scope } from "../../store/advisor";
import { active, nameOf, statements } from "../../store/editor";
import { Segmented } from "../../ui/segmented";

export function ScopeChoice() {
  const n = statements.value.length;
  if (n < 2) return null;
  const name = active.value ? nameOf(active.value) : "";
  return (
    <>
      <Segmented
        label="For which queries"
        options={[
          { id: "all", label: `All ${n} queries` },
          { id: "one", label: "This query" },
        ]}
        current={scope.value}
        onChange={(id) => {
          scope.value = id;
        }}
      />
      {scope.value === "one" && <span class="fine">{name}</span>}
    </>
  );
}
