// The planner around the lists: what to do next, what is worth writing for, and topics that are there already.
import assert from 'node:assert/strict';
import {
  accessible, browserTest, dialog, fitsWidth, groupKeywords, hydrated, open, sampleKeywords, shot, signUp, somebody, startJob,
} from '../support.mjs';

const owner = somebody('planner');

browserTest('a new site is led from the dashboard to its first keywords', async (page, tab) => {
  await signUp(page, owner, { site: 'Planned' });

  await open(page, '/planner');
  await page.getByText('Start with keywords').waitFor();
  await accessible(page);
  await shot(page, 'planner-empty');
  await page.getByRole('link', { name: 'Import keywords' }).first().click();
  await page.waitForURL(/keywords\/import/);
  await hydrated(page);
  await page.getByLabel('Keyword file').setInputFiles(sampleKeywords);
  await page.getByRole('button', { name: 'Import', exact: true }).click();
  await page.getByRole('link', { name: 'See keywords' }).first().waitFor({ timeout: 60_000 });
  await owner.stay(tab);
});

owner.test('opportunities have scores with reasons, and the library can be added and grouped', {}, async (page) => {
  await open(page, '/planner/keyword-opportunities');
  await page.locator('tbody tr[data-row]').first().waitFor();
  await page.locator('tbody').getByRole('list', { name: 'Reasons' }).first().waitFor();
  const scores = await page.locator('tbody tr td[data-col="2"] span.font-semibold').allTextContents();
  const numbers = scores.map(Number);
  assert.deepEqual(numbers, [...numbers].sort((a, b) => b - a), 'the best come first');
  await page.getByText('How the score is made').click();
  await page.getByRole('rowheader', { name: 'Difficulty' }).waitFor();
  await accessible(page);
  await shot(page, 'opportunities');

  await page.getByRole('link', { name: 'Library' }).click();
  await page.waitForURL(/view=library/);
  await page.locator('tbody').getByRole('checkbox').first().waitFor();
  await page.locator('tbody').getByRole('checkbox').nth(0).check();
  await page.locator('tbody').getByRole('checkbox').nth(1).check();
  await page.getByRole('button', { name: 'Add and group' }).click();
  await page.getByText(/keywords? added|there already/).first().waitFor();
  await startJob(page);
  await page.getByText('Yours already').first().waitFor();

  await page.getByRole('link', { name: 'Cannibalisation' }).click();
  await page.getByText('No two pieces aim at the same keyword').waitFor();
  await page.getByRole('link', { name: 'Competitors' }).click();
  await page.getByText("No competitor's list yet").waitFor();
});

owner.test('a topic that is there already is told while it is typed, and queued only on request', {}, async (page) => {
  const add = async (title, keywords) => {
    await page.getByRole('button', { name: 'Add idea' }).first().click();
    await dialog(page).getByLabel('Title', { exact: true }).fill(title);
    await dialog(page).getByLabel('Keywords', { exact: true }).fill(keywords);
  };
  await open(page, '/planner/ideas');
  await add('How to clean a kettle', 'how to clean a kettle');
  await dialog(page).getByLabel('Type', { exact: true }).selectOption({ label: 'Service' });
  await dialog(page).getByRole('button', { name: 'Add idea' }).click();
  await page.getByRole('row', { name: /How to clean a kettle/ }).waitFor();

  await add('Cleaning kettles: a tutorial', 'clean kettle');
  await dialog(page).getByText('You have this topic already:').waitFor();
  await dialog(page).getByRole('link', { name: 'How to clean a kettle' }).waitFor();
  await accessible(page);
  await shot(page, 'idea-duplicate');
  await dialog(page).getByRole('button', { name: 'Add anyway' }).click();
  await page.getByRole('row', { name: /Cleaning kettles/ }).getByText('Duplicate').waitFor();

  await page.getByLabel('Select How to clean a kettle', { exact: true }).check();
  await page.getByLabel('Select Cleaning kettles: a tutorial', { exact: true }).check();
  await page.getByRole('button', { name: 'Queue to Writer' }).click();
  await dialog(page).getByText('Topics that you have already').waitFor();
  await dialog(page).getByRole('button', { name: 'Leave them out' }).click();
  await page.getByRole('link', { name: 'See the tasks' }).waitFor();
  await page.getByRole('row', { name: /In Writer/ }).getByRole('link', { name: 'Task', exact: true }).waitFor();
});

owner.test('the dashboard shows figures and charts, and leads on', {}, async (page) => {
  await open(page, '/planner/keywords');
  await page.getByRole('link', { name: 'Group keywords' }).click();
  await groupKeywords(page);
  await open(page, '/');
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Dashboard' }).click();
  await page.waitForURL(/\/planner$/);
  for (const title of ['What to do next', 'From keyword to article', 'Searches by cluster', 'What searchers want', 'How hard they are', 'Coverage over time']) {
    await page.getByRole('heading', { name: title, exact: true }).waitFor();
  }
  const areas = page.getByRole('group', { name: 'Searches by cluster' }).getByRole('link');
  assert.ok((await areas.count()) > 3, 'clusters are links');
  await page.getByText('Show the numbers').first().click();
  await page.getByRole('rowheader', { name: 'Published' }).waitFor();
  await accessible(page);
  await shot(page, 'planner-dashboard');
  await areas.first().click();
  await page.waitForURL(/\/planner\/clusters\/\d+/);
});

for (const [name, options] of [
  ['on a phone', { viewport: { width: 390, height: 844 } }],
  ['in the dark', { dark: true }],
]) {
  owner.test(`the planner ${name}`, options, async (page) => {
    for (const where of ['/planner', '/planner/keyword-opportunities', '/planner/keyword-opportunities?view=library', '/planner/ideas']) {
      await open(page, where);
      await page.getByRole('heading', { level: 1 }).waitFor();
      await fitsWidth(page);
      await accessible(page);
      await shot(page, `${where.replace(/\W+/g, '-')}-${name.replace(/ /g, '-')}`);
    }
  });
}
