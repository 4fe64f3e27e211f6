// The contract's functions for `contract.js`: the addon for this platform.
import { createRequire } from "node:module";

const { platform, arch } = process;
const snake = (name) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

function load() {
  try {
    return createRequire(import.meta.url)(`./parabus.${platform}-${arch}.node`);
  } catch (cause) {
    throw new Error(`no addon for \`${platform}-${arch}\` in this package; its README says how to build one`, { cause });
  }
}

// napi-rs gives functions their names in camelCase; classes keep theirs.
const isClass = (name) => /^[A-Z]/.test(name);
export default Object.fromEntries(Object.entries(load()).map(([name, each]) => [isClass(name) ? name : snake(name), each]));
