import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { PassedOver, type ResolvedMongod } from './types.js';

const run = promisify(execFile);

/** The oldest server that the package supports. */
const OLDEST_MAJOR = 6;

/** Debian's and Ubuntu's package names of the libraries that a `mongod` links. */
const PACKAGES_BY_LIBRARY: Readonly<Record<string, string>> = {
  'libcurl.so.4': 'libcurl4',
  'libssl.so.3': 'libssl3',
  'libcrypto.so.3': 'libssl3',
  'liblzma.so.5': 'liblzma5',
};

/** Asks the binary for its version, and passes it over when it does not run or is too old. */
export async function inspectBinary(path: string, source: string): Promise<ResolvedMongod> {
  const version = await readVersion(path);
  if (Number.parseInt(version, 10) < OLDEST_MAJOR) {
    throw new PassedOver(`${path} is version ${version}, older than ${OLDEST_MAJOR}.0`, { notable: true });
  }
  return { kind: 'binary', path, version, source };
}

async function readVersion(path: string): Promise<string> {
  const output = await run(path, ['--version']).catch((error: unknown) => {
    throw new PassedOver(`${path} does not run: ${explain(error)}`, { notable: true });
  });
  const version = /db version v?(\d+\.\d+\.\d+)/.exec(output.stdout)?.[1];
  if (version === undefined) throw new PassedOver(`${path} names no version`, { notable: true });
  return version;
}

function explain(error: unknown): string {
  const text = failureText(error);
  const library = /error while loading shared libraries: ([^:\s]+)/.exec(text)?.[1];
  if (library === undefined) return firstLine(text);
  const owner = PACKAGES_BY_LIBRARY[library];
  return `it needs ${library}${owner === undefined ? '' : ` (apt-get install ${owner})`}`;
}

/** What a failed command said: its error output where there is any, else the error's own message. */
export function failureText(error: unknown): string {
  const stderr = (error as { stderr?: unknown }).stderr;
  if (typeof stderr === 'string' && stderr.trim() !== '') return stderr.trim();
  return error instanceof Error ? error.message : String(error);
}

/** The first line of a text, for messages that have to stay on one line. */
export function firstLine(text: string): string {
  return text.trim().split('\n', 1)[0] ?? '';
}
