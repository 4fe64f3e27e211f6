// The contract, and the loading that wasm needs.
export * from "./contract.js";
export { default } from "./parabus_wasm.js";
