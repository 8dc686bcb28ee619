import { execFile } from 'node:child_process';
import { readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { capabilities } from '../../../lib/cli/make-provider/capabilities.js';
import { providerNames } from '../../../lib/cli/make-provider/names.js';
import { providerText } from '../../../lib/cli/make-provider/provider-text.js';
import { specText } from '../../../lib/cli/make-provider/spec-text.js';
import { root } from '../../support/bootstrap/paths.mjs';
import { useCli } from '../../support/cli-host.js';
import { useDatabase } from '../../support/database.js';

const run = promisify(execFile);
const database = useDatabase();
const cli = useCli({}, () => ({}));
const all = ['--webhooks', '--oauth', '--sync', '--incremental', '--health', '--retry', '--redact', '--idempotency'];
const some = ['--webhooks', '--sync', '--health'];
const SLOW = 120_000;

/** A provider as each line says. */
const made = [
  ['make-provider', 'plain', '--js'],
  ['make-provider', 'my-crm', '--js', ...all],
  ['make-provider', 'typed', ...all],
  ['make-provider', 'some-api', '--test-runner', 'vitest', ...some],
  ['make-provider', 'incremental', '--test-runner', 'vitest', '--incremental', '--retry', '--idempotency'],
];

let ended: Awaited<ReturnType<typeof cli.pipe>>[] = [];

beforeAll(async () => {
  ended = await Promise.all(made.map((args) => cli.pipe(args)));
}, SLOW);

describe('integrations make-provider', () => {
  it('writes a provider and a spec, and says what is next', async () => {
    expect(ended.map(({ code, stderr }) => ({ code, stderr }))).toEqual(made.map(() => ({ code: 0, stderr: '' })));
    expect(ended[1]?.stdout).toBe(
      [
        'Wrote providers/my-crm.mjs and providers/my-crm.test.mjs.',
        "Register it: createIntegrations({ providers: { 'my-crm': myCrm } })",
        'Run its spec, with a MongoDB at MONGODB_URI: node --test providers/my-crm.test.mjs',
        '',
      ].join('\n'),
    );
    expect(await readdir(join(cli.folder, 'providers'))).toHaveLength(made.length * 2);
  });

  it('writes specs that pass', { timeout: SLOW }, async () => {
    const specs = ['plain.test.mjs', 'my-crm.test.mjs', 'typed.test.ts'];
    const loader = join(root, 'node_modules/tsx/dist/loader.mjs');
    const files = specs.map((name) => join('providers', name));
    const args = ['--import', loader, '--test', '--test-reporter', 'tap', ...files];
    const { PATH } = process.env;
    const { stdout } = await run(process.execPath, args, { cwd: cli.folder, env: { PATH, MONGODB_URI: database.uri } });
    expect(stdout).toMatch(/^# fail 0$/mu);
    // One call each, and one test for each capability: two of them share the one of syncs.
    expect(stdout).toMatch(/^# pass 17$/mu);
  });

  it('writes TypeScript that compiles', { timeout: SLOW }, async () => {
    for (const name of ['vitest', '@types']) {
      await symlink(join(root, 'node_modules', name), join(cli.folder, 'node_modules', name));
    }
    const compilerOptions = { target: 'es2023', module: 'nodenext', strict: true, noEmit: true, skipLibCheck: true };
    const strict = { noUncheckedIndexedAccess: true, exactOptionalPropertyTypes: true, noUnusedLocals: true };
    const project = {
      compilerOptions: { ...compilerOptions, ...strict, types: ['node'] },
      include: ['providers/*.ts'],
    };
    await writeFile(join(cli.folder, 'tsconfig.json'), JSON.stringify(project));
    const tsc = join(root, 'node_modules/typescript/bin/tsc');
    const { stdout } = await run(process.execPath, [tsc, '-p', '.'], { cwd: cli.folder }).catch(
      (error: unknown) => error as { stdout: string },
    );
    expect(stdout).toBe('');
  });

  it('overwrites nothing unless told to, and writes nothing in a dry run', { timeout: SLOW }, async () => {
    const path = join(cli.folder, 'providers', 'typed.ts');
    const before = await readFile(path, 'utf8');
    const [again, dryAgain, dry, forced] = await Promise.all([
      cli.pipe(['make-provider', 'typed', '--health']),
      cli.pipe(['make-provider', 'typed', '--dry-run']),
      cli.pipe(['make-provider', 'other', '--dry-run', '--json']),
      cli.pipe(['make-provider', 'plain', '--js', '--force', '--health']),
    ]);
    for (const refused of [again, dryAgain]) {
      expect(refused.code).toBe(2);
      expect(refused.stderr).toContain('pass --force to overwrite it');
    }
    expect(await readFile(path, 'utf8')).toBe(before);
    expect(JSON.parse(dry.stdout)).toMatchObject({
      status: 'would-write',
      capabilities: [],
      files: [{ path: 'providers/other.ts' }, { path: 'providers/other.test.ts' }],
    });
    expect(forced.code).toBe(0);
    expect(await readFile(join(cli.folder, 'providers', 'plain.mjs'), 'utf8')).toContain('healthCheck');
    expect(await readdir(join(cli.folder, 'providers'))).toHaveLength(made.length * 2);
  });

  it.each(['No_Key', '../../etc', '-x', 'a--b', '9lives', ''])('takes no key like "%s"', (key) => {
    expect(() => providerNames(key)).toThrow(expect.objectContaining({ code: 'CLI_INPUT_INVALID' }));
  });

  it('calls no provider as something that the files need for themselves', () => {
    const can = new Set(capabilities);
    const names = providerNames('key-of-nobody');
    const texts = [{ language: 'ts', runner: 'vitest' } as const, { language: 'js', runner: 'node' } as const].flatMap(
      (kind) => [providerText({ ...names, can, ...kind }), specText({ ...names, can, ...kind })],
    );
    // What is imported, declared or a parameter; a word too many does no harm.
    const places = /import ([^;]+?) from|const (\w+|\{[^}=]+\}) =|\(([^()]*)\) (?:=>|\{)/gu;
    const found = texts.flatMap((text) => [...text.matchAll(places)].flatMap((match) => match.slice(1)));
    const used = new Set(found.join(' ').match(/(?<![.'\w-])[a-z]\w*/gu));
    expect([...used]).toEqual(expect.arrayContaining(['sequence', 'createIntegration', 'itemPage', 'session', 'url']));
    const taken = [...used].filter((name) => {
      const key = name.replaceAll(/[A-Z]/gu, (letter) => `-${letter.toLowerCase()}`);
      return !name.startsWith('keyOfNobody') && providerNames(key).variable === name;
    });
    expect(taken).toEqual([]);
  });

  it('asks what it can do where no flag says so', async () => {
    const session = cli.open(['make-provider', 'asked', '--dry-run', '--js']);
    await session.sees('What can it do');
    session.type(' \r');
    const { code, screen } = await session.ended;
    expect(code).toBe(0);
    expect(screen).toContain('verifyWebhookSignature');
    expect(screen).not.toContain('createOAuth2Client');
  });
});
