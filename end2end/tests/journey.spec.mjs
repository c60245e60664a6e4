// The main job as a newcomer does it: from signing up to the post in WordPress, read back from WordPress.
import assert from 'node:assert/strict';
import path from 'node:path';
import {
  accessible, browserTest, coloursOf, eventually, fitsWidth, fixture, groupKeywords, hydrated, open, sampleKeywords, shot, signUp, somebody,
  startJob, wordpress,
} from '../support.mjs';

// Signed in once; the pages after the journey are looked at with the same session.
const person = somebody('newcomer');

const row = (page, text) => page.locator('tbody tr', { hasText: text }).first();

browserTest('a newcomer comes from a keyword file to a post in WordPress', async (page, tab) => {
  await signUp(page, person, { company: 'Morning Crema', site: 'Morning Crema', look: (name) => shot(page, name) });

  // The sample file, then a Keyword Planner export as it comes: UTF-16 with tabs and two title lines.
  for (const [file, tool] of [[sampleKeywords, 'Keyword table'], [fixture('keyword-planner.csv'), 'Google Keyword Planner']]) {
    await open(page, '/planner/keywords/import');
    await page.getByLabel('Keyword file').setInputFiles(file);
    await page.getByText(tool, { exact: true }).first().waitFor();
    await shot(page, `import-preview-${path.basename(file, '.csv')}`);
    await page.getByRole('button', { name: 'Import', exact: true }).click();
    await page.getByRole('link', { name: 'See keywords' }).first().waitFor({ timeout: 60_000 });
    await shot(page, `import-done-${path.basename(file, '.csv')}`);
  }

  // A messy file: the good rows come in, the refused ones are named by line.
  await open(page, '/planner/keywords/import');
  await page.getByLabel('Keyword file').setInputFiles(fixture('messy.csv'));
  await page.getByRole('button', { name: 'Import', exact: true }).click();
  await page.getByRole('link', { name: /rejected|refused/i }).first().waitFor({ timeout: 60_000 });
  await shot(page, 'import-messy');

  await open(page, '/planner/keywords');
  assert.ok((await page.locator('tbody tr').count()) > 20, 'the keywords are listed');
  await shot(page, 'keywords');
  await page.getByRole('link', { name: 'Group keywords' }).click();
  await groupKeywords(page);

  await open(page, '/planner/clusters');
  await page.locator('tbody').getByRole('checkbox').nth(0).check();
  await page.locator('tbody').getByRole('checkbox').nth(1).check();
  await page.getByRole('button', { name: 'Generate ideas' }).click();
  await startJob(page);

  await open(page, '/planner/ideas');
  await page.locator('tbody').getByRole('checkbox').nth(0).check();
  await page.getByRole('button', { name: 'Queue to Writer' }).click();
  await page.getByRole('link', { name: 'See the tasks' }).waitFor();
  await shot(page, 'ideas');

  await open(page, '/writer/tasks');
  await page.locator('tbody').getByRole('checkbox').nth(0).check();
  await page.getByRole('button', { name: 'Generate articles' }).click();
  await startJob(page);

  await open(page, '/writer/content');
  await page.getByText('Draft to complete').first().waitFor();
  await page.locator('tbody').getByRole('checkbox').nth(0).check();
  await page.getByRole('button', { name: 'Plan images' }).click();
  await startJob(page);

  await open(page, '/writer/images');
  await page.getByRole('button', { name: 'Select page' }).click();
  await page.getByRole('button', { name: 'Make images' }).click();
  await startJob(page);
  await open(page, '/writer/images');
  await shot(page, 'images');
  const picture = page.locator('img[src*="/files/images/"]').first();
  await eventually('the picture is shown', () => picture.evaluate((image) => image.complete && image.naturalWidth > 0));

  // Connect WordPress: first with a password that is wrong, which must be said plainly.
  await open(page, '/publish');
  await page.getByRole('button', { name: 'Connect WordPress' }).first().click();
  await page.getByLabel('Address of the WordPress site').fill(process.env.WP_URL);
  await page.getByLabel('User name there').fill(process.env.WP_USER);
  await page.getByLabel('Application password').fill('wrong wrong wrong wrong');
  await page.getByRole('button', { name: 'Save and test' }).click();
  await page.getByText(/does not work yet/).first().waitFor({ timeout: 30_000 });
  await shot(page, 'publish-wrong-password');
  await open(page, '/publish');
  await page.getByRole('button', { name: 'Edit', exact: true }).first().click();
  await page.getByLabel('Application password').fill(process.env.WP_PASSWORD);
  await page.getByRole('button', { name: 'Save and test' }).click();
  await page.getByText(/Connected/).first().waitFor({ timeout: 30_000 });
  await shot(page, 'publish');

  // A person's own words in the article, which must arrive.
  await open(page, '/writer/content');
  await page.locator('tbody tr a[href*="/writer/content/"]').first().click();
  await page.getByRole('tab', { name: 'Publish' }).waitFor();
  await hydrated(page);
  const text = page.locator('.ProseMirror');
  await text.waitFor();
  await text.click();
  await page.keyboard.press('Control+End');
  await page.keyboard.type('Written by hand at the kitchen table.');
  await page.getByText('Saved', { exact: true }).waitFor();
  const title = await page.getByLabel('Title', { exact: true }).inputValue();
  await shot(page, 'editor');
  await page.getByRole('tab', { name: 'Publish' }).click();
  await page.getByRole('tabpanel').getByRole('button', { name: /^Publish/ }).click();
  await page.getByRole('link', { name: 'View there' }).waitFor({ timeout: 60_000 });
  await shot(page, 'editor-published');

  const site = wordpress();
  const posts = await site.posts({ search: 'kitchen table' });
  assert.equal(posts.length, 1, 'WordPress has the article once');
  const post = posts[0];
  assert.equal(post.status, 'publish');
  assert.equal(post.title.raw, title);
  assert.match(post.content.raw, /Written by hand at the kitchen table\./);
  assert.match(post.content.raw, /<h2/);
  assert.ok(post.excerpt.raw.length > 20, 'the teaser arrived');
  assert.ok(post.featured_media > 0, 'the featured picture arrived');
  const media = await site.media(post.featured_media);
  assert.ok(media.alt_text.length > 0, 'the picture has a text for those who cannot see it');
  const inArticle = [...post.content.raw.matchAll(/<img[^>]+src="([^"]+)"/g)].map((match) => match[1]);
  assert.ok(inArticle.length > 0, 'pictures stand in the article');
  for (const address of inArticle) {
    assert.ok(address.startsWith(process.env.WP_URL), `${address} lies in WordPress`);
    assert.equal((await fetch(address)).status, 200);
  }

  // Publishing again changes the same post.
  await page.getByRole('tab', { name: 'Publish' }).click();
  await page.getByRole('tabpanel').getByRole('button', { name: /^Publish|Update/ }).click();
  await open(page, '/publish');
  await eventually('it is published again', async () => {
    await page.reload();
    return /Published/.test(await row(page, title).textContent());
  });
  const again = await site.posts({ search: 'kitchen table' });
  assert.deepEqual(again.map((found) => found.id), [post.id], 'still one post, the same');
  assert.equal(again[0].featured_media, post.featured_media, 'the picture was not uploaded twice');

  await open(page, '/credits');
  await shot(page, 'credits');
  assert.match(await page.locator('main').textContent(), /Opening credits/);
  await person.stay(tab);
});

const pages = [
  ['home', '/'], ['sites', '/sites'], ['keywords', '/planner/keywords'], ['import', '/planner/keywords/import'], ['clusters', '/planner/clusters'],
  ['ideas', '/planner/ideas'], ['planner', '/planner'], ['opportunities', '/planner/keyword-opportunities'], ['tasks', '/writer/tasks'], ['content', '/writer/content'], ['images', '/writer/images'], ['publish', '/publish'],
  ['jobs', '/jobs'], ['credits', '/credits'], ['image-tests', '/thinker/images'], ['settings', '/settings'], ['ai', '/settings/ai'],
];

for (const [look, options] of [
  ['light wide', {}],
  ['dark wide', { dark: true }],
  ['light phone', { viewport: { width: 390, height: 844 } }],
  ['dark phone', { dark: true, viewport: { width: 390, height: 844 } }],
]) {
  person.test(`every page is whole and accessible: ${look}`, options, async (page) => {
    // All pages are looked at before the first fault is told: each is a fault of its own.
    const faults = [];
    const lookAt = async (name) => {
      await shot(page, `${name}-${look}`);
      for (const check of [fitsWidth, accessible]) {
        await check(page).catch((fault) => faults.push(`${name}: ${fault.actual ? JSON.stringify(fault.actual) : fault.message}`));
      }
    };
    for (const [name, where] of pages) {
      await open(page, where);
      await lookAt(name);
    }
    await open(page, '/writer/content');
    await page.locator('tbody tr a[href*="/writer/content/"]').first().click();
    await page.locator('.ProseMirror').waitFor();
    await lookAt('editor');
    await open(page, '/planner/clusters');
    await page.locator('tbody tr a[href*="/planner/clusters/"]').first().click();
    await page.waitForURL(/clusters\/\d+/);
    await lookAt('cluster');
    await open(page, '/jobs');
    await page.locator('tbody tr a[href^="/jobs/"]').first().click();
    await page.waitForURL(/jobs\/.+/);
    await page.getByRole('heading', { name: 'Piece by piece' }).waitFor();
    await lookAt('receipt');
    assert.deepEqual(faults, []);
  });
}

person.test('what is no keyword file is refused with a reason', {}, async (page) => {
  for (const [file, reason] of [['not-a-csv.png', /picture|image|PNG/i], ['empty.csv', /empty/i]]) {
    await open(page, '/planner/keywords/import');
    await page.getByLabel('Keyword file').setInputFiles(fixture(file));
    await page.getByRole('alert').filter({ hasText: reason }).first().waitFor();
    await shot(page, `import-refused-${file}`);
  }
});

for (const javaScript of [true, false]) {
  person.test(`lists can be read, ordered and paged ${javaScript ? 'with' : 'without'} scripts`, { javaScript }, async (page) => {
    await page.goto('/planner/keywords?ordering=keyword&page_size=25');
    if (javaScript) await hydrated(page);
    const first = await page.locator('tbody tr').first().textContent();
    await page.getByRole('link', { name: /next/i }).first().click();
    await page.waitForURL(/page=2/);
    await eventually('another page is shown', async () => (await page.locator('tbody tr').first().textContent()) !== first);
  });
}

browserTest('an empty account says what to do on every page', async (page) => {
  await signUp(page, somebody('empty'));
  for (const [name, where] of pages) {
    await open(page, where);
    await shot(page, `empty-${name}`);
    assert.ok((await page.locator('main').textContent()).trim().length > 40, `${where} says something`);
  }
});

person.test('the product has a face for its README', {}, async (page) => {
  await open(page, '/planner/keywords');
  assert.ok(coloursOf(await shot(page, 'readme', { fullPage: false })) > 20, 'the page was drawn');
});
