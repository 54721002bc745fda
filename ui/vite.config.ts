import { fileURLToPath } from "node:url";
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vite";

const at = (file: string) => fileURLToPath(new URL(file, import.meta.url));

/** The policy that the app sets in its own configuration. `npm test` serves under it too, so that markup which it
 *  would block fails here first. A browser has no `ipc:`; its module loader needs the own origin. */
const policy =
  "default-src 'self'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; " +
  "base-uri 'none'; form-action 'none'; object-src 'none'";

export default defineConfig(({ command }) => {
  // The stand-in backend is for browsers and tests; the app's own build does not hold a line of it.
  const standIn = process.env["VITE_STAND_IN"] === "1" || command === "serve";
  return {
    plugins: [svelte()],
    define: { __STAND_IN__: JSON.stringify(standIn) },
    clearScreen: false,
    server: { port: 1420, strictPort: true, host: "127.0.0.1" },
    preview: { host: "127.0.0.1", headers: { "Content-Security-Policy": policy } },
    build: {
      target: ["safari17.5", "chrome123"],
      outDir: standIn ? "dist-stand-in" : "dist",
      emptyOutDir: true,
      modulePreload: { polyfill: false },
      rolldownOptions: { input: { index: at("index.html"), approval: at("approval.html") } },
    },
  };
});
