// The end-to-end run: a real WordPress, the release binary with an empty database, Chromium.
//
//   node end2end/run.mjs                  every spec
//   node end2end/run.mjs planner health   the specs whose file name contains one of the words
//   scripts/postgres.sh run -- node end2end/run.mjs     the same on PostgreSQL
//
// CARGO_TARGET_DIR or IGNY8_BIN say where the binary is, CHROMIUM where the browser is. Pictures and logs are in
// end2end/artifacts afterwards. Whatever this starts, it ends.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));
const root = path.dirname(here);
const artifacts = path.join(here, 'artifacts');
const wordpressScript = path.join(root, 'scripts', 'wordpress.sh');
// A hung browser must not hold the run for ever; the whole suite takes a few minutes.
const limitMinutes = Number(process.env.E2E_MINUTES ?? 20);

const say = (text) => console.log(`e2e: ${text}`);
class Failure extends Error {}

function specs(words) {
  const folder = path.join(here, 'tests');
  const all = fs.readdirSync(folder).filter((name) => name.endsWith('.spec.mjs')).sort();
  const chosen = words.length ? all.filter((name) => words.some((word) => name.includes(word))) : all;
  if (chosen.length === 0) throw new Failure(`no spec in end2end/tests matches: ${words.join(' ') || '*.spec.mjs'}`);
  return chosen.map((name) => path.join(folder, name));
}

function binary() {
  const target = process.env.CARGO_TARGET_DIR ?? path.join(root, 'target');
  const file = path.resolve(root, process.env.IGNY8_BIN ?? path.join(target, 'release', 'igny8'));
  if (!fs.existsSync(file)) throw new Failure(`${file} is missing; make build makes it`);
  return file;
}

async function freePort() {
  const probe = net.createServer();
  probe.listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address();
  probe.close();
  await once(probe, 'close');
  return port;
}

// Started things end in the opposite order, once, whatever happens.
const endings = [];
async function endAll() {
  while (endings.length) {
    const ending = endings.pop();
    try {
      await ending();
    } catch (error) {
      say(`while ending: ${error.message}`);
      process.exitCode = 1;
    }
  }
}

async function startWordPress(folder) {
  const begin = Date.now();
  const site = path.join(folder, 'wordpress');
  const log = path.join(artifacts, 'wordpress.log');
  // Not spawnSync: its servers inherit nothing of ours, but a signal to us must still be heard.
  const starting = spawn(wordpressScript, ['start', site], { stdio: ['ignore', 'pipe', fs.openSync(log, 'w')], detached: true });
  endings.push(async () => {
    if (starting.exitCode === null && starting.signalCode === null) {
      process.kill(-starting.pid, 'SIGTERM');
      await once(starting, 'exit');
    }
    for (const name of ['php.log', 'mariadb.log', 'debug.log']) {
      const from = path.join(site, name);
      if (fs.existsSync(from)) fs.copyFileSync(from, path.join(artifacts, `wordpress-${name}`));
    }
    if (fs.existsSync(site)) {
      const stopped = spawnSync(wordpressScript, ['stop', site], { encoding: 'utf8' });
      if (stopped.status !== 0) throw new Error(`WordPress did not stop: ${stopped.stderr}`);
    }
  });
  let text = '';
  starting.stdout.on('data', (chunk) => { text += chunk; });
  const [code] = await once(starting, 'close');
  if (code !== 0) throw new Failure(`WordPress did not start:\n${fs.readFileSync(log, 'utf8')}`);
  const env = Object.fromEntries(text.trim().split('\n').map((line) => {
    const at = line.indexOf('=');
    return [line.slice(0, at), line.slice(at + 1)];
  }));
  say(`WordPress at ${env.WP_URL} after ${Date.now() - begin} ms`);
  return env;
}

async function startServer(folder) {
  const file = binary();
  const port = await freePort();
  const address = `127.0.0.1:${port}`;
  const data = path.join(folder, 'data');
  fs.mkdirSync(data);
  // A folder of its own to start in: a path that is not overridden below would otherwise lead into the developer's data/.
  fs.copyFileSync(path.join(root, 'Leptos.toml'), path.join(folder, 'Leptos.toml'));
  // Settings of the developer's shell must not decide how a test ends.
  const clean = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(IGNY8|LEPTOS)_/.test(name)));
  const log = path.join(artifacts, 'server.log');
  const begin = Date.now();
  // On PostgreSQL where scripts/postgres.sh says which one.
  const database = process.env.TEST_DATABASE_URL
    ? { IGNY8_DATABASE__URL: process.env.TEST_DATABASE_URL }
    : { IGNY8_DATABASE__URL: `sqlite://${path.join(data, 'igny8.db')}`, IGNY8_JOBS__DATABASE_URL: `sqlite://${path.join(data, 'jobs.db')}` };
  // What the command line needs too, to work on the same data.
  const settings = {
    ...database,
    IGNY8_STORAGE__PATH: path.join(data, 'storage'),
    IGNY8_SECURITY__KEY_FILE: path.join(data, 'secret.key'),
  };
  const server = spawn(file, ['serve'], {
    cwd: folder,
    detached: true,
    stdio: ['ignore', fs.openSync(log, 'a'), fs.openSync(log, 'a')],
    env: {
      ...clean,
      LEPTOS_SITE_ADDR: address,
      LEPTOS_SITE_ROOT: path.join(root, 'target', 'site'),
      IGNY8_SERVER__ADDRESS: address,
      IGNY8_SERVER__PUBLIC_URL: `http://${address}`,
      ...settings,
      // The WordPress above is on this machine.
      IGNY8_SECURITY__ALLOW_PRIVATE_ADDRESSES: 'true',
      // Every spec signs in from the same address.
      IGNY8_LIMITS__ANONYMOUS_REQUESTS_PER_MINUTE: '0',
    },
  });
  let ending = false;
  server.on('error', (error) => { fs.appendFileSync(log, `${error}\n`); });
  const gone = () => server.exitCode !== null || server.signalCode !== null || server.pid === undefined;
  endings.push(async () => {
    ending = true;
    if (gone()) return;
    const exit = once(server, 'exit');
    process.kill(server.pid, 'SIGTERM');
    const slow = setTimeout(() => {
      say('warning: the server did not end within 15 seconds of SIGTERM and was killed');
      process.kill(-server.pid, 'SIGKILL');
    }, 15_000);
    await exit;
    clearTimeout(slow);
  });
  server.on('exit', (code, signal) => {
    if (ending) return;
    say(`the server ended by itself (${signal ?? code}); see end2end/artifacts/server.log`);
    process.exitCode = 1;
  });
  const base = `http://${address}`;
  for (;;) {
    if (gone()) throw new Failure(`the server did not start:\n${fs.readFileSync(log, 'utf8').slice(-4000)}`);
    const ok = await fetch(`${base}/health`).then((answer) => answer.ok, () => false);
    if (ok) break;
    if (Date.now() - begin > 60_000) throw new Failure(`no answer from ${base}/health; end of its log:\n${fs.readFileSync(log, 'utf8').slice(-4000)}`);
    await new Promise((resolve) => { setTimeout(resolve, 50); });
  }
  say(`server at ${base} after ${Date.now() - begin} ms`);
  return { base, settings, log };
}

async function runSpecs(files, env) {
  // One file at a time: they share the server, and two cores do not carry two browsers.
  const tests = spawn(process.execPath, ['--test', '--test-concurrency=1', '--test-reporter=spec', '--test-reporter-destination=stdout', ...files], {
    cwd: here,
    stdio: ['ignore', 'inherit', 'inherit'],
    detached: true,
    env: { ...process.env, ...env },
  });
  let timedOut = false;
  endings.push(async () => {
    if (tests.exitCode === null && tests.signalCode === null) {
      const exit = once(tests, 'exit');
      process.kill(-tests.pid, 'SIGKILL');
      await exit;
    }
  });
  const limit = setTimeout(() => {
    timedOut = true;
    process.kill(-tests.pid, 'SIGKILL');
  }, limitMinutes * 60_000);
  const [code] = await once(tests, 'exit');
  clearTimeout(limit);
  if (timedOut) throw new Failure(`the specs took more than ${limitMinutes} minutes`);
  return code === 0;
}

async function main() {
  const files = specs(process.argv.slice(2));
  fs.rmSync(artifacts, { recursive: true, force: true });
  fs.mkdirSync(artifacts, { recursive: true });
  binary();
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'igny8-e2e-'));
  endings.push(() => fs.rmSync(folder, { recursive: true, force: true }));
  const wordpress = await startWordPress(folder);
  const server = await startServer(folder);
  const passed = await runSpecs(files, { ...wordpress, BASE_URL: server.base, SERVER_LOG: server.log, IGNY8_PROGRAM: binary(), IGNY8_SETTINGS: JSON.stringify(server.settings) });
  await endAll();
  // A panic that a page happened to hide is still a defect.
  if (/panicked at/.test(fs.readFileSync(server.log, 'utf8'))) throw new Failure('the server panicked; see end2end/artifacts/server.log');
  if (!passed) process.exitCode = 1;
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.once(signal, async () => {
    await endAll();
    process.exit(1);
  });
}

try {
  await main();
} catch (error) {
  console.error(error instanceof Failure ? `e2e: ${error.message}` : error);
  process.exitCode = 1;
} finally {
  await endAll();
}
