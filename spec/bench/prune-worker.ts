/** A process that prunes when it is told to, and says what that did to its memory; for `prune.ts`. */
import mongoose from 'mongoose';
import { createIntegrations } from '../../lib/index.js';

const { uri } = JSON.parse(process.argv[2] ?? '{}') as { readonly uri: string };
const connection = await mongoose.createConnection(uri).asPromise();
const integrations = createIntegrations({
  ...{ connection, logger: false, jobs: { enabled: false } },
  encryptionKeys: [{ id: 'bench', secret: Buffer.alloc(32, 7).toString('base64') }],
});

process.once('message', () => void prune());
process.send?.({ ready: true });

async function prune(): Promise<void> {
  let tenth = { heap: 0, rss: 0 };
  let peak = { heap: 0, rss: 0 };
  let chunks = 0;
  const startedAt = performance.now();
  const { total } = await integrations.prune({
    only: ['requests'],
    onProgress({ deleted, expected }) {
      if (deleted > 0) chunks += 1;
      const { heapUsed, rss } = process.memoryUsage();
      peak = { heap: Math.max(peak.heap, heapUsed), rss: Math.max(peak.rss, rss) };
      // What it takes to begin is no growth.
      if (deleted <= expected / 10) tenth = peak;
    },
  });
  const seconds = (performance.now() - startedAt) / 1_000;
  process.send?.({ total, chunks, seconds, tenth, peak });
}
