import { beforeAll } from 'vitest';
import { ensureBuilt } from './bootstrap/build.mjs';

const BUILD_TIMEOUT_MS = 120_000;

/** For specs that look at dist/ or import the package by its name in a child process: builds it where it is stale. */
export function useBuiltPackage(): void {
  beforeAll(() => ensureBuilt(), BUILD_TIMEOUT_MS);
}
