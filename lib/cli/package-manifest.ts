import { createRequire } from 'node:module';

/** What this package says of itself. */
export interface PackageManifest {
  readonly version: string;
  readonly engines: { readonly node: string };
}

/** By the package's own name: the same from the sources and from what is installed. */
export function packageManifest(): PackageManifest {
  return createRequire(import.meta.url)('express-integrations/package.json') as PackageManifest;
}
