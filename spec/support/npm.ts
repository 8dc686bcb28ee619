import { execFile } from 'node:child_process';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../', import.meta.url));

const registrySettings = /^npm_config_(registry|cache|userconfig|globalconfig|cafile|proxy|https_proxy|noproxy)$/i;

/** Runs npm, in the checkout by default, deaf to what the npm command around us was told; returns what it printed. */
export async function runNpm(args: readonly string[], cwd = root): Promise<string> {
  const script = process.env.npm_execpath ?? '';
  const ours = basename(script) === 'npm-cli.js';
  const command = ours ? process.execPath : 'npm';
  const options = { cwd, env: ownEnvironment(), maxBuffer: 64 * 1024 * 1024, shell: process.platform === 'win32' };
  const { stdout } = await run(command, [...(ours ? [script] : []), ...args], options);
  return stdout;
}

/** The registry and the cache stay the user's; what npm says of the running script goes. */
function ownEnvironment(): NodeJS.ProcessEnv {
  const entries = Object.entries(process.env);
  return Object.fromEntries(
    entries.filter(([name]) => registrySettings.test(name) || !/^(npm_|NODE_ENV$|INIT_CWD$)/i.test(name)),
  );
}

/** The package as it would be published, in that folder: the path of the tarball, and what is in it. */
export interface PackedPackage {
  readonly path: string;
  /** Of the tarball, in bytes. */
  readonly size: number;
  readonly files: readonly { readonly path: string }[];
}

/** Makes the tarball; without scripts: the package is built already. */
export async function packPackage(folder: string): Promise<PackedPackage> {
  const output = await runNpm(['pack', '--json', '--ignore-scripts', '--pack-destination', folder]);
  const [packed] = JSON.parse(output) as (Omit<PackedPackage, 'path'> & { readonly filename: string })[];
  if (packed === undefined) throw new Error('npm pack made nothing');
  return { ...packed, path: join(folder, packed.filename) };
}

/** How npm reaches the registry from here: for a shell that knows nothing else. */
export function registryEnvironment(): NodeJS.ProcessEnv {
  const isWanted = (name: string): boolean => registrySettings.test(name);
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => isWanted(name)));
}
