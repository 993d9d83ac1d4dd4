/** Arrow-key movement in a tree or tree grid whose rows carry a role and a roving tabindex. */

/** Moves the focus for a key. Returns false when the key means nothing here. */
export function moveFocus(root: HTMLElement | null, from: HTMLElement, key: string): boolean {
  const role = from.getAttribute("role");
  const items = [...(root?.querySelectorAll<HTMLElement>(`[role=${role}]`) ?? [])];
  const at = items.indexOf(from);
  const moves: Record<string, number> = {
    ArrowDown: Math.min(items.length - 1, at + 1),
    ArrowUp: Math.max(0, at - 1),
    Home: 0,
    End: items.length - 1,
  };
  const to = moves[key];
  if (to === undefined) return false;
  for (const item of items) item.tabIndex = -1;
  const target = items[to];
  if (!target) return false;
  target.tabIndex = 0;
  target.focus();
  return true;
}
