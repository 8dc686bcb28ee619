import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/**
 * Runs a script of this folder to its end, against the built package where it imports that by name; resolves to what it
 * reports in its last line.
 *
 * @param nodeOptions Such as `--expose-gc`.
 */
export async function benchReport(
  script: string,
  args: readonly (number | string)[],
  nodeOptions: readonly string[] = [],
): Promise<unknown> {
  const path = fileURLToPath(new URL(script, import.meta.url));
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [...nodeOptions, '--import', 'tsx', path, ...args.map(String)],
    { env: { ...process.env, TSX_TSCONFIG_PATH: 'tsconfig.build.json' } },
  );
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
}
