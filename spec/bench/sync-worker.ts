/**
 * A process of the sync benchmarks: handles items until it is told to stop, by a message or by its parent's end. Its
 * settings are JSON in argv[2]. `{ items }` lists and handles so many, and is answered with the peak memory of the
 * process in megabytes.
 */
import { openSyncInstance, type SyncInstanceSettings } from './sync-instance.js';

const settings = JSON.parse(process.argv[2] ?? '') as SyncInstanceSettings;
const instance = await openSyncInstance(settings);

process.on('message', (message: { items: number } | 'stop') => {
  void (message === 'stop' ? stop() : list(message.items));
});
process.once('disconnect', () => process.exit());
process.send?.('ready');

async function list(items: number): Promise<void> {
  const result = await instance.integrations.sync(await instance.create(items), { wait: true });
  const peakMegabytes = process.resourceUsage().maxRSS / 1_024;
  process.send?.({ succeeded: result.succeeded, peakMegabytes });
}

async function stop(): Promise<void> {
  await instance.close();
  process.send?.('stopped');
  process.disconnect();
}
