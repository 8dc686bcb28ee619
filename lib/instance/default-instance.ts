import { IntegrationError } from '../errors.js';
import type { Integrations } from './services.js';

// The one piece of module state: which instances are open in this process.
const open = new Set<Integrations>();

/** Makes an instance eligible as the default one. */
export function rememberInstance(instance: Integrations): void {
  open.add(instance);
}

/** Ends that. */
export function forgetInstance(instance: Integrations): void {
  open.delete(instance);
}

/** The open instances, oldest first. */
export function openInstances(): readonly Integrations[] {
  return [...open];
}

/**
 * The only open instance.
 *
 * @throws IntegrationError `INSTANCE_MISSING` when none is open, `INSTANCE_AMBIGUOUS` when several are.
 */
export function defaultInstance(): Integrations {
  const [only, ...others] = open;
  if (only === undefined) throw new IntegrationError('INSTANCE_MISSING', 'createIntegrations() has not been called.');
  if (others.length === 0) return only;
  throw new IntegrationError(
    'INSTANCE_AMBIGUOUS',
    `There are ${String(open.size)} open instances, and none was named.`,
  );
}
