// Sessions of the Node addon, led by `python/test_sessions.py`.
// node sessions.mjs --addon FOLDER --client CALL | --server CALL: what each call gave, as JSON; a server
// plays until its input ends, and then prints its bank.
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { options } from "./options.mjs";

const { addon, client, server } = options();
const api = await import(pathToFileURL(`${resolve(addon)}/index.js`));

if (client) {
  const { connect, calls } = JSON.parse(client);
  const session = await (connect.path ? api.connectSerial(connect) : api.connectTcp(connect));
  const done = [];
  for (const [name, ...words] of calls) {
    try {
      done.push((await session[name](...words)) ?? null);
    } catch (error) {
      done.push({ error: error.name, code: error.exceptionCode ?? error.code });
    }
  }
  session.close();
  console.log(JSON.stringify(done));
} else {
  const { unitIds, bank, serve } = JSON.parse(server);
  const played = await (serve.path ? api.serveSerial(unitIds, bank, serve) : api.serveTcp(unitIds, bank, serve));
  console.log(JSON.stringify({ port: played.port ?? null }));
  for await (const _ of process.stdin);
  await played.close();
  console.log(JSON.stringify(bank));
}
