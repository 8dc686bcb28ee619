import type { Ajv } from 'ajv';
import type { Ajv2020 } from 'ajv/dist/2020.js';
import { createAjv, type AjvSettings } from './ajv.js';

/** An AJV never forgets what it compiled, some 10 kB a schema; a new one takes some 50 ms. */
const MOST_COMPILATIONS = 200;

const compilers = new Map<string, { readonly ajv: Ajv | Ajv2020; compilations: number }>();

/** The AJV to compile one schema with: a new one now and then, so that the memory of schemas that come once is freed. */
export function recyclingAjv(settings: AjvSettings): Ajv | Ajv2020 {
  const key = JSON.stringify(settings);
  const known = compilers.get(key);
  const compiler =
    known !== undefined && known.compilations < MOST_COMPILATIONS
      ? known
      : { ajv: createAjv(settings), compilations: 0 };
  compiler.compilations += 1;
  compilers.set(key, compiler);
  return compiler.ajv;
}
