// The contract's functions for `contract.js`.
import * as core from "./parabus_wasm.js";

export default core;
