/**
 * A real MongoDB for the demo, the specs and the benchmarks: `resolveMongod()` finds one, `startMongo()` starts it.
 *
 * @module
 */
export { resolveMongod, type ResolveOptions } from './resolve.js';
export { startMongo, type RunningMongo, type StartMongoOptions } from './start.js';
export { PassedOver, type MongodSource, type Report, type ResolvedMongod } from './types.js';
