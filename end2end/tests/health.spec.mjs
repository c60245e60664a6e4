// The server lives, its first page draws, and the WordPress beside it is the one the specs think it is.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { base, browserTest, coloursOf, hydrated, shot, wordpress } from '../support.mjs';

test('/health answers', async () => {
  const response = await fetch(`${base}/health`);
  assert.equal(response.status, 200);
});

browserTest('the first page draws and comes alive without a word in the console', async (page) => {
  const response = await page.goto('/');
  assert.equal(response.status(), 200);
  await hydrated(page);
  assert.notEqual(await page.title(), '');
  const picture = await shot(page, 'first-page');
  assert.ok(coloursOf(picture) > 5, 'the page is blank');
});

browserTest('the first page can be read without JavaScript', { javaScript: false }, async (page) => {
  const response = await page.goto('/');
  assert.equal(response.status(), 200);
  assert.ok((await page.locator('body').innerText()).trim().length > 0, 'no text without JavaScript');
});

test('the test site is a WordPress that takes our application password', async () => {
  const me = await wordpress().get('users/me', { context: 'edit' });
  assert.deepEqual(me.roles, ['administrator']);
});
