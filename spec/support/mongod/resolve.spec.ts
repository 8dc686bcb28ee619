import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { PassedOver, resolveMongod, type MongodSource, type ResolvedMongod } from './index.js';
import { findNamed, findOnPath } from './installed.js';

const binary = { kind: 'binary', path: '/opt/mongod', version: '7.0.1', source: 'PATH' } as const;

const gives = (found: ResolvedMongod): MongodSource => ({ name: 'good', find: () => Promise.resolve(found) });
const lacks = (name: string, reason: string, notable: boolean): MongodSource => ({
  name,
  find: () => Promise.reject(new PassedOver(reason, { notable })),
});

async function resolveFrom(...sources: MongodSource[]) {
  const lines: string[] = [];
  const found = await resolveMongod({ sources, report: (line) => lines.push(line) });
  return { found, lines };
}

describe('resolveMongod', () => {
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  it('takes the first source that has one and names it in one line', async () => {
    const { found, lines } = await resolveFrom(
      lacks('absent', 'not set', false),
      gives(binary),
      lacks('later', 'no', true),
    );
    expect(found).toBe(binary);
    expect(lines).toEqual(['mongod: using /opt/mongod (7.0.1, PATH)']);
  });

  it('says what was tried in vain', async () => {
    const { lines } = await resolveFrom(lacks('download', 'out of reach', true), gives(binary));
    expect(lines[0]).toBe('mongod: passing over download: out of reach');
  });

  it('prefers MONGODB_URI to all else, and prints no password', async () => {
    vi.stubEnv('MONGODB_URI', 'mongodb://me:secret@host/app');
    const lines: string[] = [];
    const found = await resolveMongod({ report: (line) => lines.push(line) });
    expect(found).toEqual({ kind: 'uri', uri: 'mongodb://me:secret@host/app' });
    expect(lines).toEqual(['mongod: using MONGODB_URI (mongodb://…@host/app)']);
  });

  it('lists every attempt, its reason and the remedy when nothing worked', async () => {
    const attempt = resolveFrom(lacks('MONGOD', 'not set', false), lacks('download', 'out of reach', true));
    await expect(attempt).rejects.toThrow(
      /Tried, in this order:\n {2}- MONGOD: not set\n {2}- download: out of reach\n.*MONGODB_URI=\S+ npm test/,
    );
  });

  it('does not take a defect for an absent server', async () => {
    const broken: MongodSource = { name: 'broken', find: () => Promise.reject(new TypeError('a bug')) };
    await expect(resolveFrom(broken, gives(binary))).rejects.toThrow(TypeError);
  });
});

describe.skipIf(process.platform === 'win32')('an installed server', () => {
  let folder = '';

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'express-integrations-mongod-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  /** Writes a program that answers like a server, and points MONGOD and the PATH to it. */
  async function pretend(script: string): Promise<string> {
    const path = join(folder, 'mongod');
    await writeFile(path, `#!/bin/sh\n${script}\n`);
    await chmod(path, 0o755);
    vi.stubEnv('MONGOD', path);
    vi.stubEnv('PATH', `${folder}:/bin:/usr/bin`);
    return path;
  }

  it('is used from version 6.0 on', async () => {
    const path = await pretend('echo db version v6.0.5');
    expect(await findNamed()).toEqual({ kind: 'binary', path, version: '6.0.5', source: 'MONGOD' });
    expect(await findOnPath()).toEqual({ kind: 'binary', path, version: '6.0.5', source: 'PATH' });
  });

  it('is passed over when it is older', async () => {
    const path = await pretend('echo db version v5.0.31');
    await expect(findNamed()).rejects.toThrow(`${path} is version 5.0.31, older than 6.0`);
  });

  it('names the package of a library that it lacks', async () => {
    await pretend('echo "mongod: error while loading shared libraries: libcurl.so.4: cannot open" >&2; exit 127');
    await expect(findOnPath()).rejects.toThrow('it needs libcurl.so.4 (apt-get install libcurl4)');
  });

  it('is not looked for where nothing names it', async () => {
    vi.stubEnv('MONGOD', '');
    vi.stubEnv('PATH', join(folder, 'nowhere'));
    await expect(findNamed()).rejects.toThrow('MONGOD is not set');
    await expect(findOnPath()).rejects.toThrow('none on the PATH');
  });
});
