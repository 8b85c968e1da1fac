// Opens a report in a real browser and uses it. Arguments: playwright-core, the browser, the page, the folder of pictures.
import { strict as assert } from 'node:assert';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const [modules, executablePath, page, pictures] = process.argv.slice(2);
const { chromium } = createRequire(`${modules}/`)('playwright-core');
const address = pathToFileURL(page).href;
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'] });
const said = [];

async function open(options) {
  const context = await browser.newContext(options);
  const tab = await context.newPage();
  tab.on('console', (message) => said.push(message.text()));
  tab.on('pageerror', (error) => said.push(error.message));
  tab.on('dialog', (dialog) => { said.push(`dialog: ${dialog.message()}`); dialog.dismiss(); });
  tab.on('request', (request) => { if (!/^(file|data):/.test(request.url())) said.push(`asked for ${request.url()}`); });
  await tab.goto(address);
  return tab;
}
const visible = (tab) => tab.locator('article:visible').count();

const tab = await open({ viewport: { width: 1280, height: 900 }, colorScheme: 'light' });
const all = await visible(tab);
assert.ok(all >= 4, `${all} findings`);
assert.match(await tab.locator('#shown').textContent(), new RegExp(`^${all} shown`));

// Filters, alone and together.
await tab.selectOption('[name=severity]', 'warning');
const warnings = await visible(tab);
assert.ok(warnings > 0 && warnings < all, `${warnings} of ${all} are warnings`);
assert.equal(await tab.locator('article:visible:not([data-severity=warning])').count(), 0);
await tab.selectOption('[name=severity]', '');
for (const name of ['group', 'confidence', 'rule']) {
  const value = await tab.locator(`[name=${name}] option`).nth(1).textContent();
  await tab.selectOption(`[name=${name}]`, value);
  assert.ok((await visible(tab)) > 0, `${name} ${value}`);
  assert.equal(await tab.locator(`article:visible:not([data-${name}="${value}"])`).count(), 0);
  await tab.selectOption(`[name=${name}]`, '');
}

// Search and the keyboard.
await tab.keyboard.press('/');
assert.equal(await tab.evaluate(() => document.activeElement.name), 'text');
await tab.keyboard.type('originalUrl');
assert.equal(await visible(tab), 1);
assert.equal(await tab.locator('section.file:visible').count(), 1, 'empty sections go away');
await tab.fill('[name=text]', 'there is no such thing');
assert.equal(await visible(tab), 0);
assert.ok(await tab.locator('#nothing').isVisible());
await tab.keyboard.press('Escape');
assert.equal(await visible(tab), all);
await tab.keyboard.press('j');
await tab.keyboard.press('j');
assert.equal(await tab.evaluate(() => [...document.querySelectorAll('article')].indexOf(document.activeElement)), 1);

// Every picture of a chain has an arrow, and every mark its number.
assert.ok((await tab.locator('.chain .arrow svg path').count()) > 0);
assert.ok((await tab.locator('pre mark.site + b').count()) > 0);

// Light and dark: the switch, and the wish of the system.
const paper = (tab) => tab.evaluate(() => getComputedStyle(document.body).backgroundColor);
const light = await paper(tab);
await tab.screenshot({ path: `${pictures}/light.png` });
await tab.click('#theme');
const dark = await paper(tab);
assert.notEqual(dark, light);
await tab.reload();
assert.equal(await paper(tab), dark, 'the choice is kept');
const night = await open({ viewport: { width: 375, height: 800 }, colorScheme: 'dark' });
assert.equal(await paper(night), dark);

// A telephone: nothing sticks out.
for (const narrow of [night, await open({ viewport: { width: 375, height: 800 }, colorScheme: 'light' })]) {
  const width = await narrow.evaluate(() => document.documentElement.scrollWidth);
  assert.equal(width, 375, 'overflows at 375 px');
}
await night.screenshot({ path: `${pictures}/narrow.png` });

// Without scripts everything can be read, and no control lies about.
const plain = await open({ javaScriptEnabled: false });
assert.equal(await visible(plain), all);
assert.equal(await plain.locator('#filters').isVisible(), false);

// What comes from files is text: no element of theirs, and nothing of it ran.
assert.equal(await tab.locator('img, iframe, script[src], main script').count(), 0);
assert.equal(await tab.evaluate(() => window.owned), undefined);
assert.match(await tab.locator('main').textContent(), /<img src=x onerror=/);
assert.match(await tab.locator('main').textContent(), /<\/script><script>window\.owned = 1/);
assert.deepEqual(said, []);
await browser.close();
console.log(`${all} findings`);
