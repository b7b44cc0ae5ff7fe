// Looks at pages as a reader with a small screen, a dark room or a screen reader would.
// node axe.mjs TOOLS CHROMIUM URL...
// TOOLS is the folder that has node_modules. Prints a JSON array of findings, empty if all is well.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const [tools, chromium, ...urls] = process.argv.slice(2);
const require = createRequire(join(tools, 'package.json'));
const puppeteer = require('puppeteer-core');
const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
const LOOKS = [
  { scheme: 'light', width: 1280 },
  { scheme: 'dark', width: 390 },
];
// WCAG 1.4.10: down to this width nothing may have to be scrolled both ways.
const NARROWEST = 320;

const findings = [];
const browser = await puppeteer.launch({
  executablePath: chromium,
  args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--disable-background-networking'],
});
try {
  const page = await browser.newPage();
  const origin = new URL(urls[0]).origin;
  let here = '';
  page.on('request', (request) => {
    const url = new URL(request.url());
    if (url.protocol.startsWith('http') && url.origin !== origin) findings.push({ page: here, problem: `asks ${url.origin} for a file` });
  });
  page.on('response', (response) => {
    if (response.status() >= 400) findings.push({ page: here, problem: `${response.status()} for ${response.url()}` });
  });
  page.on('pageerror', (error) => findings.push({ page: here, problem: String(error) }));

  for (const url of urls) {
    here = url;
    for (const { scheme, width } of LOOKS) {
      await page.setViewport({ width, height: 900 });
      await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
      await page.goto(url, { waitUntil: 'load' });
      await page.evaluate(axe);
      const { violations } = await page.evaluate((values) => globalThis.axe.run(document, { runOnly: values }), RULES);
      for (const { id, help, nodes } of violations) {
        findings.push({ page: url, look: `${scheme}, ${width} wide`, problem: `${id}: ${help}`, at: nodes.map((node) => node.html.slice(0, 200)) });
      }
    }
    await page.setViewport({ width: NARROWEST, height: 900 });
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    if (width > NARROWEST) findings.push({ page: url, problem: `${width} wide on a screen of ${NARROWEST}` });
  }
} finally {
  await browser.close();
}
console.log(JSON.stringify(findings, null, 1));
