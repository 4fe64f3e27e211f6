import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build, defineConfig } from "vite";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

// The wasm core is a build product: `cargo xtask` says where it put it.
const core = process.env.PARABUS_WASM ?? here("../../target/dist/wasm");

/** The frame of visualizations: one file with its programme inside, as it may fetch none. */
const frame = {
  name: "frame",
  apply: "build",
  async generateBundle() {
    const lib = { entry: here("src/vis/frame.ts"), formats: ["iife"], name: "frame" };
    const [{ output }] = [await build({ configFile: false, logLevel: "warn", build: { write: false, target: "es2022", lib } })].flat();
    const programme = output[0].code.replaceAll("</script", "<\\/script");
    // A function, so that `$` in the programme stays what it is.
    const source = readFileSync(here("frame.html"), "utf8").replace("/* programme */", () => programme);
    this.emitFile({ type: "asset", fileName: "frame.html", source });
  },
};

/** The readable page of the API, with Swagger UI beside it. */
const openapi = {
  name: "openapi",
  apply: "build",
  generateBundle() {
    const own = ["index.html", "start.js"].map((name) => [name, here(`openapi/${name}`)]);
    const swagger = ["swagger-ui.css", "swagger-ui-bundle.js", "LICENSE", "NOTICE"].map((name) => [name, here(`node_modules/swagger-ui-dist/${name}`)]);
    for (const [name, path] of [...own, ...swagger]) this.emitFile({ type: "asset", fileName: `openapi/${name}`, source: readFileSync(path) });
  },
};

export default defineConfig({
  plugins: [frame, openapi],
  resolve: { alias: { "parabus-wasm": `${core}/index.js` } },
  build: { target: "es2022", assetsInlineLimit: 0, modulePreload: { polyfill: false } },
});
