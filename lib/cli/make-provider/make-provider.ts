import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { isJsonObject } from '../../plain-object.js';
import type { ApartContext } from '../cli-context.js';
import { exitCodes, type ExitCode } from '../exit-codes.js';
import { invalidInput } from '../install/invalid-input.js';
import type { Prompts } from '../prompts.js';
import type { Blueprint } from './blueprint.js';
import { capabilities, capabilityTexts, type Capability } from './capabilities.js';
import { providerNames } from './names.js';
import { providerText } from './provider-text.js';
import { entryOf, specText } from './spec-text.js';

export interface MakeProviderOptions extends Readonly<Partial<Record<Capability, boolean>>> {
  readonly js: boolean;
  readonly folder: string;
  readonly testRunner?: 'vitest' | 'node' | undefined;
  readonly force: boolean;
  readonly dryRun: boolean;
}

interface NewFile {
  readonly path: string;
  readonly text: string;
}

/** Writes a provider, and a spec that passes. */
export async function makeProvider(
  context: ApartContext,
  key: string,
  options: MakeProviderOptions,
): Promise<ExitCode> {
  const { output, prompts, streams } = context;
  const names = providerNames(key);
  const cwd = streams.cwd();
  const blueprint: Blueprint = {
    ...names,
    can: await wantedCapabilities(options, prompts),
    language: options.js ? 'js' : 'ts',
    runner: options.testRunner ?? (await usualRunner(cwd)),
  };
  const files = filesOf(blueprint, resolve(cwd, options.folder));
  if (!options.force) await refuseExisting(files);
  if (!options.dryRun) await writeAll(files, options.force);
  const shown = files.map(({ path, text }) => ({ path: relative(cwd, path), text }));
  const status = options.dryRun ? 'would-write' : 'written';
  output.result({ status, capabilities: [...blueprint.can], files: shown }, () =>
    options.dryRun ? shown.map(({ path, text }) => `// ${path}\n${text}`).join('\n') : nextSteps(blueprint, shown),
  );
  return exitCodes.ok;
}

async function wantedCapabilities(
  options: MakeProviderOptions,
  prompts: Prompts | null,
): Promise<ReadonlySet<Capability>> {
  const given = capabilities.filter((name) => options[name] === true);
  if (given.length > 0 || prompts === null) return new Set(given);
  const choices = capabilities.map((name) => `${name}: ${capabilityTexts[name]}`);
  const chosen = await prompts.chooseMany('What can it do beside calls? Space selects, enter goes on.', choices);
  return new Set(capabilities.filter((_name, index) => chosen.includes(choices[index] ?? '')));
}

/** That of the host, where it is one that we know. */
async function usualRunner(cwd: string): Promise<'vitest' | 'node'> {
  try {
    const manifest: unknown = JSON.parse(await readFile(join(cwd, 'package.json'), 'utf8'));
    const wanted = isJsonObject(manifest) ? [manifest.devDependencies, manifest.dependencies] : [];
    return wanted.some((each) => isJsonObject(each) && 'vitest' in each) ? 'vitest' : 'node';
  } catch {
    return 'node';
  }
}

function filesOf(blueprint: Blueprint, folder: string): readonly NewFile[] {
  const extension = blueprint.language === 'ts' ? 'ts' : 'mjs';
  // As either runner finds it by itself.
  const kind = blueprint.runner === 'vitest' ? 'spec' : 'test';
  return [
    { path: join(folder, `${blueprint.key}.${extension}`), text: providerText(blueprint) },
    { path: join(folder, `${blueprint.key}.${kind}.${extension}`), text: specText(blueprint) },
  ];
}

async function refuseExisting(files: readonly NewFile[]): Promise<void> {
  for (const { path } of files) {
    if (await exists(path)) throw invalidInput(`${path} is there already: pass --force to overwrite it.`);
  }
}

async function writeAll(files: readonly NewFile[], force: boolean): Promise<void> {
  for (const { path, text } of files) {
    await mkdir(join(path, '..'), { recursive: true });
    // Never over what has come meanwhile.
    await writeFile(path, text, { flag: force ? 'w' : 'wx' });
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

function nextSteps({ key, variable, runner, language }: Blueprint, [provider, spec]: readonly NewFile[]): string {
  const nodeFlags = language === 'ts' ? '--import tsx ' : '';
  const run =
    runner === 'vitest' ? `npx vitest run ${spec?.path ?? ''}` : `node ${nodeFlags}--test ${spec?.path ?? ''}`;
  return [
    `Wrote ${provider?.path ?? ''} and ${spec?.path ?? ''}.`,
    `Register it: createIntegrations({ providers: { ${entryOf(key, variable)} } })`,
    `Run its spec, with a MongoDB at MONGODB_URI: ${run}`,
  ].join('\n');
}
