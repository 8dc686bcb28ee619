import { packageManifest } from '../../package-manifest.js';
import { ok, problem, type Check } from '../finding.js';
import type { HostWorld } from '../world.js';

/** Whether this Node.js is one that the package supports. */
export const nodeVersion: Check<HostWorld> = {
  name: 'node',
  run({ nodeVersion: version }) {
    const { engines } = packageManifest();
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
