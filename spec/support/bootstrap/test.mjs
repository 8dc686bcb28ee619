import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureBuilt } from './build.mjs';
import { runNode } from './run.mjs';

/** @typedef {{ passed: number; failed: number; skipped: number }} Summary */

/**
 * Runs the specs and ends with the line that sums them up.
 *
 * @param {string[]} args
 */
export async function test(args) {
  if (mayNeedBuild(args)) await buildEarly();
  const folder = mkdtempSync(join(tmpdir(), 'express-integrations-summary-'));
  try {
    const file = join(folder, 'summary.json');
    const vitest = ['node_modules/vitest/vitest.mjs', 'run', ...args, '--reporter=./spec/support/summary-reporter.ts'];
    if (!args.some((arg) => arg.startsWith('--reporter'))) vitest.push('--reporter=default');
    const code = await runNode(vitest, { env: { NODE_ENV: 'test', SPEC_SUMMARY_FILE: file } });
    const conclusion = conclude(readSummary(file), code);
    console.log(conclusion.line);
    return conclusion.code;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Only these specs look at dist/; the others run from the sources.
 *
 * @param {string[]} args
 */
function mayNeedBuild(args) {
  const filters = args.filter((arg) => !arg.startsWith('-'));
  return filters.length === 0 || filters.some((filter) => /packaging|docs/.test(filter));
}

/** The specs that need the build say so again, and fail; the others can be run on half-written code. */
async function buildEarly() {
  await ensureBuilt().catch((/** @type {unknown} */ error) => console.error(String(error)));
}

/**
 * @param {string} file
 * @returns {Summary | undefined}
 */
function readSummary(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

/**
 * A run that broke outside its tests (set-up, coverage threshold, no file found) counts as one failure, and one in
 * which nothing ran is none that passed.
 *
 * @param {Summary | undefined} summary
 * @param {number} code Vitest's
 */
export function conclude(summary, code) {
  const { passed, failed, skipped } = summary ?? { passed: 0, failed: 0, skipped: 0 };
  const broke = failed === 0 && (code !== 0 || summary === undefined);
  const line = closingLine({ passed, failed: broke ? 1 : failed, skipped });
  return { line, code: code === 0 && (broke || failed > 0 || passed === 0) ? 1 : code };
}

/**
 * The last line of every run.
 *
 * @param {Summary} summary
 */
export function closingLine({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}
