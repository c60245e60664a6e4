// Who does the AI work and what it is told: a model of one's own, prompts, authors, strategies, links, improvements, receipts.
import assert from 'node:assert/strict';
import http from 'node:http';
import { after, before } from 'node:test';
import { accessible, browserTest, dialog, eventually, fitsWidth, hydrated, open, shot, signUp, somebody } from '../support.mjs';

const owner = somebody('steer');

// A model that speaks OpenAI's interface, keeps what it is asked, and fails while told to.
const asked = [];
let broken = false;
let model;
before(async () => {
  model = http.createServer((request, response) => {
    let text = '';
    request.on('data', (chunk) => { text += chunk; });
    request.on('end', () => {
      const json = (status, body) => {
        response.writeHead(status, { 'content-type': 'application/json' });
        response.end(JSON.stringify(body));
      };
      if (request.url.endsWith('/models')) return json(200, { data: [{ id: 'small-1' }] });
      const body = JSON.parse(text);
      asked.push(body);
      if (broken) return json(401, { error: { message: 'Incorrect API key provided', code: 'invalid_api_key' } });
      const article = {
        html: `<h1>Coffee</h1><h2>How it is done</h2><p>${'Good coffee needs fresh beans, clean water and a little patience at the grinder. '.repeat(12)}</p><p>See <a href="https://made-up.example/x">this study</a>.</p>`,
        meta_title: 'Coffee at home', meta_description: 'What good coffee at home takes, from the beans to the cup.', primary_keyword: 'coffee at home',
        secondary_keywords: ['fresh beans'], excerpt: 'What good coffee at home takes.',
      };
      return json(200, {
        model: 'small-1', usage: { prompt_tokens: 321, completion_tokens: 654 },
        choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: JSON.stringify(article) } }],
      });
    });
  });
  await new Promise((resolve) => { model.listen(0, '127.0.0.1', resolve); });
});
after(() => model.close());

async function addTask(page, title, author) {
  await open(page, '/writer/tasks');
  await page.getByRole('button', { name: 'Add task' }).click();
  await dialog(page).getByLabel('Title', { exact: true }).fill(title);
  await dialog(page).getByLabel('Keywords', { exact: true }).fill('coffee at home, fresh beans');
  if (author) await dialog(page).getByLabel('Author').selectOption({ label: author });
  await dialog(page).getByRole('button', { name: 'Add task' }).click();
  await page.getByRole('row', { name: new RegExp(title) }).waitFor();
}

async function write(page, titles) {
  for (const title of titles) await page.getByLabel(`Select ${title}`, { exact: true }).check();
  await page.getByRole('button', { name: 'Generate articles' }).click();
  await dialog(page).getByRole('button', { name: 'Start' }).click();
  await page.getByText(/\d articles? written\./).first().waitFor({ timeout: 30_000 });
}

browserTest('a model of one\'s own is connected, tested and chosen', async (page, tab) => {
  await signUp(page, owner, { site: 'Steered' });

  await open(page, '/settings/ai');
  await page.getByRole('button', { name: /Connect OpenAI-compatible/ }).click();
  await dialog(page).getByRole('button', { name: /Save/ }).click();
  await page.getByText('Enter the address of the interface').first().waitFor();
  tab.allow(/422/);
  await dialog(page).getByLabel('Address of the interface', { exact: true }).fill(`http://127.0.0.1:${model.address().port}/v1`);
  await dialog(page).getByLabel('Model for text').fill('small-1');
  await dialog(page).getByLabel(/^Key/).fill('sk-steer-0123456789');
  await dialog(page).getByRole('button', { name: /Save/ }).click();
  await page.getByText(/answers and has the chosen model/).first().waitFor();
  assert.equal(await page.getByText('sk-steer-0123456789').count(), 0, 'the key is masked');
  await page.getByText('…6789').first().waitFor();
  await page.getByLabel('Done by: Write articles').selectOption({ label: 'OpenAI-compatible' });
  await page.getByLabel('Temperature: Write articles').fill('0.4');
  await shot(page, 'ai-choices');
  await page.getByRole('button', { name: /^Save/ }).last().click();
  await page.getByText('Saved. Work that starts from now on').waitFor();
  await page.reload();
  await hydrated(page);
  assert.equal(await page.getByLabel('Done by: Write articles').inputValue(), 'openai_compatible');
  await owner.stay(tab);
});

owner.test('prompts, an author and a strategy reach the model', {}, async (page, tab) => {
  await open(page, '/thinker/authors');
  await page.getByText('No authors yet').waitFor();
  await page.getByRole('button', { name: 'Add author' }).first().click();
  await dialog(page).getByLabel('Name', { exact: true }).fill('Ada Brown');
  await dialog(page).getByLabel('How they sound').fill('Dry and exact');
  await dialog(page).getByRole('button', { name: /Add author|Save/ }).click();
  await page.getByRole('row', { name: /Ada Brown/ }).waitFor();

  await open(page, '/thinker/strategies');
  await page.getByRole('button', { name: 'Add strategy' }).first().click();
  await dialog(page).getByLabel('Name', { exact: true }).fill('Honest guides');
  await dialog(page).getByRole('button', { name: 'Add section' }).click();
  await dialog(page).getByLabel('Heading', { exact: true }).fill('What it costs');
  await shot(page, 'strategy-form');
  await dialog(page).getByRole('button', { name: /Add strategy|Save/ }).click();
  await page.getByRole('row', { name: /Honest guides/ }).waitFor();

  await open(page, '/thinker/prompts');
  await page.getByRole('link', { name: 'Write articles' }).first().click();
  await page.waitForURL(/prompts\/generate_content/);
  await hydrated(page);
  const field = page.getByLabel('What the AI is asked');
  const usual = await field.inputValue();
  await field.fill(`${usual}\nMention {moon}.`);
  await page.getByText(/\{moon\}/).last().waitFor();
  await field.fill(`${usual}\nMention kettles.`);
  await page.getByRole('button', { name: /^Save/ }).click();
  await page.getByText(/Saved/).first().waitFor();

  await addTask(page, 'Coffee at home', 'Ada Brown');
  await addTask(page, 'Fresh beans', '');
  await write(page, ['Coffee at home']);
  const body = asked.at(-1);
  const question = body.messages.map((message) => message.content).join('\n');
  for (const part of ['Mention kettles.', 'Ada Brown', 'Dry and exact', 'What it costs', 'Coffee at home', 'Steered', 'Home coffee']) {
    assert.ok(question.includes(part), `${part} is missing in:\n${question}`);
  }
  assert.equal(body.temperature, 0.4);
  tab.allow(/422/);

  // What came out is usable: no second headline, no invented link, and the receipt says so.
  await open(page, '/jobs');
  await page.locator('tbody tr a[href^="/jobs/"]').first().click();
  await page.getByRole('heading', { name: 'Piece by piece' }).waitFor();
  // The list comes after the page.
  await page.locator('tbody').getByText('small-1').first().waitFor();
  const receipt = await page.locator('main').textContent();
  for (const part of ['small-1', '321', '654', /made up/]) {
    assert.ok(part instanceof RegExp ? part.test(receipt) : receipt.includes(part), `${part} in ${receipt}`);
  }
  await shot(page, 'receipt-of-a-model');
});

owner.test('a refused key costs nothing, says why, and the failed part is done again', {}, async (page) => {
  broken = true;
  await open(page, '/writer/tasks');
  await write(page, ['Fresh beans']);
  await open(page, '/jobs');
  const row = page.locator('tbody tr').first();
  await row.getByText('Failed').first().waitFor();
  await row.locator('a[href^="/jobs/"]').first().click();
  await page.getByText(/does not accept the API key/).first().waitFor();
  await shot(page, 'receipt-of-a-failure');
  broken = false;
  // Leaving the page before the server has the wish would take it back.
  await Promise.all([
    page.waitForResponse((answer) => /retry/.test(answer.url()) && answer.ok()),
    page.getByRole('button', { name: 'Retry failed' }).first().click(),
  ]);
  await eventually('the article is there', async () => {
    await page.goto('/writer/content');
    return (await page.locator('tbody').textContent()).includes('Fresh beans');
  });
});

owner.test('links and improvements are proposed and decided on', {}, async (page) => {
  await open(page, '/writer/content');
  await page.getByRole('link', { name: 'Coffee at home' }).first().click();
  await page.locator('.ProseMirror').waitFor();
  await hydrated(page);
  await page.getByRole('tab', { name: 'Links' }).click();
  await page.getByRole('button', { name: 'Find links' }).click();
  await dialog(page).getByRole('button', { name: 'Start' }).click();
  await page.getByRole('button', { name: /^Set link/ }).first().waitFor({ timeout: 30_000 });
  await shot(page, 'links');
  await page.getByRole('button', { name: /^Set link/ }).first().click();
  await eventually('the link stands in the article', async () => (await page.locator('.ProseMirror a').count()) > 0);
  await page.getByRole('tab', { name: 'Improve' }).click();
  await page.getByRole('button', { name: 'Propose an improvement' }).click();
  await dialog(page).getByRole('button', { name: 'Start' }).click();
  await page.getByRole('button', { name: 'Compare' }).first().waitFor({ timeout: 30_000 });
  await page.getByRole('button', { name: 'Compare' }).first().click();
  await page.waitForTimeout(300);
  await shot(page, 'improve-compare', { fullPage: false });
  await dialog(page).getByRole('button', { name: 'Apply' }).click();
  await page.getByRole('button', { name: 'Undo' }).first().waitFor();
});

owner.test('a picture is tried out and costs nothing', {}, async (page) => {
  await open(page, '/thinker/images');
  await page.getByLabel('What it should show').fill('A moka pot');
  await page.getByRole('button', { name: 'Make the picture' }).click();
  await page.locator('main img').first().waitFor({ timeout: 30_000 });
  await shot(page, 'image-test');
});

for (const [look, options] of [
  ['light wide', {}],
  ['dark phone', { dark: true, viewport: { width: 390, height: 844 } }],
]) {
  owner.test(`what steers the AI is whole and accessible: ${look}`, options, async (page) => {
    const faults = [];
    const lookAt = async (name) => {
      await shot(page, `${name}-${look}`);
      for (const check of [fitsWidth, accessible]) {
        await check(page).catch((fault) => faults.push(`${name}: ${fault.actual ? JSON.stringify(fault.actual) : fault.message}`));
      }
    };
    for (const [name, where] of [
      ['prompts', '/thinker/prompts'], ['prompt', '/thinker/prompts/generate_content'], ['authors', '/thinker/authors'], ['strategies', '/thinker/strategies'],
      ['image-testing', '/thinker/images'], ['ai-connected', '/settings/ai'], ['jobs-mixed', '/jobs'], ['prices', '/credits?view=prices'],
    ]) {
      await open(page, where);
      await lookAt(name);
    }
    await open(page, '/thinker/prompts/generate_content');
    await page.getByRole('button', { name: 'Preview' }).click();
    await page.waitForTimeout(600);
    await lookAt('prompt-preview');
    await open(page, '/sites');
    await page.locator('a[href$="/structure"]').first().click();
    await page.waitForURL(/structure/);
    await hydrated(page);
    await lookAt('structure-empty');
    await open(page, '/writer/content');
    await page.getByRole('link', { name: 'Coffee at home' }).first().click();
    await page.locator('.ProseMirror').waitFor();
    for (const panel of ['Links', 'Improve']) {
      await page.getByRole('tab', { name: panel }).click();
      await page.waitForTimeout(300);
      await lookAt(`panel-${panel.toLowerCase()}`);
    }
    assert.deepEqual(faults, []);
  });
}
