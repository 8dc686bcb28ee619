import { execFile } from 'node:child_process';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../', import.meta.url));

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
  const kept = /^npm_config_(registry|cache|userconfig|globalconfig|cafile|proxy|https_proxy|noproxy)$/i;
  const entries = Object.entries(process.env);
  return Object.fromEntries(entries.filter(([name]) => kept.test(name) || !/^(npm_|NODE_ENV$|INIT_CWD$)/i.test(name)));
}
