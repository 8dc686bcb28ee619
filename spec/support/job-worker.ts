/**
 * A process that runs jobs called `work`: each writes down in `ran` that it began; those with `{ hold: 'yes' }` never
 * end. Messages: `{ start: true }`, `{ runDue: true }`; each is answered when it is done.
 */
import mongoose from 'mongoose';
import { createJobs } from '../../jobs/create-jobs.js';

export interface JobWorkerSettings {
  readonly uri: string;
  readonly prefix: string;
  readonly lockSeconds: number;
}

const settings = JSON.parse(process.argv[2] ?? '{}') as JobWorkerSettings;
const connection = await mongoose.createConnection(settings.uri).asPromise();
const ran = connection.collection('ran');
const logger = { error: ignore, warn: ignore, info: ignore, debug: ignore };

function ignore(): void {
  // What matters is what is stored.
}

const jobs = createJobs({
  connection,
  prefix: settings.prefix,
  agenda: null,
  settings: {
    enabled: true,
    processEverySeconds: 0.1,
    lockSeconds: settings.lockSeconds,
    maxConcurrency: 20,
    keepFailedDays: 7,
  },
  logger,
  redact: (text) => text,
  definitions: [
    {
      name: 'work',
      concurrency: 4,
      async run(data) {
        await ran.insertOne({ pid: process.pid, id: data.id });
        if (data.hold === 'yes') await new Promise(() => undefined);
      },
    },
    { name: 'tick', concurrency: 1, everySeconds: 60, run: () => Promise.resolve() },
  ],
});

async function answer(message: { start?: true; runDue?: true }): Promise<unknown> {
  if (message.start === true) await jobs.start();
  return message.runDue === true ? jobs.runDue() : 'started';
}

process.on('message', (message: object) => void answer(message).then((result) => process.send?.(result)));
process.once('disconnect', () => process.exit());
process.send?.('ready');
