// A browser that does what it is told: a JSON object a line, answered by one.
// node browser.mjs TOOLS CHROMIUM
// TOOLS is the folder that has node_modules.

import { createRequire } from 'node:module';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const [tools, chromium] = process.argv.slice(2);
const puppeteer = createRequire(join(tools, 'package.json'))('puppeteer-core');
const browser = await puppeteer.launch({
  executablePath: chromium,
  args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--disable-background-networking'],
});
const page = await browser.newPage();
const errors = [];
page.on('pageerror', (error) => errors.push(String(error)));

const orders = {
  look: async ({ width, height, scheme }) => {
    await page.setViewport({ width, height });
    await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
  },
  open: async ({ url }) => {
    const response = await page.goto(url, { waitUntil: 'load' });
    return response?.status() ?? 0;
  },
  evaluate: ({ code }) => page.evaluate(code),
  wait: async ({ code }) => {
    await page.waitForFunction(code, { timeout: 20000 });
  },
  press: ({ key }) => page.keyboard.press(key),
  picture: async ({ file }) => {
    await page.screenshot({ path: file });
  },
  errors: () => errors.splice(0),
};

for await (const line of createInterface({ input: process.stdin })) {
  const order = JSON.parse(line);
  let answer;
  try {
    answer = { value: (await orders[order.do](order)) ?? null };
  } catch (error) {
    answer = { failed: String(error) };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
await browser.close();
