import mongoose from 'mongoose';
import { documentMethods } from '../../lib/instance/document-methods.js';
import type { IntegrationDocument, IntegrationFields } from '../../schemas/integration.js';
import { compileModels, type IntegrationModels } from '../../schemas/models.js';

/** Models without a database and without services: for rules that need neither. */
export function detachedModels(): IntegrationModels {
  const withoutServices = documentMethods(() => {
    throw new Error('These documents are not part of an instance');
  });
  return compileModels(mongoose.createConnection(), 'integration', withoutServices).models;
}

/** An integration that was never stored. */
export function detachedIntegration(fields: Partial<IntegrationFields> = {}): IntegrationDocument {
  const { Integration } = detachedModels();
  return new Integration({ provider: 'acme', name: 'Acme of the spec', ...fields });
}
