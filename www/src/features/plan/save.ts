/** The graph as a file: SVG as the engine writes it, PNG painted from it. */
import { graphSvg } from "../../store/actions_export";
import { notify } from "../../store/view";
import { saveFile } from "../../ui/basics";

/** Pixels a picture may have; browsers give up on much larger ones. */
const MOST_PIXELS = 24e6;
const LONGEST_SIDE = 12_000;

function filename(title: string, ending: string): string {
  const plain = title.replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-+|-+$/g, "");
  return `${plain.slice(0, 60) || "plan"}.${ending}`;
}

export async function saveSvg(title: string): Promise<void> {
  try {
    const text = await graphSvg(title, "auto");
    if (text) saveFile([text], filename(title, "svg"), "image/svg+xml");
  } catch {
    failed();
  }
}

export async function savePng(title: string): Promise<void> {
  // A picture cannot follow the reader's theme, so it has that of the page.
  const dark = getComputedStyle(document.documentElement).colorScheme === "dark" || prefersDark();
  try {
    const text = await graphSvg(title, dark ? "dark" : "light");
    if (text) saveFile([await painted(text)], filename(title, "png"), "image/png");
  } catch {
    failed();
  }
}

function prefersDark(): boolean {
  return (
    document.documentElement.dataset.theme === undefined && matchMedia("(prefers-color-scheme: dark)").matches
  );
}

function failed(): void {
  notify({
    key: "save-graph",
    tone: "bad",
    text: "The graph could not be saved.",
    hint: "If it is a very large one, fold some of its steps and try again.",
  });
}

async function painted(svg: string): Promise<Blob> {
  const url = URL.createObjectURL(new Blob([svg], { type: "image/svg+xml" }));
  try {
    const image = new Image();
    image.src = url;
    await image.decode();
    const { naturalWidth: width, naturalHeight: height } = image;
    const scale = Math.min(
      2,
      Math.sqrt(MOST_PIXELS / (width * height)),
      LONGEST_SIDE / Math.max(width, height),
    );
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(height * scale);
    const context = canvas.getContext("2d");
    if (!context) throw new Error("no canvas");
    context.drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise((resolve, reject) =>
      canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("no picture"))), "image/png"),
    );
  } finally {
    URL.revokeObjectURL(url);
  }
}
