import { fileURLToPath } from "node:url";
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vite";

const at = (file: string) => fileURLToPath(new URL(file, import.meta.url));

/** The policy that the app sets in its own configuration, without its way to Rust. `npm test` serves under it too, so
 *  that whatever it would block fails there first. */
const policy =
  "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'none'; " +
  "object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

export default defineConfig(({ command }) => {
  // The stand-in backend is for browsers and tests; the app's own build does not hold a line of it.
  const standIn = process.env["VITE_STAND_IN"] === "1" || command === "serve";
  return {
    plugins: [svelte()],
    define: { __STAND_IN__: JSON.stringify(standIn) },
    clearScreen: false,
    // Where tauri.conf.json looks for it while developing.
    server: { port: 5173, strictPort: true, host: "localhost" },
    preview: { host: "127.0.0.1", headers: { "Content-Security-Policy": policy } },
    build: {
      target: ["safari17.5", "chrome123"],
      outDir: standIn ? "node_modules/.stand-in" : "dist",
      emptyOutDir: true,
      modulePreload: { polyfill: false },
      rolldownOptions: { input: { index: at("index.html"), approval: at("approval.html") } },
    },
  };
});
