import { Ajv, type Options } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { vocabulary } from './vocabulary.js';

export interface AjvSettings {
  readonly draft: 'draft-07' | '2020-12';
  /** Write the schema's defaults into the value that is checked. */
  readonly applyDefaults: boolean;
}

/** An AJV that reports every violation, and refuses what would be ignored in a schema: `requried`, unknown formats. */
export function createAjv({ draft, applyDefaults }: AjvSettings): Ajv | Ajv2020 {
  const options: Options = {
    allErrors: true,
    verbose: true,
    strict: true,
    // Valid JSON Schema that says less than it could: no mistake.
    strictTypes: false,
    strictTuples: false,
    strictRequired: false,
    useDefaults: applyDefaults,
    // Two providers may use the same `$id`.
    addUsedSchema: false,
    logger: false,
    keywords: vocabulary,
  };
  const ajv = draft === '2020-12' ? new Ajv2020(options) : new Ajv(options);
  formats.default(ajv);
  return ajv;
}
