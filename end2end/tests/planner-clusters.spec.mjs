// Clusters: trying out in the browser, grouping, why keywords are where they are, by hand, merge, split, undo.
import assert from 'node:assert/strict';
import {
  accessible, browserTest, dialog, eventually, fitsWidth, groupKeywords, hydrated, importKeywords, open, shot, signUp, somebody,
} from '../support.mjs';

const owner = somebody('clusters');

const figure = async (page, label) => {
  const text = await page.locator('section', { hasText: label }).last().innerText();
  return text;
};

browserTest('keywords come in', async (page, tab) => {
  await signUp(page, owner, { site: 'Grouped' });
  await importKeywords(page);
  await owner.stay(tab);
});

const which = (page) => page.locator('[data-which]');
const ticked = ['Select moka pot recipe', 'Select moka pot coffee ratio', 'Select moka pot grind size'];

owner.test('what the list is filtered by is what is grouped, and the page says so', {}, async (page) => {
  await open(page, '/planner/keywords?search=moka&difficulty_max=20');
  const listed = await page.locator('tbody tr[data-row]').count();
  await page.getByRole('link', { name: 'Group these' }).click();
  await page.waitForURL(/clusters\/group\?.*search=moka/);
  await which(page).getByText(`${listed} keywords in Home coffee that match “moka”, difficulty up to 20.`).waitFor();
  await which(page).getByText('All of them will be grouped.').waitFor();
  await page.getByRole('button', { name: `Group ${listed} keywords` }).waitFor();
  await accessible(page);
  await shot(page, 'group-filtered');
  await page.getByRole('link', { name: 'Choose others' }).click();
  await page.waitForURL(/planner\/keywords\?.*search=moka/);
  await page.goBack();
  await page.getByRole('link', { name: 'Group the whole sector' }).click();
  await which(page).getByText(/^\d+ keywords in Home coffee\.$/).waitFor();
  await eventually('more keywords than before', async () => Number((await which(page).innerText()).match(/^\d+/)?.[0]) > listed);
});

owner.test('ticked keywords are grouped and no others, in the tab in which they were ticked', {}, async (page) => {
  await open(page, '/planner/keywords?search=moka&page_size=25');
  for (const label of ticked) await page.getByLabel(label, { exact: true }).check();
  await page.getByRole('button', { name: 'Group into clusters' }).click();
  await page.waitForURL(/clusters\/group\?picked=/);
  await which(page).getByText('3 keywords that you selected.').waitFor();
  await page.reload();
  await hydrated(page);
  await which(page).getByText('3 keywords that you selected.').waitFor();
  await page.getByRole('button', { name: 'Group 3 keywords' }).waitFor();
  const address = page.url();
  const other = await owner.tab();
  try {
    await open(other.page, address);
    await other.page.getByText('The selection is not here any more').waitFor();
    assert.equal(await other.page.getByRole('button', { name: /^Group/ }).count(), 0, 'nothing else is grouped in its place');
    await accessible(other.page);
    other.clean();
  } finally {
    await other.close();
  }
});

owner.test('all that match but one are grouped, and the run tells of it', {}, async (page) => {
  await open(page, '/planner/keywords?search=espresso&page_size=25&ordering=keyword');
  await page.getByLabel('Select all rows of this page').check();
  await page.getByRole('button', { name: /^Select all \d+ that match$/ }).click();
  await page.locator('tbody tr[data-row]').first().getByRole('checkbox').uncheck();
  await page.getByText(/that match are selected but 1/).waitFor();
  await page.getByRole('button', { name: 'Group into clusters' }).click();
  await which(page).getByText('that match “espresso”, without the one that was taken out.').waitFor();
  await groupKeywords(page);
  await page.getByRole('link', { name: 'See the clusters' }).click();
  await page.locator('[data-grouping]').getByText('keywords that match “espresso”').waitFor();
  await page.locator('[data-grouping]').getByRole('button', { name: 'Undo grouping' }).click();
  await page.getByText(/^Grouping undone/).waitFor();
});

owner.test('search results can be left out of a grouping', {}, async (page) => {
  const rows = ['moka pot', 'moka pot recipe'].flatMap((keyword) => Array.from({ length: 10 }, (_, place) => `${keyword},${place + 1},https://site${place}.example/moka`));
  await open(page, '/planner/clusters/group');
  await page.getByText('No search results are known').waitFor();
  assert.equal(await page.getByRole('switch', { name: 'Use search results' }).count(), 0, 'nothing to switch');
  await open(page, '/planner/keywords/import?kind=serp');
  await page.getByLabel('Keyword file').setInputFiles({ name: 'results.csv', mimeType: 'text/csv', buffer: Buffer.from(`keyword,position,url\n${rows.join('\n')}\n`) });
  await page.getByText('20 have results of 2 keywords').waitFor();
  await page.getByText('site0.example/moka', { exact: true }).first().waitFor();
  await accessible(page);
  await shot(page, 'preview-search-results');
  await page.getByRole('button', { name: 'Import', exact: true }).click();
  await page.getByRole('region', { name: 'Result of the import' }).waitFor({ timeout: 60_000 });
  await page.getByRole('heading', { name: '20 search results added.' }).waitFor();
  await open(page, '/planner/clusters/group?search=moka');
  const use = page.getByRole('switch', { name: 'Use search results' });
  await use.waitFor();
  assert.equal(await use.isChecked(), true);
  await use.uncheck();
  await page.getByText('Search results are left out of this grouping').waitFor();
  await accessible(page);
  await groupKeywords(page);
  await page.getByRole('link', { name: 'See the clusters' }).click();
  await page.locator('[data-grouping]').getByText('words alone, without search results').waitFor();
  await page.locator('[data-grouping]').getByRole('button', { name: 'Undo grouping' }).click();
  await page.getByText(/^Grouping undone/).waitFor();
});

owner.test('the slider shows at once what comes of it, and the run does it', {}, async (page) => {
  await open(page, '/planner/clusters/group');
  const cards = page.locator('[data-preview] li');
  await cards.first().waitFor();
  const slider = page.getByLabel('How alike keywords must be');
  const before = await figure(page, 'New clusters');
  await slider.fill('100');
  await eventually('the preview follows the slider', async () => (await figure(page, 'New clusters')) !== before);
  await slider.fill('50');
  await page.getByText('Balanced: one page answers all keywords of a cluster.').waitFor();
  await accessible(page);
  await shot(page, 'group');
  await groupKeywords(page);
  await page.getByText('Your clusters are ready.').waitFor();
  await page.getByRole('link', { name: 'See the clusters' }).click();
  await page.locator('[data-grouping]').getByText('Last grouping').waitFor();
});

owner.test('the group page fits a phone, in the dark too', { viewport: { width: 390, height: 800 }, dark: true }, async (page) => {
  await open(page, '/planner/clusters/group');
  await page.getByText('Which of them').waitFor();
  await fitsWidth(page);
  await accessible(page);
});

owner.test('a cluster tells why each keyword is there, and takes others by hand', {}, async (page) => {
  await open(page, '/planner/clusters?ordering=-keywords_count');
  await page.locator('tbody tr').first().getByRole('link').first().click();
  await page.getByRole('heading', { level: 1 }).waitFor();
  await hydrated(page);
  await page.getByRole('columnheader', { name: 'Why it is here' }).waitFor();
  await page.getByRole('link', { name: /^Grouping/ }).first().waitFor();
  await page.getByRole('button', { name: 'Add keywords' }).click();
  await dialog(page).getByLabel('Search keywords').fill('a');
  await dialog(page).getByRole('checkbox').first().check();
  await dialog(page).getByRole('button', { name: 'Add to cluster' }).click();
  await page.getByText('1 keyword added and pinned here.').waitFor();
  await page.getByText('By hand').first().waitFor();
  await accessible(page);
  await page.getByRole('button', { name: 'Split' }).click();
  await dialog(page).getByText(/Each ticked part|no sensible split/).waitFor();
  await shot(page, 'split');
});

owner.test('clusters are merged', {}, async (page) => {
  await open(page, '/planner/clusters');
  const boxes = page.locator('tbody input[type=checkbox]');
  await boxes.nth(0).check();
  await boxes.nth(1).check();
  await page.getByRole('button', { name: 'Merge' }).click();
  await dialog(page).getByLabel('Name', { exact: true }).fill('Both of them');
  await dialog(page).getByRole('button', { name: 'Merge' }).click();
  await page.getByText('Merged into “Both of them”.').waitFor();
  await page.getByRole('link', { name: 'Both of them' }).waitFor();
});

owner.test('a grouping is undone with one click', {}, async (page) => {
  await open(page, '/planner/clusters');
  const note = page.locator('[data-grouping]');
  await note.getByRole('button', { name: 'Undo grouping' }).click();
  await page.getByText(/^Grouping undone/).waitFor();
  await note.getByText('Undone').waitFor();
  assert.equal(await note.getByRole('button', { name: 'Undo grouping' }).count(), 0);
});
