import type { BoundIntegrationMethods } from '../../schemas/integration.js';
import type { IntegrationMappingModel } from '../../schemas/integration-mapping.js';
import type { MappingMethods } from '../../schemas/mapping-methods.js';
import { findExternalId } from './find-external-id.js';
import { findOrphans } from './find-orphans.js';
import { mapExternalId, remapExternalId } from './map-external-id.js';
import { resolveMapping, resolveMappings } from './resolve-mappings.js';
import { upsertByExternalId } from './upsert-by-external-id.js';

/**
 * The methods of integration documents about the application's records.
 *
 * @param mappings Asked for when a method is called.
 */
export function mappingMethods(
  mappings: () => IntegrationMappingModel,
): Pick<BoundIntegrationMethods, keyof MappingMethods> {
  return {
    mapExternalId(externalId, record, options) {
      return mapExternalId(mappings(), this, externalId, record, options);
    },
    remapExternalId(externalId, record, options) {
      return remapExternalId(mappings(), this, externalId, record, options);
    },
    resolveMapping(externalId, model, options) {
      return resolveMapping(mappings(), this, externalId, model, options);
    },
    resolveMappings(externalIds, model, options) {
      return resolveMappings(mappings(), this, externalIds, model, options);
    },
    upsertByExternalId(externalId, model, attributes, options) {
      return upsertByExternalId(mappings(), this, externalId, model, attributes, options);
    },
    findExternalId(record, options) {
      return findExternalId(mappings(), this, record, options);
    },
    findOrphans(model, options) {
      return findOrphans({ mappings: mappings(), integration: this, model }, options);
    },
  };
}
