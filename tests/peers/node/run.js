// Runs one scenario: `node run.js <file> <function>`. Speaks with the test by lines of JSON: the first one in says who and where, `visit` lets
// the person's browser open an address and tells what came to the redirect URI, `done` or `failed` is the last one out.
import "./webcrypto.js";
import { createInterface } from "node:readline";

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const say = (message) => process.stdout.write(`${JSON.stringify(message)}\n`);
const hear = async () => JSON.parse((await lines.next()).value);

const given = await hear();
async function ask(message) {
  say(message);
  return hear();
}
const visit = async (url, to = given.redirectUri) => new URL((await ask({ visit: String(url), to })).arrived);

const [, , file, name] = process.argv;
try {
  const scenarios = await import(`./scenarios/${file}.js`);
  say({ done: (await scenarios[name]({ ...given, ask, visit })) ?? {} });
} catch (error) {
  const cause = error.cause?.error ? JSON.stringify(error.cause) : (error.cause?.message ?? error.cause ?? "");
  say({ failed: `${error.code ?? error.name}: ${error.message} ${error.error ?? ""} ${error.error_description ?? ""} ${cause}`, stack: error.stack });
}
process.exit(0);
