// The measuring itself; see bench.sh. Every part works in a temporary folder and ends what it started.
import { execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

const root = path.dirname(import.meta.dirname ?? path.dirname(new URL(import.meta.url).pathname));
const target = process.env.CARGO_TARGET_DIR;
const igny8 = process.env.IGNY8_BIN ?? path.join(target, 'release', 'igny8');
const keywords = Number(process.env.BENCH_KEYWORDS ?? 100_000);
const rows = Number(process.env.BENCH_ROWS ?? 200_000);
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'igny8-bench-'));
const sleep = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });

const results = [];
function record(part, figure, value, unit, goal = '') {
  results.push({ part, figure, value, unit, goal });
  console.error(`  ${part}: ${figure}: ${value} ${unit}`);
}
const round = (value, digits = 1) => Number(value.toFixed(digits));

const running = new Set();
const endings = [];

/** Runs a program to its end; gives its output, the seconds it took and the most memory it held. */
async function run(file, args, env = {}) {
  const begin = process.hrtime.bigint();
  const child = spawn(file, args, { env: { ...process.env, ...env }, cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] });
  running.add(child);
  let text = '';
  let peak = 0;
  child.stdout.on('data', (chunk) => { text += chunk; });
  // VmHWM only grows, so the last look before the end is the peak, give or take the last few milliseconds.
  const look = setInterval(() => { peak = Math.max(peak, memory(child.pid, 'VmHWM')); }, 20);
  const [code, signal] = await once(child, 'close');
  clearInterval(look);
  running.delete(child);
  if (code !== 0) throw new Error(`${file} ${args.join(' ')} ended with ${signal ?? code}:\n${text}`);
  return { text, seconds: Number(process.hrtime.bigint() - begin) / 1e9, peak };
}

/** Megabytes, from /proc. */
function memory(pid, field) {
  try {
    const line = fs.readFileSync(`/proc/${pid}/status`, 'utf8').match(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm'));
    return line ? round(Number(line[1]) / 1024) : 0;
  } catch {
    return 0;
  }
}

/** The JSON at the end of an output, or nothing. */
function lastJson(text) {
  const trimmed = text.trim();
  for (const candidate of [trimmed.split('\n').at(-1), trimmed]) {
    try {
      return JSON.parse(candidate);
    } catch { /* not this one */ }
  }
  return undefined;
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

/** The settings of an installation in a folder of its own. */
function settings(name, database) {
  const data = path.join(folder, name);
  fs.mkdirSync(data, { recursive: true });
  return {
    LEPTOS_OUTPUT_NAME: 'igny8',
    LEPTOS_SITE_ROOT: path.join(root, 'target', 'site'),
    LEPTOS_SITE_PKG_DIR: 'pkg',
    IGNY8_DATABASE__URL: database ?? `sqlite://${path.join(data, 'igny8.db')}`,
    IGNY8_JOBS__DATABASE_URL: database ? '' : `sqlite://${path.join(data, 'jobs.db')}`,
    IGNY8_STORAGE__PATH: path.join(data, 'storage'),
    IGNY8_SECURITY__KEY_FILE: path.join(data, 'secret.key'),
    IGNY8_LOG__LEVEL: 'warn',
  };
}

/** Starts the server; `ms` is the time from its start to the first good answer of /health. */
async function serve(env) {
  const port = await freePort();
  const address = `127.0.0.1:${port}`;
  const agent = new http.Agent({ keepAlive: false });
  const healthy = () => new Promise((resolve) => {
    http.get({ host: '127.0.0.1', port, path: '/health', agent }, (answer) => {
      answer.resume();
      answer.on('end', () => resolve(answer.statusCode === 200));
    }).on('error', () => resolve(false));
  });
  const begin = process.hrtime.bigint();
  const child = spawn(igny8, ['serve'], {
    cwd: folder,
    env: { ...process.env, ...env, IGNY8_SERVER__ADDRESS: address, LEPTOS_SITE_ADDR: address },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  running.add(child);
  const gone = () => child.exitCode !== null || child.signalCode !== null;
  while (!(await healthy())) {
    if (gone()) throw new Error(`igny8 serve ended with ${child.exitCode ?? child.signalCode}`);
    if (Number(process.hrtime.bigint() - begin) > 60e9) throw new Error('igny8 serve does not answer');
    await sleep(2);
  }
  const ms = Number(process.hrtime.bigint() - begin) / 1e6;
  return {
    port,
    pid: child.pid,
    ms,
    async end() {
      running.delete(child);
      if (gone()) return;
      const exit = once(child, 'exit');
      child.kill('SIGTERM');
      const slow = setTimeout(() => child.kill('SIGKILL'), 15_000);
      await exit;
      clearTimeout(slow);
    },
  };
}

/**
 * Fifty requests at a time for some seconds: how many were answered, and the percentiles of the time to the first and to
 * the last byte. In a process of its own and without a parser, so that the client takes as little as may be of the two cores.
 */
async function inFlight(port, where, headers, seconds) {
  const script = path.join(root, 'scripts', 'bench-flight.mjs');
  const { stdout } = await promisify(execFile)('node', [script, String(port), where, JSON.stringify(headers), String(seconds)]);
  const { first, whole, per_second, bad } = JSON.parse(stdout);
  return { first: (percent) => first[percent], whole: (percent) => whole[percent], per_second, bad };
}

/** Bytes of a body as they come over the wire to a browser that takes brotli. */
function wire(port, where, cookie, more = {}) {
  return new Promise((resolve, reject) => {
    http.get({ host: '127.0.0.1', port, path: where, headers: { 'accept-encoding': 'br, gzip', ...(cookie ? { cookie } : {}), ...more } }, (answer) => {
      let bytes = 0;
      answer.on('data', (chunk) => { bytes += chunk.length; });
      answer.on('end', () => {
        if (answer.statusCode === 200) resolve({ bytes, encoding: answer.headers['content-encoding'] ?? 'none' });
        else reject(new Error(`${where} answers ${answer.statusCode}`));
      });
    }).on('error', reject);
  });
}

// One database of this many keywords for all the parts that want one.
let seeded;
function seed() {
  seeded ??= (async () => {
    const env = settings('seeded');
    const { text, seconds } = await run(igny8, ['bench', 'seed', '--keywords', String(keywords)], env);
    const account = lastJson(text);
    if (!account?.cookie) throw new Error(`igny8 bench seed printed no cookie:\n${text}`);
    console.error(`  (${keywords} keywords made in ${round(seconds)} s)`);
    return { env, ...account };
  })();
  return seeded;
}

/** A PostgreSQL of its own for one part; ends with the program or by `end`. */
function postgres(name) {
  // Beside the temporary folder, which belongs to us alone: PostgreSQL runs as another user when we are root.
  const server = path.join(os.tmpdir(), `igny8-bench-${name}-${process.pid}`);
  const script = path.join(root, 'scripts', 'postgres.sh');
  const end = () => fs.existsSync(server) && execFileSync(script, ['stop', server]);
  endings.push(end);
  // Not a pipe: the server would keep its end open, and reading it would never end.
  const said = path.join(folder, `${name}.env`);
  execFileSync(script, ['start', server], {
    stdio: ['ignore', fs.openSync(said, 'w'), 'inherit'],
    // As a real server would have it; the tests' setting would flatter.
    env: { ...process.env, POSTGRES_FSYNC: 'on' },
  });
  return { url: fs.readFileSync(said, 'utf8').match(/^TEST_DATABASE_URL=(.*)$/m)[1], end };
}

const parts = {
  async clustering() {
    for (const [count, goal] of [[10_000, '1 s'], [100_000, '15 s'], [1_000_000, '240 s']]) {
      const { text, seconds, peak } = await run(path.join(target, 'release', 'examples', 'cluster_bench'), [String(count)]);
      record('clustering', `${count} keywords, whole program`, round(seconds, 2), 's', goal);
      record('clustering', `${count} keywords, most memory`, peak, 'MB', count === 1_000_000 ? '4096' : '');
      const own = lastJson(text);
      for (const [name, value] of Object.entries(own ?? {})) record('clustering', `${count} keywords, ${name}`, value, '');
      if (!own) console.error(text.trimEnd());
    }
  },

  // Only when asked for: sentence embeddings take minutes.
  async quality() {
    const { text } = await run(path.join(root, 'scripts', 'quality.sh'), []);
    const figures = lastJson(text);
    if (!figures?.igny8) throw new Error(`scripts/quality.sh printed no figures:\n${text}`);
    for (const [method, { sets, one, ...means }] of Object.entries(figures)) {
      for (const [kind, [ari, v]] of Object.entries(means)) {
        const at = kind === 'mean_one' ? ` (at ${one})` : '';
        record('quality', `${method}, adjusted Rand index, ${kind.replace('_', ', ')}${at}`, round(ari, 3), '');
        record('quality', `${method}, V-measure, ${kind.replace('_', ', ')}${at}`, round(v, 3), '');
      }
      record('quality', `${method}, all sets`, round(Object.values(sets).reduce((sum, set) => sum + set.seconds, 0), 2), 's');
    }
  },

  async import() {
    const parse = await run(path.join(target, 'release', 'examples', 'import_bench'), []);
    record('import', 'reading alone, whole program', round(parse.seconds, 2), 's');
    record('import', 'reading alone, most memory', parse.peak, 'MB');
    const own = lastJson(parse.text);
    for (const [name, value] of Object.entries(own ?? {})) record('import', `reading alone, ${name}`, value, '');
    if (!own) console.error(parse.text.trimEnd());

    const into = async (name, env, goal) => {
      const { text, peak } = await run(igny8, ['bench', 'import', '--rows', String(rows)], env);
      const figures = lastJson(text);
      if (!figures?.rows_per_second) throw new Error(`igny8 bench import printed no rows_per_second:\n${text}`);
      record('import', `into ${name}`, Math.round(figures.rows_per_second), 'rows/s', goal);
      record('import', `into ${name}, most memory`, peak, 'MB');
    };
    await into('SQLite', settings('import-sqlite'), '100000');

    const { url } = postgres('import');
    await into('PostgreSQL', settings('import-postgres', url), '60000');
  },

  async lists() {
    const count = Number(process.env.BENCH_LIST_ROWS ?? 1_000_000);
    const server = postgres('lists');
    for (const [name, env] of [['SQLite', settings('lists-sqlite')], ['PostgreSQL', settings('lists-postgres', server.url)]]) {
      const { text, peak } = await run(igny8, ['bench', 'lists', '--rows', String(count)], env);
      const figures = lastJson(text);
      if (!figures?.pages) throw new Error(`igny8 bench lists printed no pages:\n${text}`);
      record('lists', `${name}: ${count} keywords in`, figures.import_rows_per_second, 'rows/s');
      record('lists', `${name}: settled`, figures.settle_rows_per_second, 'rows/s');
      record('lists', `${name}: first page before that`, round(figures.before_settling_ms), 'ms');
      for (const page of figures.pages) {
        record('lists', `${name}: ${page.name} (${page.count}), p50`, page.p50, 'ms', '50');
        record('lists', `${name}: ${page.name}, p95`, page.p95, 'ms');
      }
      record('lists', `${name}: most memory`, peak, 'MB');
    }
    server.end();
  },

  async work() {
    const { text } = await run(igny8, ['bench', 'work'], settings('work'));
    const figures = lastJson(text);
    if (!figures?.items_per_second) throw new Error(`igny8 bench work printed no items_per_second:\n${text}`);
    record('work', 'articles by a model that answers at once, one worker', figures.items_per_second, '1/s', '200');
    record('work', 'engine and ledger, of each built-in item', figures.overhead_ms, 'ms', '5');

    // From the moment that the worker writes the end of a job to its arrival at a browser's event stream.
    const { env, cookie, email, password, sector_id } = await seed();
    const server = await serve(env);
    const at = `http://127.0.0.1:${server.port}`;
    let token = '';
    const call = async (method, where, body) => {
      const answer = await fetch(`${at}/api/v1${where}`, { method, headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` }, body: body && JSON.stringify(body) });
      if (!answer.ok) throw new Error(`${where}: ${await answer.text()}`);
      return (await answer.json()).data;
    };
    token = (await call('POST', '/auth/login/', { email, password })).access;
    const delays = [];
    for (let turn = 0; turn < 20; turn += 1) {
      const { id } = await call('POST', '/writer/tasks/', { sector_id, title: `Bench ${turn}` });
      const { task_id } = await call('POST', '/writer/tasks/auto_generate_content/', { ids: [id] });
      const stream = await fetch(`${at}/events/tasks/${task_id}`, { headers: { cookie } });
      if (!stream.ok) throw new Error(`the event stream answers ${stream.status}`);
      let text = '';
      for await (const chunk of stream.body) {
        text += Buffer.from(chunk).toString();
        if (text.includes('"status":"completed"')) break;
      }
      const arrived = Date.now();
      const { task: { finished_at } } = await call('GET', `/system/ai_tasks/${task_id}/`);
      delays.push(arrived - Date.parse(finished_at));
    }
    delays.sort((a, b) => a - b);
    record('work', 'progress to the browser, median of 20', delays[10], 'ms', '500');
    record('work', 'progress to the browser, slowest of 20', delays[19], 'ms', '500');
    await server.end();
  },

  async 'start-up'() {
    const { env } = await seed();
    const times = [];
    for (let turn = 0; turn < 5; turn += 1) {
      const server = await serve(env);
      times.push(server.ms);
      if (turn === 4) {
        // What the start needed has been given back by then.
        await sleep(5_000);
        record('start-up', 'resident memory at rest', memory(server.pid, 'VmRSS'), 'MB', '100');
      }
      await server.end();
    }
    times.sort((a, b) => a - b);
    record('start-up', `to /health on ${keywords} keywords, median of 5`, round(times[2]), 'ms', '300');
  },

  async size() {
    const { env, cookie } = await seed();
    const server = await serve(env);
    const kilobytes = (bytes) => round(bytes / 1024);
    const told = new Set();
    for (const [name, where, session] of [['sign-in', '/signin'], ['home', '/', cookie], ['keyword list', '/planner/keywords', cookie]]) {
      const page = await wire(server.port, where, session);
      const html = await (await fetch(`http://127.0.0.1:${server.port}${where}`, { headers: session ? { cookie: session } : {} })).text();
      // What the page names, and what the first script imports.
      const files = new Set([...html.matchAll(/"(\/pkg\/[\w.]+\.(?:js|wasm|css))"/g)].map((found) => found[1]));
      files.add('/pkg/__wasm_split.______________________.js');
      let total = page.bytes;
      for (const file of [...files].sort()) {
        const { bytes, encoding } = await wire(server.port, file);
        total += bytes;
        if (!told.has(file)) record('size', `${path.basename(file)} (${encoding})`, kilobytes(bytes), 'KB');
        told.add(file);
      }
      record('size', `${name}, HTML (${page.encoding})`, kilobytes(page.bytes), 'KB');
      record('size', `${name} as the first page, ${files.size + 1} files`, kilobytes(total), 'KB', '300');
    }
    await server.end();
  },

  async page() {
    const { env, cookie } = await seed();
    const server = await serve(env);
    const where = '/planner/keywords';
    // Fails loudly when the cookie does not sign in: what is measured would be the redirect.
    const { bytes } = await wire(server.port, where, cookie);
    record('page', `${where}, compressed`, round(bytes / 1024), 'KB');
    await inFlight(server.port, where, { cookie }, 3);
    const { first, whole, per_second, bad } = await inFlight(server.port, where, { cookie }, 15);
    record('page', `${keywords} keywords, 50 in flight, first byte, p50`, first(50), 'ms', '10');
    record('page', `${keywords} keywords, 50 in flight, first byte, p99`, first(99), 'ms', '50');
    record('page', `${keywords} keywords, 50 in flight, last byte, p50`, whole(50), 'ms');
    record('page', `${keywords} keywords, 50 in flight`, per_second, 'requests/s');
    if (bad) record('page', 'answers that were errors', bad, '', '0');
    record('page', 'resident memory afterwards', memory(server.pid, 'VmRSS'), 'MB');
    await server.end();
  },

  // Django REST Framework with gunicorn on the same machine, PostgreSQL, 100,000 keywords and 50 connections: the goal is
  // twenty times its throughput.
  async rest() {
    const { url, end } = postgres('rest');
    const env = { ...settings('rest', url), IGNY8_LIMITS__REQUESTS_PER_MINUTE: '0' };
    const { text } = await run(igny8, ['bench', 'seed', '--keywords', String(keywords)], env);
    const { cookie, email, password } = lastJson(text);
    const server = await serve(env);
    const login = await fetch(`http://127.0.0.1:${server.port}/api/v1/auth/login/`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email, password }),
    });
    const headers = { authorization: `Bearer ${(await login.json()).data.access}` };
    const list = '/api/v1/planner/keywords/';
    const some = await (await fetch(`http://127.0.0.1:${server.port}${list}?page_size=1`, { headers })).json();
    const works = [
      ['keyword list', `${list}?page_size=50`, headers, 93],
      ['filtered and ordered', `${list}?status=active&intent=commercial&ordering=-volume&page_size=50`, headers, 132],
      ['substring search', `${list}?search=espresso&page_size=50`, headers, 97],
      ['page 1,000', `${list}?page=1000&page_size=50`, headers, 52],
      ['one keyword', `${list}${some.results[0].id}/`, headers, 367],
      ['the page', '/planner/keywords', { cookie }, 83],
    ];
    for (const [name, where, sent, django] of works) {
      await wire(server.port, where, sent.cookie, sent);
      await inFlight(server.port, where, sent, 1);
      const { first, per_second, bad } = await inFlight(server.port, where, sent, 5);
      if (bad) throw new Error(`${where}: ${bad} errors`);
      record('rest', `${name}, 50 in flight`, per_second, 'requests/s', String(django * 20));
      record('rest', `${name}, times Django`, round(per_second / django), '', '20');
      record('rest', `${name}, first byte, p50`, first(50), 'ms');
    }
    record('rest', 'resident memory afterwards', memory(server.pid, 'VmRSS'), 'MB');
    await server.end();
    end();
  },
};

async function endAll() {
  for (const child of running) child.kill('SIGKILL');
  running.clear();
  while (endings.length) endings.pop()();
  fs.rmSync(folder, { recursive: true, force: true });
}
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, async () => {
    await endAll();
    process.exit(1);
  });
}

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !(name in parts));
if (unknown.length) {
  console.error(`no such part: ${unknown.join(' ')}; there are: ${Object.keys(parts).join(' ')}`);
  process.exit(2);
}
const failed = [];
try {
  for (const [name, measure] of Object.entries(parts)) {
    if (wanted.length ? !wanted.includes(name) : name === 'quality') continue;
    console.error(name);
    try {
      await measure();
    } catch (error) {
      // The other figures are still wanted, but a missing one is no success.
      console.error(`  ${name} FAILED: ${error.message}`);
      failed.push(name);
      for (const child of running) child.kill('SIGKILL');
      running.clear();
    }
  }
} finally {
  await endAll();
}

const width = (pick, least) => Math.max(least, ...results.map((row) => String(pick(row)).length));
const figures = width((row) => row.figure, 6);
const values = width((row) => row.value, 5);
const units = width((row) => row.unit, 4);
console.log(`\n${'part'.padEnd(11)} ${'figure'.padEnd(figures)} ${'value'.padStart(values)} ${'unit'.padEnd(units)} goal`);
for (const row of results) {
  console.log(`${row.part.padEnd(11)} ${row.figure.padEnd(figures)} ${String(row.value).padStart(values)} ${row.unit.padEnd(units)} ${row.goal}`);
}
const machine = { cpu: os.cpus()[0]?.model.trim(), cores: os.cpus().length, memory_gb: round(os.totalmem() / 2 ** 30), system: `${os.type()} ${os.release()}` };
fs.mkdirSync(path.join(root, 'bench'), { recursive: true });
fs.writeFileSync(path.join(root, 'bench', 'results.json'), `${JSON.stringify({ at: new Date().toISOString(), machine, keywords, rows, results, failed }, null, 2)}\n`);
console.log('\nalso in bench/results.json');
if (failed.length) {
  console.error(`not measured: ${failed.join(', ')}`);
  process.exit(1);
}
