import { createRequire } from 'node:module';
import { ok, problem, type Check } from '../finding.js';
import type { HostWorld } from '../world.js';

interface Manifest {
  readonly engines: { readonly node: string };
}

/** Whether this Node.js is one that the package supports. */
export const nodeVersion: Check<HostWorld> = {
  name: 'node',
  run({ nodeVersion: version }) {
    const { engines } = createRequire(import.meta.url)('express-integrations/package.json') as Manifest;
    const oldest = engines.node.replace('>=', '');
    const isSupported = compare(version, oldest) >= 0;
    return Promise.resolve([
      isSupported
        ? ok(`Node.js ${version}`)
        : problem(`Node.js ${version}; ${oldest} is the oldest supported.`, 'Install a newer Node.js.'),
    ]);
  },
};

function compare(one: string, other: string): number {
  return one.localeCompare(other, 'en', { numeric: true });
}
