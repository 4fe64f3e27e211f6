// The contract, and sessions on sockets and serial ports.
export * from "./contract.js";
export * from "./session.js";
