/** What takes the place of the user's text can be undone. */
import { replaceText } from "./editor";
import { dismiss, notify } from "./view";

/** Says what took the place of the user's text, with a button that undoes it. */
export function offerBack(previous: string, words: string): void {
  const run = () => {
    replaceText(previous);
    dismiss("text");
  };
  notify({ key: "text", tone: "neutral", text: words, action: { label: "Bring my text back", run } });
}
