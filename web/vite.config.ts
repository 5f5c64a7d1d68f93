import { defineConfig } from "vite";

export default defineConfig({
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    target: "es2022",
    // From here on browsers know light-dark(); older ones are not lowered to.
    cssTarget: ["chrome123", "edge123", "firefox120", "safari17.5"],
    // Every asset stays a file: the content security policy allows no data: addresses.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // The control room, served by the centre, and the in-car screen, served by each unit.
    rollupOptions: { input: { room: "index.html", incar: "incar.html" } },
  },
  server: {
    // `npm run dev` beside a running centre.
    proxy: { "/api": "http://127.0.0.1:8080" },
  },
});
