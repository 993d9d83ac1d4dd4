/** Opening a file on a server: the page that may, the address, and what has come from there. */
import { signal } from "@preact/signals";
import type { Fetched } from "../engine/protocol";

/** True on the page whose content policy lets it reach other sites. */
export const onAddressPage = signal(false);

/** What stands in the field. */
export const addressText = signal("");

/** What is wrong with it. */
export const addressProblem = signal<string | null>(null);

/** The address that was last tried. */
export const triedUrl = signal("");

/** The address of the open database, and what has come from there. */
export const remote = signal<{ url: string; fetched: Fetched } | null>(null);

/** The content policy of the page for addresses allows these without encryption. */
const OWN_MACHINE = ["localhost", "127.0.0.1"];

/** The address that is meant, or what is wrong with it. */
export function readAddress(text: string): { url: string } | { problem: string } {
  const typed = text.trim();
  if (!typed) return { problem: "Type or paste the address of a database file." };
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(typed)) return { problem: "An address begins with https://." };
  let url: URL;
  try {
    url = new URL(typed);
  } catch {
    return { problem: "This is no address that a browser can read." };
  }
  if (url.protocol === "file:") return { problem: "For a file on your disk use the button “Open file”." };
  if (url.protocol === "http:" && !OWN_MACHINE.includes(url.hostname)) {
    return {
      problem:
        "Without encryption (http) only a server on your own machine is asked, at localhost or 127.0.0.1.",
    };
  }
  if (url.protocol !== "https:" && url.protocol !== "http:") {
    return { problem: "Only addresses that begin with https:// are read." };
  }
  if (url.username || url.password) {
    return {
      problem:
        "There is a user name or password in this address. It would be kept in links and histories, so it is not used.",
    };
  }
  url.hash = "";
  return { url: url.href };
}

/** The file's name, for the page and for links: never what stands behind the question mark. */
export function nameOfAddress(url: string): string {
  const { pathname, hostname } = new URL(url);
  const last = pathname.split("/").filter(Boolean).at(-1);
  if (!last) return hostname;
  try {
    return decodeURIComponent(last);
  } catch {
    return last;
  }
}

const FRAGMENT = "#url=";

/** The address in a fragment, which browsers do not send to the page's own server. */
export function addressInFragment(fragment: string): string | null {
  if (!fragment.startsWith(FRAGMENT)) return null;
  try {
    return decodeURIComponent(fragment.slice(FRAGMENT.length));
  } catch {
    return fragment.slice(FRAGMENT.length);
  }
}

export function fragmentOf(url: string): string {
  return FRAGMENT + encodeURIComponent(url);
}
