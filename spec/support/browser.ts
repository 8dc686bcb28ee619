/**
 * A real browser: headless Chromium, where one is installed.
 *
 *     describeInBrowser('the page', () => {
 *       const browser = useBrowser();
 *       it('…', async () => {
 *         const page = await browser.open(); // of a new user: no cookies, no history
 *         await page.goto(server.origin);
 *       });
 *     });
 *
 * The binary that `CHROMIUM` names goes before those at the usual places.
 *
 * @module
 */
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe } from 'vitest';
import { chromiumPath } from './chromium.js';

const START_TIMEOUT_MS = 60_000;
/** For whatever a test waits for, on a busy machine. */
const WAIT_MS = 10_000;

/** A suite that needs a browser: skipped, by its name, where none is installed. */
export const describeInBrowser = describe.skipIf(chromiumPath === null);

export interface SpecBrowser {
  /** A page of a browser that nobody has used yet; closed after the test. */
  open(): Promise<Page>;
}

/** Runs a browser while the tests of the suite run. */
export function useBrowser(): SpecBrowser {
  let browser: Browser | undefined;
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: chromiumPath ?? '', timeout: START_TIMEOUT_MS });
  }, START_TIMEOUT_MS);
  afterEach(async () => {
    for (const context of browser?.contexts() ?? []) await context.close();
  });
  afterAll(() => browser?.close());
  return {
    async open() {
      if (browser === undefined) throw new Error('The browser is not there yet: use it in a test.');
      const page = await browser.newPage();
      page.setDefaultTimeout(WAIT_MS);
      return page;
    },
  };
}
