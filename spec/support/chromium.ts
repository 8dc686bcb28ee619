import { existsSync } from 'node:fs';

const usualPlaces = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** The browser that `CHROMIUM` names, or the one at a usual place; null: none is installed. */
export const chromiumPath = [process.env.CHROMIUM ?? '', ...usualPlaces].find((place) => existsSync(place)) ?? null;
