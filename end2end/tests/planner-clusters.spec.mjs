// Clusters: trying out in the browser, grouping, why keywords are where they are, by hand, merge, split, undo.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accessible, browserTest, eventually, fitsWidth, hydrated, open, openTab, sampleKeywords, shot } from '../support.mjs';

const owner = { email: `clusters-${Date.now()}@example.com`, password: 'a kettle of fresh water' };
let ownerState;

function as(name, options, body) {
  test(name, async () => {
    const tab = await openTab({ ...options, storageState: ownerState });
    try {
      await body(tab.page, tab);
      tab.clean();
    } catch (error) {
      await shot(tab.page, `failed-${name}`).catch(() => {});
      throw error;
    } finally {
      await tab.close();
    }
  });
}

const dialog = (page) => page.getByRole('dialog');
const figure = async (page, label) => {
  const text = await page.locator('section', { hasText: label }).last().innerText();
  return text;
};

browserTest('keywords come in', async (page, tab) => {
  await open(page, '/signup');
  await page.getByLabel('Email').fill(owner.email);
  await page.getByLabel('Password', { exact: true }).fill(owner.password);
  await page.getByRole('button', { name: 'Create account' }).click();
  await page.getByRole('heading', { name: 'Create your first site' }).waitFor();
  await hydrated(page);
  await page.getByLabel('Name', { exact: true }).fill('Grouped');
  const sectors = page.getByLabel('Your own sectors');
  await sectors.fill('Home coffee');
  await sectors.press('Enter');
  await page.getByRole('button', { name: /create.*site/i }).click();
  await page.getByRole('heading', { name: 'Next steps' }).waitFor();
  await open(page, '/planner/keywords/import');
  await page.getByLabel('Keyword file').setInputFiles(sampleKeywords);
  await page.getByRole('button', { name: 'Import', exact: true }).click();
  await page.getByRole('link', { name: 'See keywords' }).first().waitFor({ timeout: 60_000 });
  ownerState = await tab.context.storageState();
});

as('the slider shows at once what comes of it, and the run does it', {}, async (page) => {
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
  await page.getByRole('button', { name: /^Group \d+ keywords$/ }).click();
  await dialog(page).getByRole('button', { name: 'Start' }).click();
  await page.getByText('Your clusters are ready.').waitFor({ timeout: 60_000 });
  await page.getByRole('link', { name: 'See the clusters' }).click();
  await page.locator('[data-grouping]').getByText('Last grouping').waitFor();
});

as('the group page fits a phone, in the dark too', { viewport: { width: 390, height: 800 }, dark: true }, async (page) => {
  await open(page, '/planner/clusters/group');
  await page.getByText('Which keywords').waitFor();
  await fitsWidth(page);
  await accessible(page);
});

as('a cluster tells why each keyword is there, and takes others by hand', {}, async (page) => {
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

as('clusters are merged', {}, async (page) => {
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

as('a grouping is undone with one click', {}, async (page) => {
  await open(page, '/planner/clusters');
  const note = page.locator('[data-grouping]');
  await note.getByRole('button', { name: 'Undo grouping' }).click();
  await page.getByText(/^Grouping undone/).waitFor();
  await note.getByText('Undone').waitFor();
  assert.equal(await note.getByRole('button', { name: 'Undo grouping' }).count(), 0);
});
