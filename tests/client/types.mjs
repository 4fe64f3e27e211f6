/** Types for the requests: made of the server's own description, and checked by the compiler. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import openapiTS, { astToString } from "openapi-typescript";
import ts from "typescript";
import { endpoints } from "./endpoints.mjs";

/** @param {string} endpoint as the reference writes it @returns {[method: string, path: string]} */
const spelled = (endpoint) => {
  const [method, path] = endpoint.split(" ");
  return [method.toLowerCase(), path.replace(/:(\w+)/g, "{$1}")];
};

/**
 * The endpoints that the description does not have; they are added to it with no more than their path, so that
 * requests of them compile until they come.
 * @param {any} openapi
 */
export function complete(openapi) {
  const absent = endpoints.filter((one) => {
    const [method, path] = spelled(one);
    return openapi.paths[path]?.[method] === undefined;
  });
  for (const one of absent) {
    const [method, path] = spelled(one);
    const names = [...path.matchAll(/\{(\w+)\}/g)].map((found) => found[1]);
    const parameters = names.map((name) => ({ in: "path", name, required: true, schema: {} }));
    const json = { content: { "application/json": { schema: {} } } };
    openapi.paths[path] = {
      ...openapi.paths[path],
      [method]: {
        parameters: [...parameters, { in: "query", name: "any", schema: {} }],
        ...(method === "post" ? { requestBody: json } : {}),
        responses: { 200: { description: "", ...json } },
      },
    };
  }
  const known = new Set(endpoints.map((one) => spelled(one).join(" ")));
  const more = Object.entries(openapi.paths).flatMap(([path, of]) =>
    Object.keys(/** @type {object} */ (of)).map((method) => `${method} ${path}`).filter((one) => !known.has(one)),
  );
  return { absent, more };
}

/** @param {any} openapi @param {string} folder @returns {Promise<[file: string, text: string][]>} what the compiler says */
export async function typeErrors(openapi, folder) {
  const types = join(folder, "openapi.d.ts");
  const text = astToString(await openapiTS(openapi)).replaceAll("any?: unknown", "[name: string]: any");
  writeFileSync(types, text);
  const here = fileURLToPath(new URL(".", import.meta.url));
  const program = ts.createProgram([join(here, "replay.mjs")], {
    allowJs: true, checkJs: true, noEmit: true, strict: true, skipLibCheck: true, target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext, types: ["node"],
    typeRoots: [join(here, "../node_modules/@types")],
    baseUrl: here, paths: { "#openapi": [types] },
  });
  return ts.getPreEmitDiagnostics(program).map((one) => {
    return [one.file?.fileName.replace(here, "") ?? "", ts.flattenDiagnosticMessageText(one.messageText, " ")];
  });
}
