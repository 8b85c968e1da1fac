// Opens a report in a real browser and uses it. Arguments: playwright-core, the browser, the page, the folder of pictures.
import { strict as assert } from 'node:assert';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const [modules, executablePath, page, pictures] = process.argv.slice(2);
const { chromium } = createRequire(`${modules}/`)('playwright-core');
const address = pathToFileURL(page).href;
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'] });
const said = [];

async function open(options, to = address) {
  const context = await browser.newContext(options);
  const tab = await context.newPage();
  tab.on('console', (message) => said.push(message.text()));
  tab.on('pageerror', (error) => said.push(error.message));
  tab.on('dialog', (dialog) => { said.push(`dialog: ${dialog.message()}`); dialog.dismiss(); });
  tab.on('request', (request) => { if (!/^(file|data):/.test(request.url())) said.push(`asked for ${request.url()}`); });
  await tab.goto(to);
  return tab;
}
const visible = (tab) => tab.locator('article:visible').count();

const tab = await open({ viewport: { width: 1280, height: 900 }, colorScheme: 'light' });
const all = await visible(tab);
assert.ok(all >= 4, `${all} findings`);
assert.match(await tab.locator('#shown').textContent(), new RegExp(`^${all} shown`));

// Errors before warnings, whatever their groups.
const order = await tab.locator('article').evaluateAll((articles) => articles.map((article) => article.dataset.severity));
assert.deepEqual(order, [...order].sort((a, b) => ['error', 'warning', 'info'].indexOf(a) - ['error', 'warning', 'info'].indexOf(b)));
assert.ok(order.includes('error') && order.includes('warning'));

// What does not parse is said above all findings, with its place and its code.
assert.match(await tab.locator('#unchecked').textContent(), /syntax error.*broken\.js:2:7.*let = =/s);
const above = await tab.evaluate(() => document.getElementById('unchecked').getBoundingClientRect().bottom <= document.querySelector('article').getBoundingClientRect().top);
assert.ok(above, 'syntax errors stand above the findings');

// Filters, alone and together.
await tab.selectOption('[name=severity]', 'warning');
const warnings = await visible(tab);
assert.ok(warnings > 0 && warnings < all, `${warnings} of ${all} are warnings`);
assert.equal(await tab.locator('article:visible:not([data-severity=warning])').count(), 0);
await tab.selectOption('[name=severity]', '');
for (const name of ['group', 'confidence', 'rule', 'file']) {
  const value = await tab.locator(`[name=${name}] option`).nth(1).getAttribute('value');
  await tab.selectOption(`[name=${name}]`, value);
  assert.ok((await visible(tab)) > 0, `${name} ${value}`);
  assert.ok(await tab.locator('article:visible').evaluateAll((seen, [name, value]) => seen.every((article) => article.dataset[name] === value), [name, value]));
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

// Groups fold, by mouse, by keyboard and all at once; a finding that is stepped to unfolds its group.
const groups = await tab.locator('details.group').count();
assert.equal(await tab.locator('details.group[open]').count(), groups);
await tab.locator('details.group > summary').first().click();
assert.ok((await visible(tab)) < all);
await tab.locator('details.group > summary').first().press('Enter');
assert.equal(await visible(tab), all);
await tab.click('#fold');
assert.equal(await visible(tab), 0);
assert.equal(await tab.locator('#fold').textContent(), 'Unfold all');
await tab.locator('body').press('j');
assert.ok((await visible(tab)) > 0);
await tab.click('#fold');
await tab.click('#fold');
assert.equal(await visible(tab), all);

// The address keeps the filters, and a link with them shows the same. What else it holds stays.
await tab.goto(`${address}?token=a%2Fb`);
await tab.selectOption('[name=severity]', 'error');
await tab.fill('[name=text]', 'request');
const narrowed = await visible(tab);
assert.ok(narrowed > 0 && narrowed < all);
assert.match(tab.url(), /\?token=a%2Fb&text=request&severity=error$/);
const shared = await open({ viewport: { width: 1280, height: 900 } }, tab.url());
assert.equal(await visible(shared), narrowed);
assert.equal(await shared.locator('[name=severity]').inputValue(), 'error');
assert.equal(await shared.locator('[name=text]').inputValue(), 'request');
await tab.keyboard.press('Escape');
assert.equal(new URL(tab.url()).search, '?token=a%2Fb');
await shared.goto(`${address}?severity=loud&rule=%3Cimg%20src=x%20onerror=%22window.owned=1%22%3E`);
assert.equal(await visible(shared), all, 'what the page does not know chooses nothing');

// The index: by rule and by file, each link a filter that the button Back takes away.
for (const name of ['rule', 'file']) {
  const links = tab.locator(`#index a[data-filter=${name}]`);
  const counted = await links.evaluateAll((list) => list.map((link) => Number(link.closest('li').querySelector('b').textContent)));
  assert.equal(counted.reduce((sum, count) => sum + count, 0), all, `the index by ${name} counts every finding`);
  await links.first().click();
  assert.equal(await visible(tab), counted[0]);
  assert.equal(await links.first().getAttribute('aria-current'), 'true');
  assert.ok(new URL(tab.url()).searchParams.has(name));
  await tab.goBack();
  assert.equal(await visible(tab), all);
}

// The name of a rule leads to its page, which is a part of this one; a link to a finding shows it, filtered or not.
await tab.locator('article .meta a').first().click();
const named = await tab.locator('article').first().getAttribute('data-rule');
assert.equal(new URL(tab.url()).hash, `#rule-${named}`);
const rulePage = tab.locator(`#rule-${named}`);
assert.ok(await rulePage.isVisible());
assert.match(await rulePage.textContent(), /Leaks.*Safe.*Why/s);
assert.doesNotMatch(await rulePage.textContent(), /\/\/~/);
const last = await tab.locator('article').last().getAttribute('id');
await shared.goto(`${address}?severity=error#${last}`);
assert.ok(await shared.locator(`#${last}`).isVisible());

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
await night.screenshot({ path: `${pictures}/narrow.png`, fullPage: true });

// With the keyboard alone: everything that can be pressed can be reached, and is seen to have the focus.
await night.goto(address);
const reached = new Set();
for (let presses = 0; presses < 150; presses++) {
  await night.keyboard.press('Tab');
  const at = await night.evaluate(() => {
    const { activeElement: element } = document;
    const name = element.id || element.name || element.tagName;
    return { name, bare: element !== document.body && getComputedStyle(element).outlineStyle === 'none' };
  });
  assert.ok(!at.bare, `${at.name} has the focus and does not show it`);
  reached.add(at.name);
}
for (const name of ['theme', 'text', 'severity', 'group', 'rule', 'file', 'confidence', 'fold', 'SUMMARY', 'A', 'PRE']) {
  assert.ok(reached.has(name), `${name} is not reached by Tab`);
}

// Without scripts everything can be read, and no control lies about.
const plain = await open({ javaScriptEnabled: false });
assert.equal(await visible(plain), all);
assert.equal(await plain.locator('#filters').isVisible(), false);
const first = await plain.locator('#index a').first().getAttribute('href');
assert.equal(await plain.locator(`article${first}`).count(), 1, 'the index leads somewhere without the script');

// What comes from files is text: no element of theirs, and nothing of it ran.
assert.equal(await tab.locator('img, iframe, script[src], main script').count(), 0);
assert.equal(await tab.evaluate(() => window.owned), undefined);
assert.match(await tab.locator('main').textContent(), /<img src=x onerror=/);
assert.match(await tab.locator('main').textContent(), /<\/script><script>window\.owned = 1/);
assert.deepEqual(said, []);
await browser.close();
console.log(`${all} findings`);
