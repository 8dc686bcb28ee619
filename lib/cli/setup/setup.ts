import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isIntegrationError } from '../../errors.js';
import type { ApartContext, CliContext } from '../cli-context.js';
import { exitCodes, type ExitCode } from '../exit-codes.js';
import { indexText, planSetup, type SetupPlan } from './setup-plan.js';

export interface SetupOptions {
  readonly dryRun: boolean;
}

/** Makes what the package needs in the database; where there is no configuration yet, offers to write one. */
export async function setup(context: ApartContext, options: SetupOptions): Promise<ExitCode> {
  let opened: CliContext;
  try {
    opened = await context.open();
  } catch (error) {
    const isMissing = isIntegrationError(error, 'CLI_CONFIG_MISSING');
    if (!isMissing || context.prompts === null || options.dryRun) throw error;
    return offerConfig(context, error);
  }
  return setupDatabase(opened, options);
}

async function setupDatabase({ integrations, output }: CliContext, { dryRun }: SetupOptions): Promise<ExitCode> {
  const before = await planSetup(integrations.models);
  if (before.different.length === 0 && !dryRun) await integrations.install();
  const { collections, missing, different } = before;
  const isDone = !dryRun && different.length === 0;
  output.result({ status: isDone ? 'ready' : 'planned', collections, indexes: missing, different }, () =>
    isDone ? doneText(before) : planText(before),
  );
  return different.length === 0 ? exitCodes.ok : exitCodes.failed;
}

function doneText({ collections, missing }: SetupPlan): string {
  if (missing.length + collections.length === 0) return 'Everything was there already.';
  const made = [
    ...collections.map((name) => `collection ${name}`),
    ...missing.map((each) => `index ${indexText(each)}`),
  ];
  return `Made:\n${indented(made)}`;
}

function planText({ collections, missing, different }: SetupPlan): string {
  const parts: string[] = [];
  if (collections.length > 0) parts.push(`Missing collections:\n${indented(collections)}`);
  if (missing.length > 0) parts.push(`Missing indexes:\n${indented(missing.map(indexText))}`);
  if (different.length > 0) {
    const commands = different.map((each) => `db.${each.collection}.dropIndex(${JSON.stringify(each.indexName)})`);
    parts.push(
      `Indexes with other options than are needed. Drop them, and run this again; nothing was made:\n${indented(commands)}`,
    );
  }
  return parts.length === 0 ? 'Nothing is missing.' : parts.join('\n');
}

function indented(lines: readonly string[]): string {
  return lines.map((line) => `  ${line}`).join('\n');
}

const configName = 'integrations.config.mjs';

async function offerConfig({ prompts, output, streams }: ApartContext, missing: unknown): Promise<ExitCode> {
  if (prompts === null || !(await prompts.confirm(`Write ${configName} here?`, { initial: true }))) throw missing;
  const module = await prompts.ask('Which module exports your instance? Leave it empty to make the instance there.', {
    hint: './src/integrations.js',
  });
  const path = join(streams.cwd(), configName);
  // Never over one that somebody has written meanwhile.
  await writeFile(path, module === '' ? ownConfig() : importingConfig(module), { flag: 'wx' });
  output.result(
    { status: 'config-written', path },
    () => `Wrote ${configName}. Look at it, and run \`integrations setup\`.`,
  );
  return exitCodes.ok;
}

function importingConfig(module: string): string {
  return `import * as application from ${JSON.stringify(module)};

export default application.default ?? application.integrations;
`;
}

function ownConfig(): string {
  return `import mongoose from 'mongoose';
import { createIntegrations } from 'express-integrations';

// The command line opens the connection, with MONGODB_URI.
export default createIntegrations({
  connection: mongoose.connection,
  providers: {},
  // 32 random bytes: openssl rand -base64 32
  encryptionKeys: [{ id: '${new Date().toISOString().slice(0, 7)}', secret: process.env.INTEGRATIONS_KEY ?? '' }],
});
`;
}
