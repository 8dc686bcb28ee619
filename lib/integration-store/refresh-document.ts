import type { IntegrationDocument, IntegrationFields } from '../../schemas/integration.js';

/**
 * Lets a document that the application holds show what was just stored, without marking it as changed: `save()` writes
 * none of it. Fields that the application has changed by itself, or has not loaded, stay as they are.
 */
export function refreshDocument(document: IntegrationDocument, stored: Partial<IntegrationFields>): void {
  for (const [path, value] of Object.entries(stored)) {
    if (document.isModified(path) || !document.isSelected(path)) continue;
    document.set(path, value);
    document.unmarkModified(path);
  }
}
