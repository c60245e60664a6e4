// The keyword list as somebody works in it: filters, chips, views, cells, keys, everything at once, files, the library.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { accessible, browserTest, eventually, fitsWidth, hydrated, open, shot, signUp, somebody } from '../support.mjs';

const person = somebody('lists');

const rows = (page) => page.locator('tbody tr[data-row]');
const row = (page, text) => page.locator('tbody tr[data-row]').filter({ has: page.getByText(text, { exact: true }) }).first();
const cell = (page, keyword, name) => row(page, keyword).locator(`[data-cell="${name}"]`);
const shows = (page, number) => eventually(`${number} rows`, async () => (await rows(page).count()) === number, { seconds: 15 });

browserTest('somebody signs up and pastes a list of keywords', async (page, tab) => {
  await signUp(page, person, { site: 'Drip and Press', sector: 'Coffee makers' });
  await open(page, '/planner/keywords');
  await page.getByRole('button', { name: 'Add keyword', exact: true }).click();
  const dialog = page.getByRole('dialog', { name: 'Add keywords' });
  await dialog.getByRole('tab', { name: 'Several at once' }).click();
  const lines = Array.from({ length: 60 }, (_, number) => `coffee maker ${String(number + 1).padStart(2, '0')}`);
  await dialog.getByLabel('Keywords, one a line').fill([...lines, 'moka pot', 'MOKA POT'].join('\n'));
  await dialog.getByRole('button', { name: 'Add keywords' }).click();
  await page.getByText('61 keywords added, 1 was there already.').waitFor();
  await shows(page, 50);
  await person.stay(tab);
});

for (const javaScript of [true, false]) {
  person.test(`filters live in the address and stand as chips (${javaScript ? 'with' : 'without'} scripts)`, { javaScript }, async (page) => {
    await page.goto('/planner/keywords?search=moka&volume_max=10&ordering=keyword');
    if (javaScript) await hydrated(page);
    const chips = page.getByRole('group', { name: 'Filters in force' });
    assert.equal(await chips.getByRole('link', { name: /^Remove the filter/ }).count(), 2);
    await page.getByText('Nothing matches these filters.').waitFor();
    await chips.getByRole('link', { name: /Volume/ }).click();
    await page.waitForURL((url) => !url.search.includes('volume_max') && url.search.includes('search=moka'));
    await shows(page, 1);
    await page.getByRole('group', { name: 'Filters in force' }).getByRole('link', { name: 'Reset' }).click();
    await page.waitForURL((url) => !url.search.includes('search'));
    await shows(page, 50);
  });
}

person.test('a view is saved, used, renamed and deleted', {}, async (page) => {
  await open(page, '/planner/keywords?search=moka&ordering=keyword');
  const menu = page.locator('summary', { hasText: 'Views' });
  await menu.click();
  await page.getByText('They stay one click away.').waitFor();
  await page.getByRole('button', { name: 'Save this view' }).click();
  await page.getByRole('dialog', { name: 'Save this view' }).getByLabel('Name', { exact: true }).fill('Moka only');
  await page.getByRole('button', { name: 'Save view' }).click();
  await page.getByText('The view “Moka only” is saved.').waitFor();
  await open(page, '/planner/keywords');
  await shows(page, 50);
  await menu.click();
  await page.getByRole('link', { name: 'Moka only' }).click();
  await page.waitForURL(/search=moka/);
  await shows(page, 1);
  await menu.click();
  await page.getByRole('button', { name: 'Change the view Moka only' }).click();
  const dialog = page.getByRole('dialog', { name: 'Change view' });
  await dialog.getByLabel('Name', { exact: true }).fill('Moka');
  await dialog.getByRole('button', { name: 'Save view' }).click();
  await page.getByText('The view “Moka” is saved.').waitFor();
  await menu.click();
  await page.getByRole('button', { name: 'Change the view Moka' }).click();
  await dialog.getByRole('button', { name: 'Delete view' }).click();
  await page.getByText('The view is deleted.').waitFor();
});

person.test('cells are changed in place, refused in place, and cleared', {}, async (page, tab) => {
  tab.allow(/422/);
  await open(page, '/planner/keywords?ordering=keyword&search=coffee%20maker%200');
  await shows(page, 9);
  const first = cell(page, 'coffee maker 01', 'volume');
  await first.dblclick();
  await first.getByRole('textbox').fill('1,200');
  await first.getByRole('textbox').press('Enter');
  await first.getByText('1,200').waitFor();
  // Enter went down: F2 opens the cell below.
  await page.keyboard.press('F2');
  const second = cell(page, 'coffee maker 02', 'volume');
  await second.getByRole('textbox').fill('many');
  await second.getByRole('textbox').press('Enter');
  await second.getByRole('alert').filter({ hasText: 'whole number' }).waitFor();
  await second.getByRole('textbox').press('Escape');
  // What the server refuses stands at the cell, and the old value is back.
  const difficulty = cell(page, 'coffee maker 01', 'difficulty');
  await difficulty.dblclick();
  await difficulty.getByRole('textbox').fill('101');
  await difficulty.getByRole('textbox').press('Enter');
  await difficulty.getByRole('alert').filter({ hasText: '0 to 100' }).waitFor();
  await difficulty.getByText('–', { exact: true }).waitFor();
  const status = cell(page, 'coffee maker 01', 'status');
  await status.dblclick();
  await status.getByRole('combobox').selectOption('archived');
  await status.getByText('Archived', { exact: true }).waitFor();
  // An empty field says that the figure is not known.
  await first.dblclick();
  await first.getByRole('textbox').fill('');
  await first.getByRole('textbox').press('Enter');
  await first.getByText('–', { exact: true }).waitFor();
  await page.reload();
  await hydrated(page);
  await cell(page, 'coffee maker 01', 'status').getByText('Archived', { exact: true }).waitFor();
  assert.equal((await cell(page, 'coffee maker 01', 'volume').textContent()).trim(), '–');
});

person.test('the list works under the keyboard', {}, async (page) => {
  await open(page, '/planner/keywords?ordering=keyword');
  await shows(page, 50);
  await page.keyboard.press('j');
  await page.keyboard.press('j');
  await page.keyboard.press(' ');
  await page.getByText('1 row selected').waitFor();
  await page.keyboard.press('Shift+ArrowDown');
  await page.getByText('2 rows selected').waitFor();
  await page.keyboard.press('x');
  await page.getByText('All 50 on this page are selected').waitFor();
  await page.keyboard.press('e');
  await page.getByRole('dialog', { name: 'Edit keyword' }).waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog', { name: 'Edit keyword' }).waitFor({ state: 'hidden' });
  await page.keyboard.press('?');
  await page.getByRole('dialog', { name: 'Keys in this list' }).waitFor();
  await accessible(page);
  await page.keyboard.press('Escape');
  await page.keyboard.press('/');
  await page.keyboard.type('moka');
  await page.waitForURL(/search=moka/);
  await shows(page, 1);
});

person.test('all that match are selected, on every page, and changed after a question', {}, async (page) => {
  await open(page, '/planner/keywords?search=coffee');
  await shows(page, 50);
  await page.getByLabel('Select all rows of this page').check();
  await page.getByRole('button', { name: 'Select all 60 that match' }).click();
  await page.getByText('All 60 that match are selected').waitFor();
  await page.getByLabel('Set status', { exact: true }).selectOption('inactive');
  const question = page.getByRole('dialog', { name: 'Set 60 keywords to “Inactive”?' });
  await question.waitFor();
  await shot(page, 'bulk-question');
  await question.getByRole('button', { name: 'Change them' }).click();
  await page.getByText('60 keywords: Inactive.').waitFor();
  await open(page, '/planner/keywords?status=active');
  await shows(page, 1);
});

person.test('a list that cannot be loaded says so and is tried again', {}, async (page, tab) => {
  tab.allow(/ERR_FAILED/);
  await open(page, '/planner/keywords');
  await shows(page, 50);
  const broken = /\/fn\/list_keywords/;
  await page.route(broken, (route) => route.abort());
  await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Next page' }).click();
  await page.getByRole('alert').filter({ hasText: 'No connection' }).waitFor();
  await accessible(page);
  await page.unroute(broken);
  await page.getByRole('button', { name: 'Try again' }).click();
  await rows(page).first().waitFor();
});

person.test('what is not there says so and leads back', { allow: [/404/] }, async (page) => {
  await open(page, '/planner/clusters/999999');
  await page.getByRole('alert').filter({ hasText: 'This is not here' }).waitFor();
  assert.equal(await page.getByRole('button', { name: 'Try again' }).count(), 0, 'trying again would not help');
  await page.getByRole('link', { name: 'See the clusters' }).click();
  await page.waitForURL(/planner\/clusters$/);
  await open(page, '/planner/keywords/import?import=999999');
  await page.getByRole('link', { name: 'All imports' }).waitFor();
  await open(page, '/planner/clusters/group?sector=999999');
  await page.getByRole('alert').filter({ hasText: 'This is not here' }).waitFor();
  assert.equal(await page.getByRole('button', { name: 'Group keywords' }).isDisabled(), true);
});

person.test('windows and menus close with Escape and give the focus back', {}, async (page) => {
  await open(page, '/planner/keywords');
  const focused = () => page.evaluate(() => document.activeElement?.textContent?.trim());
  await page.getByRole('button', { name: 'Add keyword', exact: true }).click();
  const dialog = page.getByRole('dialog', { name: 'Add keywords' });
  await dialog.getByRole('tab', { name: 'One keyword' }).focus();
  await page.keyboard.press('ArrowRight');
  await dialog.getByRole('tabpanel', { name: 'Several at once' }).waitFor();
  assert.equal(await focused(), 'Several at once');
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'hidden' });
  assert.equal(await focused(), 'Add keyword');
  const menu = page.locator('summary', { hasText: 'Views' });
  await menu.click();
  await page.getByRole('button', { name: 'Save this view' }).focus();
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Save this view' }).waitFor({ state: 'hidden' });
  assert.equal(await focused(), 'Views');
});

person.test('under the keyboard a bulk choice is done with Enter and not on the way to it', {}, async (page) => {
  await open(page, '/planner/keywords?search=moka');
  await page.getByLabel('Select moka pot', { exact: true }).check();
  const choose = page.getByLabel('Set intent', { exact: true });
  await choose.focus();
  // The first one opens the list.
  for (const key of ['ArrowDown', 'ArrowDown', 'ArrowDown']) await page.keyboard.press(key);
  await page.getByText('1 row selected').waitFor();
  await page.keyboard.press('Enter');
  await page.getByText('1 keyword: Navigational.').waitFor();
  // The bar went with the selection; the list has the focus now.
  await eventually('the list has the focus', () => page.evaluate(() => document.activeElement?.matches('[data-rows]')), { seconds: 5 });
});

person.test('filter and selection leave as files', {}, async (page) => {
  await open(page, '/planner/keywords?search=moka');
  await shows(page, 1);
  const save = async (click) => {
    const [download] = await Promise.all([page.waitForEvent('download'), click()]);
    assert.match(download.suggestedFilename(), /^keywords-.*\d{4}-\d\d-\d\d\.csv$/);
    return fs.readFileSync(await download.path(), 'utf8').trim().split(/\r?\n/);
  };
  const filtered = await save(() => page.getByRole('link', { name: 'Export' }).click());
  assert.equal(filtered.length, 2);
  assert.match(filtered[0], /^keyword,volume,difficulty,intent,status,clusters,position/);
  await open(page, '/planner/keywords?ordering=keyword');
  await page.getByLabel('Select coffee maker 02').check();
  await page.getByLabel('Select coffee maker 03').check();
  const selected = await save(() => page.getByRole('button', { name: 'Export' }).click());
  assert.deepEqual(selected.slice(1).map((line) => line.split(',')[0]), ['coffee maker 02', 'coffee maker 03']);
});

person.test('keywords come from the library, once', {}, async (page) => {
  await open(page, '/planner/keywords');
  await page.getByRole('button', { name: 'Library', exact: true }).click();
  const dialog = page.getByRole('dialog', { name: 'Keywords of the library' });
  await dialog.getByLabel('Industry').selectOption({ index: 1 });
  await dialog.getByLabel('Sector of the library').selectOption({ index: 1 });
  const boxes = dialog.getByRole('list', { name: 'Keywords of the library' }).getByRole('checkbox');
  await boxes.nth(0).check();
  await boxes.nth(1).check();
  await shot(page, 'library');
  await accessible(page);
  await dialog.getByRole('button', { name: 'Add to the sector' }).click();
  await page.getByText('2 keywords added.').waitFor();
  await page.getByRole('button', { name: 'Library', exact: true }).click();
  await dialog.getByLabel('Industry').selectOption({ index: 1 });
  await dialog.getByLabel('Sector of the library').selectOption({ index: 1 });
  await dialog.getByText('In the sector').first().waitFor();
  await dialog.getByLabel(/^Select all \d/).check();
  await dialog.getByRole('button', { name: 'Add to the sector' }).click();
  await page.getByText(/keywords added, 2 were there already\./).waitFor();
});

person.test('columns and page size are remembered, also by the first answer of the server', {}, async (page) => {
  await open(page, '/planner/keywords');
  await page.locator('summary', { hasText: 'Columns' }).click();
  await page.getByRole('checkbox', { name: 'Added' }).uncheck();
  await page.getByRole('link', { name: '25 rows a page' }).click();
  await shows(page, 25);
  await open(page, '/planner/keywords');
  await shows(page, 25);
  assert.equal(await page.getByRole('columnheader', { name: 'Added' }).isVisible(), false);
});

for (const [name, options] of [['dark', { dark: true }], ['phone', { viewport: { width: 390, height: 844 } }]]) {
  person.test(`the list looks right: ${name}`, options, async (page) => {
    await open(page, '/planner/keywords?status=inactive&volume_min=0&difficulty_max=90');
    await page.locator('summary', { hasText: 'More filters' }).click();
    await fitsWidth(page);
    await accessible(page);
    await shot(page, `keyword-list-${name}`);
    await page.locator('summary', { hasText: 'Views' }).click();
    await fitsWidth(page);
  });
}
