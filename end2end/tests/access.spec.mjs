// A team in the browser: inviting, roles, sessions, passwords, keys, the log, the account's end, the operator.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { accessible, base, browserTest, eventually, fitsWidth, hydrated, open, openTab, shot, signUp, somebody } from '../support.mjs';

const owner = somebody('owner');
const editor = somebody('editor', 'paper window staple');

/** Without a mail server mails go to the log: the link of the latest one to an address. */
function linkFromMail(recipient, page) {
  const log = fs.readFileSync(process.env.SERVER_LOG, 'utf8').replace(/\u001b\[[0-9;]*m/g, '');
  const mails = log.split('no mail server is set').slice(1).map((text, index) => ({ text, before: log.split('no mail server is set')[index] }));
  const found = mails.filter(({ text, before }) => (text + before.slice(-300)).includes(recipient)).map(({ text }) => text.match(new RegExp(`https?://\\S+/${page}\\?token=[0-9a-f]+`))?.[0]).filter(Boolean);
  return found.at(-1);
}

async function signIn(page, person) {
  await open(page, '/signin');
  await page.getByLabel('Email').fill(person.email);
  await page.getByLabel('Password', { exact: true }).fill(person.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.waitForURL(`${base}/`);
  await hydrated(page);
}

browserTest('an owner invites an editor, who joins and reaches the granted site only', async (page, tab) => {
  await signUp(page, owner, { company: 'Kettle & Co' });
  // Sectors of an industry from the catalogue.
  await page.getByLabel('Name', { exact: true }).fill('Kettle Shop');
  await page.getByLabel('Industry').selectOption({ label: 'Food and drink' });
  await page.getByLabel('Coffee and tea').check();
  await page.getByLabel('Recipes').check();
  await page.getByRole('button', { name: /create.*site/i }).click();
  await page.getByRole('heading', { name: 'Next steps' }).waitFor();

  await open(page, '/sites');
  await page.getByRole('button', { name: 'Add site' }).click();
  await page.getByRole('dialog').getByLabel('Name', { exact: true }).fill('Secret Plans');
  const sectors = page.getByRole('dialog').getByLabel('Your own sectors');
  await sectors.fill('Everything');
  await sectors.press('Enter');
  await shot(page, 'site-dialog');
  await page.getByRole('dialog').getByRole('button', { name: /create.*site/i }).click();
  await page.getByRole('heading', { name: 'Secret Plans' }).waitFor();

  await open(page, '/settings/people');
  await page.getByRole('button', { name: 'Add person' }).click();
  await page.getByLabel('Email', { exact: true }).fill('nobody');
  // The browser's own check of the address is not what is tested.
  await page.locator('dialog form').evaluate((form) => { form.noValidate = true; });
  await page.getByRole('button', { name: 'Send invitation' }).click();
  await page.getByText('Enter an e-mail address such as').first().waitFor();
  tab.allow(/422/);
  await page.getByLabel('Email', { exact: true }).fill(editor.email);
  await page.getByRole('dialog').getByLabel('Kettle Shop').check();
  await shot(page, 'invite-dialog');
  await page.getByRole('button', { name: 'Send invitation' }).click();
  const link = await page.locator('[data-copy]').textContent();
  assert.match(link, /\/invite\?token=/);
  await shot(page, 'invite-link');
  await page.keyboard.press('Escape');
  await page.getByRole('heading', { name: 'Invited' }).waitFor();
  await owner.stay(tab);

  const other = await openTab();
  try {
    await other.page.goto(link);
    await hydrated(other.page);
    await other.page.getByRole('heading', { name: 'Join Kettle & Co' }).waitFor();
    await shot(other.page, 'invitation');
    await other.page.getByLabel('Your name (optional)').fill('Ed');
    await other.page.getByLabel('Password', { exact: true }).fill(editor.password);
    await other.page.getByRole('button', { name: 'Join' }).click();
    await other.page.waitForURL(`${base}/`);
    await hydrated(other.page);
    // The page that led here was there before anybody was signed in, and asks for the sites now.
    const sites = () => other.page.getByLabel('Site', { exact: true }).locator('option').allTextContents();
    await eventually('the sites are there', async () => (await sites()).length > 0);
    assert.deepEqual(await sites(), ['Kettle Shop']);
    await open(other.page, '/settings');
    assert.equal(await other.page.getByRole('link', { name: 'People' }).count(), 0);
    assert.equal(await other.page.getByRole('heading', { name: 'AI provider' }).count(), 0);
    await open(other.page, '/sites');
    assert.equal(await other.page.getByRole('button', { name: 'Add site' }).count(), 0);
    await editor.stay(other);
    other.clean();
    // The same link does nothing twice.
    const again = await openTab({ allow: [/422/] });
    await again.page.goto(link);
    await again.page.getByText('does not work any more').waitFor();
    again.clean();
    await again.close();
  } finally {
    await other.close();
  }
});

owner.test('a role takes hold at once', {}, async (page) => {
  await open(page, '/settings/people');
  await page.getByRole('button', { name: `Edit ${editor.email}` }).click();
  await page.getByRole('dialog').getByLabel('Role', { exact: true }).selectOption('viewer');
  await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
  await page.getByText(`${editor.email} is saved.`).waitFor();
  const other = await editor.tab();
  await open(other.page, '/writer/tasks');
  assert.equal(await other.page.getByRole('button', { name: 'Add task' }).count(), 0, 'a viewer adds nothing');
  // The planner shows a viewer everything, and nothing that would be refused.
  for (const [where, reason] of [
    ['/planner', 'Nothing is here yet'], ['/planner/keywords', 'once an editor has brought some in'], ['/planner/keywords/import', 'You can look, not import'],
    ['/planner/clusters', 'once an editor has grouped keywords'], ['/planner/clusters/group', 'not group keywords'],
    ['/planner/ideas', 'once an editor has made some'], ['/planner/keyword-opportunities', 'once an editor has brought keywords in'],
  ]) {
    await open(other.page, where);
    await other.page.getByText(reason).first().waitFor();
    const main = other.page.getByRole('main');
    assert.equal(await main.getByRole('button', { name: /^(Add|Import|Group|Delete|Merge|Library)/ }).count(), 0, `${where} offers a viewer no button`);
    assert.equal(await main.getByRole('link', { name: /^(Import|Group)/ }).count(), 0, `${where} leads a viewer nowhere in vain`);
  }
  other.clean();
  await other.close();
  await page.getByRole('button', { name: `Edit ${editor.email}` }).click();
  await page.getByRole('dialog').getByLabel('Role', { exact: true }).selectOption('editor');
  await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
  await eventually('the list shows it', async () => /Editor/.test(await page.locator('tbody tr', { hasText: editor.email }).textContent()));
});

owner.test('the site worked on stays over pages, reloads and sessions', {}, async (page, tab) => {
  await open(page, '/');
  await page.getByLabel('Site', { exact: true }).selectOption({ label: 'Secret Plans' });
  await page.getByRole('link', { name: 'Keywords', exact: true }).click();
  await page.waitForURL(/planner\/keywords/);
  const chosen = () => page.getByLabel('Site', { exact: true }).evaluate((select) => select.selectedOptions[0].textContent);
  assert.equal(await chosen(), 'Secret Plans');
  await page.reload();
  await hydrated(page);
  assert.equal(await chosen(), 'Secret Plans');
  await page.getByLabel('Your account').click();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.waitForURL(/signin/);
  await signIn(page, owner);
  assert.equal(await chosen(), 'Secret Plans');
  await owner.stay(tab);
});

owner.test('sites and sectors are changed, and a deletion asks first', {}, async (page, tab) => {
  tab.allow(/409/);
  await open(page, '/sites');
  await page.getByRole('button', { name: 'Edit Secret Plans' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Language').selectOption('de');
  await dialog.getByLabel('Time zone').fill('Europe/Nowhere');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await dialog.getByText('Choose a time zone such as').first().waitFor();
  tab.allow(/422/);
  await dialog.getByLabel('Time zone').fill('Europe/Berlin');
  await dialog.getByLabel('Colour').fill('#b45309');
  await dialog.getByLabel('Short name').fill('plans');
  await shot(page, 'site-edit');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await page.getByText(/Existing · German/).waitFor();
  await page.getByText(/Europe\/Berlin, /).waitFor();
  // The last active sector stays.
  await page.getByLabel('Everything is active').click();
  await page.getByText('A site needs at least one active sector').waitFor();
  await page.getByRole('button', { name: 'Delete Secret Plans' }).click();
  await shot(page, 'site-delete');
  await page.getByRole('button', { name: 'Cancel' }).click();
  await page.getByRole('button', { name: 'Delete Secret Plans' }).click();
  await page.getByRole('button', { name: 'Delete site' }).click();
  await page.getByText('Secret Plans is deleted.').waitFor();
  await eventually('the card goes', async () => (await page.getByRole('heading', { name: 'Secret Plans' }).count()) === 0);
});

owner.test('a key is shown once, opens what it names, and is revoked', {}, async (page) => {
  await open(page, '/settings/keys');
  await page.getByRole('button', { name: 'Make key' }).first().click();
  await page.getByLabel('What is it for?').fill('Nightly import');
  await page.getByRole('dialog').getByText('Spend credits').click();
  await shot(page, 'key-dialog');
  await page.getByRole('dialog').getByRole('button', { name: 'Make key' }).click();
  const key = await page.locator('[data-copy]').textContent();
  assert.match(key, /^igny8_[0-9a-f]{64}$/);
  const ask = (where, init = {}) => fetch(`${base}/api/v1/${where}`, { ...init, headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' } });
  assert.equal((await ask('planner/keywords/')).status, 200);
  assert.equal((await ask('auth/sites/', { method: 'POST', body: '{"name":"X","sectors":["A"]}' })).status, 403);
  await page.keyboard.press('Escape');
  await page.getByText('Nightly import').waitFor();
  await shot(page, 'keys');
  await page.reload();
  await hydrated(page);
  assert.equal((await page.locator('main').textContent()).includes(key), false);
  await page.getByRole('button', { name: 'Revoke Nightly import' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Revoke', exact: true }).click();
  await eventually('it does not open anything any more', async () => (await ask('planner/keywords/')).status === 401);
});

browserTest('a forgotten password is set by the link in a mail, and whoever was in is out', { allow: [/401/] }, async (page, tab) => {
  await open(page, '/signin');
  await page.getByRole('link', { name: 'Forgot your password?' }).click();
  await page.waitForURL(/forgot/);
  await page.getByLabel('Email').fill(editor.email);
  await page.getByRole('button', { name: 'Send the link' }).click();
  await page.getByText('If somebody has this address').waitFor();
  await shot(page, 'forgot-sent');
  const link = await eventually('the mail', () => linkFromMail(editor.email, 'reset'));
  await page.goto(link);
  await hydrated(page);
  tab.allow(/422/);
  await page.getByLabel('New password', { exact: true }).fill('1234567890');
  await page.getByRole('button', { name: 'Set password' }).click();
  await page.getByText('This password is easy to guess').first().waitFor();
  await shot(page, 'reset-weak');
  editor.password = 'seven silver spoons';
  await page.getByLabel('New password', { exact: true }).fill(editor.password);
  await page.getByRole('button', { name: 'Set password' }).click();
  await page.getByText('Your new password is set').waitFor();
  const old = await editor.tab();
  await old.page.goto('/');
  assert.match(old.page.url(), /signin/);
  await old.close();
  await signIn(page, editor);
  await editor.stay(tab);
});

browserTest('signing in and a password can be done without JavaScript', { javaScript: false, allow: [/403/] }, async (page) => {
  await page.goto('/signin');
  await page.getByLabel('Email').fill(editor.email);
  await page.getByLabel('Password', { exact: true }).fill(editor.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.waitForURL(`${base}/`);
  await page.goto('/settings/people');
  await page.getByText('You may not see this').waitFor();
});

editor.test('what is not for an editor says so', { allow: [/403/] }, async (page) => {
  for (const where of ['/settings/people', '/settings/log', '/operator/accounts']) {
    await page.goto(where);
    await page.getByText('You may not see this').waitFor();
  }
  await shot(page, 'not-for-editors');
});

owner.test('sessions are seen and ended', {}, async (page) => {
  const elsewhere = await openTab();
  await signIn(elsewhere.page, owner);
  await open(page, '/settings/you');
  await eventually('both are listed', async () => {
    await page.reload();
    return (await page.getByRole('button', { name: /Sign out Chrome/ }).count()) === 1;
  });
  await shot(page, 'sessions');
  await page.getByRole('button', { name: 'Sign out everywhere else' }).click();
  await page.getByText('1 session ended.').waitFor();
  await elsewhere.page.goto('/');
  assert.match(elsewhere.page.url(), /signin/);
  await elsewhere.close();
});

owner.test('everything can be taken along; a deletion is asked for and called off', { allow: [/422/] }, async (page) => {
  await open(page, '/settings/account');
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'Download everything' }).click()]);
  const bytes = fs.readFileSync(await download.path());
  assert.equal(bytes.subarray(0, 2).toString(), 'PK');
  assert.ok(bytes.includes('rows/keyword.jsonl'));
  await page.getByRole('button', { name: 'Delete the account' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Your password', { exact: true }).fill('wrong horse battery');
  await dialog.getByRole('button', { name: 'Delete the account' }).click();
  await dialog.getByText('This is not your password.').first().waitFor();
  await shot(page, 'deletion-dialog');
  await dialog.getByLabel('Your password', { exact: true }).fill(owner.password);
  await dialog.getByRole('button', { name: 'Delete the account' }).click();
  await page.getByText(/This account will be deleted on/).waitFor();
  await shot(page, 'deletion-marked');
  await page.getByRole('button', { name: 'Keep the account' }).click();
  await page.getByText('The account stays.').waitFor();
  await open(page, '/settings/log');
  for (const event of ['Deletion called off', 'Deletion requested', 'Data exported', 'Site deleted', 'API key revoked', 'Person joined']) {
    await page.locator('tbody').getByText(event, { exact: true }).first().waitFor();
  }
});

owner.test('an operator sees every account, looks into one, and its log says so', {}, async (page) => {
  execFileSync(process.env.IGNY8_PROGRAM, ['operator', owner.email], {
    env: { PATH: process.env.PATH, ...JSON.parse(process.env.IGNY8_SETTINGS) },
  });
  const guest = somebody('guest');
  const made = await fetch(`${base}/api/v1/auth/register/`, { method: 'POST', body: JSON.stringify({ ...guest, account_name: 'Guests' }) });
  assert.equal(made.status, 200);
  const { access } = (await made.json()).data;
  await open(page, '/operator/accounts?search=guest');
  await shot(page, 'operator');
  await page.getByRole('button', { name: 'Look into Guests' }).click();
  await page.getByText('You are looking into the account of Guests').waitFor();
  await shot(page, 'operator-inside');
  await page.getByRole('button', { name: 'Leave' }).click();
  await page.waitForURL(/operator\/accounts/);
  await hydrated(page);
  assert.equal(await page.getByText('You are looking into').count(), 0);
  await page.getByRole('button', { name: 'Change the status of Guests' }).click();
  await page.getByRole('dialog').getByLabel('Status', { exact: true }).selectOption('suspended');
  await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
  await page.getByText('Guests: Suspended.').waitFor();
  const ask = (where, init) => fetch(`${base}/api/v1/${where}`, { ...init, headers: { authorization: `Bearer ${access}` } });
  assert.equal((await ask('auth/sites/', { method: 'POST', body: '{"name":"X","sectors":["A"]}' })).status, 403);
  const log = await (await ask('system/audit_log/')).json();
  assert.deepEqual(log.results.slice(0, 3).map((event) => [event.action, event.actor]), [
    ['status_changed', owner.email], ['operator_left', owner.email], ['operator_entered', owner.email],
  ]);
});

const pages = [
  ['you', '/settings/you'], ['account', '/settings/account'], ['people', '/settings/people'], ['api-keys', '/settings/keys'], ['log', '/settings/log'],
  ['accounts', '/operator/accounts'], ['model-prices', '/operator/prices'], ['plans-and-prices', '/operator/billing'], ['ai', '/settings/ai'], ['sites', '/sites'], ['settings', '/settings'],
];

for (const [look, options] of [
  ['light wide', {}],
  ['dark wide', { dark: true }],
  ['light phone', { viewport: { width: 390, height: 844 } }],
  ['dark phone', { dark: true, viewport: { width: 390, height: 844 } }],
]) {
  owner.test(`the settings are whole and accessible: ${look}`, options, async (page) => {
    const faults = [];
    for (const [name, where] of pages) {
      await open(page, where);
      await shot(page, `${name}-${look}`);
      for (const check of [fitsWidth, accessible]) {
        await check(page).catch((fault) => faults.push(`${name}: ${fault.actual ? JSON.stringify(fault.actual) : fault.message}`));
      }
    }
    for (const [name, where, button] of [['person', '/settings/people', 'Add person'], ['key', '/settings/keys', 'Make key'], ['site', '/sites', 'Add site'], ['provider', '/settings/ai', 'Connect OpenAI'], ['price', '/operator/prices', 'Add price'], ['plan', '/operator/billing', 'Change'], ['credit-price', '/operator/billing', 'Set a price'], ['credits', '/operator/accounts', 'Credits']]) {
      await open(page, where);
      await page.getByRole('button', { name: button }).first().click();
      await page.getByRole('dialog').waitFor();
      await page.waitForTimeout(250);
      await shot(page, `${name}-dialog-${look}`, { fullPage: false });
      for (const check of [fitsWidth, accessible]) {
        await check(page).catch((fault) => faults.push(`${name} dialog: ${fault.actual ? JSON.stringify(fault.actual) : fault.message}`));
      }
    }
    assert.deepEqual(faults, []);
  });
}

for (const [look, options] of [['light', {}], ['dark phone', { dark: true, viewport: { width: 390, height: 844 } }]]) {
  browserTest(`the pages before signing in are whole and accessible: ${look}`, options, async (page) => {
    for (const where of ['/signin', '/signup', '/forgot', '/reset?token=x', '/confirm?token=x']) {
      await open(page, where);
      await shot(page, `before-${where.slice(1).split('?')[0]}-${look}`);
      await fitsWidth(page);
      await accessible(page);
    }
  });
}

browserTest('the REST reference can be browsed', async (page) => {
  await page.goto('/api/docs/');
  await page.getByText('Signing in, people, sites, keys, the account').waitFor();
  await page.locator('#operations-tag-planner').click();
  await page.locator('.opblock-summary-path', { hasText: 'keywords' }).first().waitFor();
  await shot(page, 'reference', { fullPage: false });
});
