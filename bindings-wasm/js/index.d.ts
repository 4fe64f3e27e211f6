export * from "./contract.js";

/** Loads the module; in Node hand over its bytes. Call it once before anything else. */
export default function init(source?: { module_or_path: BufferSource | URL | Response | WebAssembly.Module }): Promise<unknown>;
