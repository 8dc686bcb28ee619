import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { isAbsolute, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { errorMessage } from '../error-message.js';
import { IntegrationError } from '../errors.js';
import { openInstances } from '../instance/default-instance.js';
import type { Integrations } from '../instance/services.js';
import { isJsonObject } from '../plain-object.js';
import type { CliConfig } from './config.js';

const usualNames = ['mjs', 'js', 'cjs', 'mts', 'ts'].map((extension) => `integrations.config.${extension}`);

export interface ConfigOptions {
  /** `--config`. */
  readonly config?: string | undefined;
  /** `--import`, in their order. */
  readonly import: readonly string[];
  readonly cwd: string;
}

/**
 * The configuration that was named, or is at the usual place; without any, what the imported modules hand out or have
 * made.
 *
 * @throws IntegrationError `CLI_CONFIG_MISSING`, `CLI_CONFIG_INVALID`
 */
export async function findConfig({ config, import: modules, cwd }: ConfigOptions): Promise<CliConfig> {
  const imported: unknown[] = [];
  for (const module of modules) imported.push(await importFrom(cwd, module));
  const path = config ?? usualNames.find((name) => existsSync(join(cwd, name)));
  if (path !== undefined) return configOf(await importFrom(cwd, path), path);
  for (const namespace of imported.reverse()) {
    const found = exportedConfig(namespace);
    if (found !== null) return found;
  }
  const [only, ...others] = openInstances();
  if (only !== undefined && others.length === 0) return { integrations: only };
  if (modules.length > 0) throw invalid(modules.join(', '));
  throw new IntegrationError('CLI_CONFIG_MISSING', `There is no integrations.config.mjs in ${cwd}.`);
}

/** Paths are those of the working directory, all else packages of the application. */
async function importFrom(cwd: string, name: string): Promise<unknown> {
  try {
    return await import(locate(cwd, name));
  } catch (cause) {
    throw new IntegrationError(
      'CLI_CONFIG_INVALID',
      `${name} could not be imported: ${errorMessage(cause)}${hintFor(cause)}`,
      {
        cause,
      },
    );
  }
}

function locate(cwd: string, name: string): string {
  const path = resolve(cwd, name);
  if (isAbsolute(name) || name.startsWith('.') || existsSync(path)) return pathToFileURL(path).href;
  try {
    return pathToFileURL(createRequire(join(cwd, '_')).resolve(name)).href;
  } catch {
    // Some packages are for `import` alone, and Node.js 20 resolves those from here only: most are next to this one.
    return name;
  }
}

/** Node.js below 22.18 runs no TypeScript by itself. */
function hintFor(cause: unknown): string {
  const isTypeScript = cause instanceof Error && 'code' in cause && cause.code === 'ERR_UNKNOWN_FILE_EXTENSION';
  return isTypeScript ? ' To run TypeScript here, install tsx and pass --import tsx.' : '';
}

function configOf(namespace: unknown, path: string): CliConfig {
  const config = exportedConfig(namespace);
  if (config !== null) return config;
  throw invalid(path);
}

function invalid(path: string): IntegrationError {
  return new IntegrationError('CLI_CONFIG_INVALID', `${path} exports no instance and no configuration.`);
}

/** An instance or a configuration among what a module exports. */
function exportedConfig(namespace: unknown): CliConfig | null {
  if (!isJsonObject(namespace)) return null;
  // What is required from CommonJS is the default of the default.
  const exported = namespace.default;
  const candidates = [exported, isJsonObject(exported) ? exported.default : null, namespace.integrations];
  for (const candidate of candidates) {
    if (isInstance(candidate)) return { integrations: candidate };
    if (isConfig(candidate)) return candidate;
  }
  return null;
}

function isConfig(value: unknown): value is CliConfig {
  return isJsonObject(value) && (isInstance(value.integrations) || typeof value.integrations === 'function');
}

/** By its shape: it may have been made by another installed copy of this package. */
export function isInstance(value: unknown): value is Integrations {
  return isJsonObject(value) && typeof value.findOrFail === 'function' && isJsonObject(value.models);
}
