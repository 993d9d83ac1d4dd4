/** How the page is built: Preact's JSX, hashed assets, an ES-module worker, and the headers SQLite timing wants. */
import { defineConfig } from "vite";

// Cross-origin isolation makes the clock finer and lets Cancel reach a busy engine at once.
const isolation = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};

export default defineConfig({
  base: "./",
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  worker: {
    format: "es",
    rolldownOptions: {
      output: {
        // A worker has the content policy of its own file, and each policy belongs to a folder.
        entryFileNames: ({ name }) => `${name === "reader" ? "remote" : "assets"}/[name]-[hash].js`,
      },
    },
  },
  server: { headers: isolation },
  preview: { headers: isolation },
  build: {
    target: "es2022",
    outDir: "dist",
    assetsDir: "assets",
    assetsInlineLimit: 0,
    // A source map names every file of ours; the page is small enough to do without.
    sourcemap: false,
    modulePreload: { polyfill: false },
    rolldownOptions: { input: ["index.html", "remote/index.html"] },
  },
});
