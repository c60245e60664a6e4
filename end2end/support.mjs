// What specs are written with. They run under node:test; end2end/run.mjs starts the servers and sets the environment. While
// writing a spec against a server of your own: BASE_URL=http://127.0.0.1:3000 node --test tests/<name>.spec.mjs
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { PNG } from 'pngjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const artifacts = path.join(here, 'artifacts');

function need(name) {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set; run the specs with: node end2end/run.mjs`);
  return value;
}

export const base = need('BASE_URL').replace(/\/$/, '');
export const fixture = (name) => path.join(here, 'fixtures', name);
/** The keyword file that ships with the product. */
export const sampleKeywords = path.join(here, '..', 'public', 'samples', 'keywords.csv');

// --- Browser ---------------------------------------------------------------------------------------------------------

let launched;
/** One browser per spec file, started when the first test wants it. */
export function browser() {
  launched ??= chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: [
      '--headless=new',
      // Containers offer no user name spaces, and every page here is ours.
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
  return launched;
}
after(async () => {
  if (launched) await (await launched).close();
});

/**
 * A page in a profile of its own. Everything that goes wrong in it is collected; `clean()` fails when there is anything,
 * so a hydration warning, a 404 of a picture or an exception in a handler is a failed test.
 *
 * Options: `javaScript` (true), `viewport`, `dark`, `storageState` (a signed-in session), `allow`: patterns of problems
 * that the test provokes on purpose.
 */
export async function openTab({ javaScript = true, viewport = { width: 1280, height: 800 }, dark = false, storageState, allow = [] } = {}) {
  const context = await (await browser()).newContext({
    baseURL: base,
    javaScriptEnabled: javaScript,
    viewport,
    colorScheme: dark ? 'dark' : 'light',
    // Neither the machine's language nor its zone may decide what a page says.
    locale: 'en-GB',
    timezoneId: 'Europe/Lisbon',
    storageState,
  });
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  page.setDefaultNavigationTimeout(20_000);
  const problems = [];
  // The page that shows it, too: a redirect may have led somewhere else than the test thinks.
  const note = (text) => problems.push(`${text}  [on ${page.url()}]`);
  const watch = (watched) => {
    watched.on('console', (message) => {
      if (['error', 'warning', 'assert'].includes(message.type())) {
        note(`console ${message.type()}: ${message.text()} (${message.location().url}:${message.location().lineNumber})`);
      }
    });
    watched.on('pageerror', (error) => note(`exception: ${error.stack ?? error}`));
    watched.on('crash', () => note('the page crashed'));
    watched.on('requestfailed', (request) => {
      const reason = request.failure()?.errorText ?? '';
      // Leaving a page ends what it was still loading, event streams above all; that is no failure.
      // Without scripts the browser refuses what the page preloads of them, as it should.
      if (reason !== 'net::ERR_ABORTED' && (javaScript || reason !== 'csp')) note(`request failed: ${request.method()} ${request.url()} ${reason}`);
    });
    watched.on('response', (response) => {
      if (response.status() >= 400) note(`${response.status()}: ${response.request().method()} ${response.url()}`);
    });
  };
  watch(page);
  context.on('page', watch);
  const allowed = [...allow];
  return {
    page,
    context,
    problems,
    /** From here on, a problem that matches is expected. */
    allow: (pattern) => allowed.push(pattern),
    clean() {
      const left = problems.filter((problem) => !allowed.some((pattern) => pattern.test(problem)));
      assert.deepEqual(left, [], 'the browser reported problems');
    },
    close: () => context.close(),
  };
}

const fileName = (text) => text.toLowerCase().replace(/[^a-z0-9]+/g, '-').replace(/^-|-$/g, '').slice(0, 80);

/**
 * A test with a tab of its own: `browserTest('name', options?, async (page, tab) => { ... })`. The options may be a function
 * that is asked when the test begins.
 */
export function browserTest(name, ...rest) {
  const body = rest.pop();
  const options = rest.pop() ?? {};
  test(name, async () => {
    const tab = await openTab(typeof options === 'function' ? options() : options);
    try {
      await body(tab.page, tab);
      tab.clean();
    } catch (error) {
      // How it looked when it failed says more than the message; and what the browser said is often the cause.
      await shot(tab.page, `failed-${fileName(name)}`).catch(() => {});
      if (tab.problems.length && error.code !== 'ERR_ASSERTION') error.message += `\nthe browser reported:\n${tab.problems.join('\n')}`;
      throw error;
    } finally {
      await tab.close();
    }
  });
}

/** For pages that must be readable without JavaScript: the same test both ways. */
export function readingTest(name, ...rest) {
  const body = rest.pop();
  const options = rest.pop() ?? {};
  browserTest(`${name} (with JavaScript)`, { ...options, javaScript: true }, body);
  browserTest(`${name} (without JavaScript)`, { ...options, javaScript: false }, body);
}

/**
 * Somebody who signs in in one test and works on in the tests after it:
 *
 *   const owner = somebody('owner');
 *   browserTest('an account is made', async (page, tab) => { await signUp(page, owner, { site: 'Press' }); await owner.stay(tab); });
 *   owner.test('the list is empty', {}, async (page, tab) => { ... });
 */
export function somebody(name, password = 'a kettle of fresh water') {
  let session;
  return {
    email: `${name}-${Date.now()}@example.com`,
    password,
    /** The tests that follow work in the session of this tab. */
    async stay(tab) { session = await tab.context.storageState(); },
    /** A tab in that session, for a test of somebody else. */
    tab: (options = {}) => openTab({ ...options, storageState: session }),
    /** A test in that session; options as for `openTab`. */
    test(title, options, body) {
      browserTest(title, () => {
        assert.ok(session, 'the test that signs in must have come to its end');
        return { ...options, storageState: session };
      }, body);
    },
  };
}

/** Makes an account, and its first site when one is named. `look` is called with the name of what shows. */
export async function signUp(page, person, { company, site, sector = 'Home coffee', look = async () => {} } = {}) {
  await open(page, '/signup');
  await page.getByLabel('Email').fill(person.email);
  await page.getByLabel('Password', { exact: true }).fill(person.password);
  if (company) await page.getByLabel(/Name of your company/).fill(company);
  await page.getByRole('button', { name: 'Create account' }).click();
  await page.getByRole('heading', { name: 'Create your first site' }).waitFor();
  await hydrated(page);
  if (!site) return;
  await look('first-site');
  await page.getByLabel('Name', { exact: true }).fill(site);
  const sectors = page.getByLabel('Your own sectors');
  await sectors.fill(sector);
  await sectors.press('Enter');
  await page.getByRole('button', { name: /create.*site/i }).click();
  await page.getByRole('heading', { name: 'Next steps' }).waitFor();
  await look('home-empty');
}

/** Imports a keyword file and waits for the result. */
export async function importKeywords(page, file = sampleKeywords) {
  await open(page, '/planner/keywords/import');
  await page.getByLabel('Keyword file').setInputFiles(file);
  await page.getByRole('button', { name: 'Import', exact: true }).click();
  await page.getByRole('link', { name: 'See keywords' }).first().waitFor({ timeout: 60_000 });
}

export const dialog = (page) => page.getByRole('dialog');

/** Starts what the open window asks about, and waits for the panel to say that it is done. */
export async function startJob(page) {
  await dialog(page).getByRole('button', { name: 'Start', exact: true }).click();
  await page.getByRole('region', { name: 'Work under way' }).getByText('Completed', { exact: true }).first().waitFor({ timeout: 60_000 });
}

/** Groups what the page that groups has counted, and waits for the end. */
export async function groupKeywords(page) {
  await page.getByRole('button', { name: /^Group [\d,]+ keywords?$/ }).click();
  await startJob(page);
}

/** Waits until the page answers to clicks: the app sets data-hydrated on the body when its handlers are attached. */
export async function hydrated(page) {
  await page.waitForFunction(() => document.body?.dataset.hydrated === 'true');
}

/** Opens a path of the product and waits until it is alive. */
export async function open(page, where) {
  const response = await page.goto(where);
  await hydrated(page);
  return response;
}

/** A picture of the whole page in end2end/artifacts; returns its path. */
export async function shot(page, name, options = {}) {
  fs.mkdirSync(artifacts, { recursive: true });
  const file = path.join(artifacts, `${fileName(name)}.png`);
  await page.screenshot({ path: file, fullPage: true, animations: 'disabled', ...options });
  return file;
}

/** How many colours a picture has: a page that failed to draw has one or two. */
export function coloursOf(file) {
  const { data } = PNG.sync.read(fs.readFileSync(file));
  const seen = new Set();
  for (let at = 0; at < data.length; at += 4) seen.add(data.readUInt32BE(at));
  return seen.size;
}

const axeSource = fs.readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
/** Fails on anything that axe-core finds against WCAG 2.2 A and AA. */
export async function accessible(page, { exclude = [] } = {}) {
  // Not a script tag: the page's content security policy is right to refuse one.
  await page.evaluate(axeSource);
  const violations = await page.evaluate(async (outside) => {
    const result = await globalThis.axe.run(
      { include: [['html']], exclude: outside.map((selector) => [selector]) },
      { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'], resultTypes: ['violations'] },
    );
    return result.violations.flatMap((violation) => violation.nodes.map((node) => `${violation.id}: ${violation.help}: ${node.target.join(' ')} ${node.html.slice(0, 160)}`));
  }, exclude);
  assert.deepEqual(violations, [], `accessibility of ${page.url()}`);
}

/** Nothing may be wider than the window: on a telephone the page would slide about. */
export async function fitsWidth(page) {
  const { wide, width, culprits } = await page.evaluate(() => {
    const limit = document.documentElement.clientWidth;
    return {
      wide: document.documentElement.scrollWidth,
      width: limit,
      culprits: [...document.querySelectorAll('body *')]
        .filter((element) => element.getBoundingClientRect().right > limit + 1)
        .slice(0, 5)
        .map((element) => element.outerHTML.slice(0, 120)),
    };
  });
  const empty = await page.evaluate(() => {
    const ends = [...document.querySelectorAll('main, aside, footer, nav')].map((element) => element.getBoundingClientRect().bottom + window.scrollY);
    return document.documentElement.scrollHeight - Math.max(innerHeight, ...ends);
  });
  assert.ok(empty <= 1, `the page goes on for ${empty} px below its end`);
  assert.ok(wide <= width, `the page is ${wide} px wide in a window of ${width} px: ${culprits.join('\n')}`);
}

/** Tries `look` until it returns something true, and returns that: for what a job brings about. */
export async function eventually(what, look, { seconds = 60, every = 250 } = {}) {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const found = await look();
    if (found) return found;
    if (Date.now() > end) assert.fail(`not within ${seconds} s: ${what}`);
    await new Promise((resolve) => { setTimeout(resolve, every); });
  }
}

// --- WordPress -------------------------------------------------------------------------------------------------------

/** The test site as its REST API shows it, to look behind what the product says. `role`: editor, author, contributor. */
export function wordpress(role) {
  const prefix = role ? `WP_${role.toUpperCase()}` : 'WP';
  const url = need('WP_URL');
  const user = need(`${prefix}_USER`);
  const password = need(`${prefix}_PASSWORD`);
  const authorization = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
  const get = async (where, query = {}) => {
    const response = await fetch(`${url}/wp-json/wp/v2/${where}?${new URLSearchParams(query)}`, { headers: { authorization } });
    const text = await response.text();
    assert.ok(response.ok, `WordPress answers ${response.status} to ${where}: ${text.slice(0, 400)}`);
    return JSON.parse(text);
  };
  return {
    url,
    user,
    password,
    get,
    /** Posts of any state, newest id first; `content.raw` and `title.raw` are what was sent, `rendered` is not. */
    posts: (query = {}) => get('posts', { status: 'any', context: 'edit', per_page: '100', orderby: 'id', order: 'desc', ...query }),
    post: (id) => get(`posts/${id}`, { context: 'edit' }),
    media: (id) => get(`media/${id}`, { context: 'edit' }),
    category: (id) => get(`categories/${id}`),
    tag: (id) => get(`tags/${id}`),
    /** The page as a visitor sees it. */
    visit: async (link) => {
      const response = await fetch(link);
      assert.equal(response.status, 200, `${link} answers ${response.status}`);
      return response.text();
    },
  };
}
