/** A process of the soak of syncs: works until it is killed. Its settings are JSON in argv[2]. */
import { openSoakInstance, type SoakSyncSettings } from './soak-sync-instance.js';

await openSoakInstance(JSON.parse(process.argv[2] ?? '') as SoakSyncSettings);
process.once('disconnect', () => process.exit());
process.send?.('ready');
