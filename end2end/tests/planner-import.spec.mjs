// Files of five tools in three languages, as they come, to a map of named clusters; what each value is from; taking it back.
import assert from 'node:assert/strict';
import {
  accessible, browserTest, dialog, eventually, fitsWidth, fixture, groupKeywords, open, shot, signUp, somebody,
} from '../support.mjs';

const person = somebody('files');

const files = [
  ['ahrefs-coffee_us.csv', 13],
  ['keyword-planner.csv', 60],
  ['kaffee.csv', 15],
  ['kaffeemaschinen.xlsx', 7],
  ['performance-fr.zip', 10],
];

/** Chooses a file, looks at what the page makes of it and brings it in. */
async function bringIn(page, name) {
  await open(page, '/planner/keywords/import');
  await page.getByLabel('Keyword file').setInputFiles(fixture(name));
  // A workbook or an archive has arrived by then.
  const send = page.getByRole('button', { name: /^(Import|Go on)$/ });
  await send.waitFor({ timeout: 30_000 });
  await accessible(page);
  await fitsWidth(page);
  await shot(page, `preview-${name}`);
  await send.click();
  await page.getByRole('link', { name: 'See keywords' }).first().waitFor({ timeout: 60_000 });
  await shot(page, `imported-${name}`);
}

browserTest('five files of five tools come in as they are', async (page, tab) => {
  await signUp(page, person, { site: 'Kaffee, café, coffee', sector: 'Coffee' });
  let total = 0;
  for (const [name, added] of files) {
    await bringIn(page, name);
    total += added;
    await open(page, '/planner/keywords?page_size=200');
    const count = await page.locator('tbody tr[data-row]').count();
    assert.equal(count, total, `keywords after ${name}`);
  }
  // German letters of an old encoding, a thousands point, and Search Console's figures that are no volume.
  await open(page, '/planner/keywords?search=kaffeemühle elektrisch');
  await page.getByText('27,100').first().waitFor();
  await open(page, '/planner/keywords?search=mouture café');
  await page.getByText('quelle mouture').or(page.getByText('mouture café cafetière italienne')).first().waitFor();
  await person.stay(tab);
});

person.test('they become a map of clusters that have names', {}, async (page) => {
  await open(page, '/planner/clusters/group');
  await page.locator('[data-preview] li').first().waitFor();
  await shot(page, 'map-preview');
  await groupKeywords(page);
  await open(page, '/planner/clusters?page_size=200');
  const names = await page.locator('tbody tr[data-row] a.link').allInnerTexts();
  assert.ok(names.length >= 15, `clusters: ${names.join(', ')}`);
  assert.equal(new Set(names.map((name) => name.toLowerCase())).size, names.length, 'no name twice');
  await shot(page, 'map');
  // The two of one meaning stand together, in each language.
  for (const pair of [['kaffeemühle elektrisch', 'elektrische kaffeemühle'], ['single dose coffee grinder', 'single dosing grinder'], ['détartrer machine à café vinaigre', 'comment détartrer une machine à café']]) {
    const homes = [];
    for (const keyword of pair) {
      await open(page, `/planner/keywords?search=${encodeURIComponent(keyword)}`);
      homes.push(await page.locator('tbody tr[data-row]').first().locator('a[href^="/planner/clusters/"]').first().getAttribute('href'));
    }
    assert.equal(homes[0], homes[1], pair.join(' and '));
  }
});

for (const dark of [false, true]) {
  for (const [size, viewport] of [['wide', { width: 1280, height: 800 }], ['phone', { width: 390, height: 844 }]]) {
    person.test(`import, grouping and clusters are fit to be seen: ${dark ? 'dark' : 'light'}, ${size}`, { dark, viewport }, async (page) => {
      for (const [name, where] of [['import', '/planner/keywords/import'], ['group', '/planner/clusters/group'], ['clusters', '/planner/clusters'], ['planner', '/planner'], ['keywords', '/planner/keywords'], ['opportunities', '/planner/keyword-opportunities'], ['library', '/planner/keyword-opportunities?view=library'], ['ideas', '/planner/ideas']]) {
        await open(page, where);
        await page.waitForTimeout(600);
        await fitsWidth(page);
        await accessible(page);
        await shot(page, `planner-${name}-${dark ? 'dark' : 'light'}-${size}`);
      }
    });
  }
}

person.test('columns of search results are chosen once', {}, async (page) => {
  const file = { name: 'places.csv', mimeType: 'text/csv', buffer: Buffer.from('keyword,where,at\nmoka pot,www.site.example/moka,1\n') };
  await open(page, '/planner/keywords/import');
  await page.getByLabel('Keyword file').setInputFiles(file);
  const results = page.getByRole('radio', { name: /^Search results/ });
  await results.check();
  await page.getByText('No column with page addresses was found.').waitFor();
  assert.ok(await results.evaluate((radio) => radio === document.activeElement), 'the choice keeps the focus');
  await page.getByLabel('What the column where holds').selectOption('url');
  await page.getByText('site.example/moka', { exact: true }).waitFor();
  await page.getByLabel('What the column at holds').selectOption('position');
  await page.getByRole('button', { name: 'Import', exact: true }).click();
  await page.getByText('1 search result added.').waitFor({ timeout: 60_000 });
  await open(page, '/planner/keywords/import?kind=serp');
  await page.getByLabel('Keyword file').setInputFiles(file);
  await page.getByText('The columns are those you chose for the last file with this header.').waitFor();
  await page.getByText('site.example/moka', { exact: true }).waitFor();
});

person.test('the list of imports follows an undoing that is asked for above it', {}, async (page) => {
  await open(page, '/planner/keywords/import');
  const line = page.getByRole('table', { name: 'Recent imports' }).getByRole('row', { name: /kaffeemaschinen\.xlsx/ });
  await line.getByRole('link', { name: 'kaffeemaschinen.xlsx' }).click();
  const panel = page.getByRole('region', { name: 'Result of the import' });
  await panel.getByRole('button', { name: 'Undo this import' }).click();
  await dialog(page).getByRole('button', { name: 'Undo', exact: true }).click();
  await panel.getByText(/^Undone: /).waitFor({ timeout: 60_000 });
  await line.getByText('Undone', { exact: true }).waitFor();
  assert.equal(await line.getByRole('button', { name: /undo/i }).count(), 0, 'it cannot be undone twice');
});

person.test('an import is taken back with what it brought', {}, async (page) => {
  await open(page, '/planner/keywords/import');
  const line = page.locator('tr, li', { hasText: 'performance-fr.zip' }).first();
  await line.getByRole('button', { name: /undo/i }).click();
  await dialog(page).getByRole('button', { name: /undo/i }).click();
  // What was asked for in the list is followed above it.
  await page.getByRole('region', { name: 'Result of the import' }).getByText(/^Undone: /).waitFor({ timeout: 60_000 });
  await line.getByText('Undone', { exact: true }).waitFor();
  await eventually('the French keywords are gone', async () => {
    await open(page, '/planner/keywords?search=cafetière');
    return (await page.locator('tbody tr[data-row]').count()) === 0;
  });
});
