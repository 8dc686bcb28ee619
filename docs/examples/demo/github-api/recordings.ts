import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { z } from 'zod';

/** A request sent to the real GitHub and what it answered, as normalized by `@octokit/fixtures`. */
export type Recording = z.infer<typeof recordingSchema>;

const recordingSchema = z.object({
  method: z.string().toUpperCase(),
  /** With its query. */
  path: z.string(),
  /** JSON or text; empty string for none. */
  body: z.unknown(),
  status: z.number(),
  /** JSON or text; empty string for none; hexadecimal digits when binary. */
  response: z.unknown(),
  responseIsBinary: z.boolean(),
  headers: z.record(z.string(), z.coerce.string()),
});

const apiHosts = /https:\/\/(?:api|uploads|codeload)\.github\.com/g;
const packageFile = createRequire(import.meta.url).resolve('@octokit/fixtures/package.json');
const scenarios = join(dirname(packageFile), 'scenarios/api.github.com');

/**
 * Reads every recorded scenario.
 *
 * @param origin Takes the place of GitHub's API hosts in bodies and headers: a client that follows links stays here.
 *   Links to pages and pictures (github.com, avatars) stay as recorded.
 */
export function loadRecordings(origin: string): Recording[] {
  return readdirSync(scenarios).flatMap((scenario) => {
    const text = readFileSync(join(scenarios, scenario, 'normalized-fixture.json'), 'utf8');
    return z.array(recordingSchema).parse(JSON.parse(text.replace(apiHosts, origin)));
  });
}

/** The recorded answer to a request the API is built upon; throws when the fixtures package no longer has it. */
export function recordedAnswer(recordings: readonly Recording[], method: string, path: string): Recording {
  const found = recordings.find((recording) => recording.method === method && recording.path === path);
  if (!found) throw new Error(`@octokit/fixtures has no recording of ${method} ${path}`);
  return found;
}
