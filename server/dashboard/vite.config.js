import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

// The wasm core is a build product: `cargo xtask` says where it put it.
const core = process.env.PARABUS_WASM ?? fileURLToPath(new URL("../../target/dist/wasm", import.meta.url));

export default defineConfig({
  resolve: { alias: { "parabus-wasm": `${core}/index.js` } },
  build: { target: "es2022", assetsInlineLimit: 0, modulePreload: { polyfill: false } },
});
