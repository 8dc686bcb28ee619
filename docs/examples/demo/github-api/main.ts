/**
 * Runs the API as its own process: `tsx docs/examples/demo/github-api/main.ts --port 4010`. Prints one JSON line,
 * `{"url":"http://127.0.0.1:4010"}`, once it listens; closes on SIGTERM or SIGINT.
 *
 * Options: `--port` (any free one by default), `--token` (repeatable), `--rate-limit` (requests per hour), `--issues`
 * (so many generated ones in `octokit-fixture-org/many-issues`), `--faults` (a fault schedule as JSON:
 * `{"every":3,"faults":[{"status":503}]}`).
 */
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { faultScheduleSchema } from './fault-schedule.js';
import { startGitHubApi } from './start-github-api.js';

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '0' },
    token: { type: 'string', multiple: true },
    'rate-limit': { type: 'string' },
    issues: { type: 'string' },
    faults: { type: 'string' },
  },
});

const api = await startGitHubApi({
  port: z.coerce.number().int().min(0).max(65535).parse(values.port),
  ...(values.token && { token: z.tuple([z.string()], z.string()).parse(values.token) }),
  ...(values['rate-limit'] && { rateLimit: z.coerce.number().int().positive().parse(values['rate-limit']) }),
  ...(values.issues && { manyIssues: z.coerce.number().int().min(0).parse(values.issues) }),
  ...(values.faults && { faults: faultScheduleSchema.parse(JSON.parse(values.faults)) }),
});

process.stdout.write(`${JSON.stringify({ url: api.url })}\n`);
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void api.close());
