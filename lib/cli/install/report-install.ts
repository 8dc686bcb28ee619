import type { IntegrationDocument } from '../../../schemas/integration.js';
import type { Output } from '../output.js';
import { printable } from '../printable.js';
import type { Candidate, CheckOutcome } from './check-candidate.js';
import type { NextSteps } from './next-steps.js';

export interface Installed {
  readonly integration: IntegrationDocument;
  readonly isNew: boolean;
  /** Null: nobody checked. */
  readonly check: CheckOutcome | null;
  readonly steps: NextSteps;
}

export function reportInstalled(output: Output, { integration, isNew, check, steps }: Installed): void {
  const { provider, name } = integration;
  const id = integration.id;
  output.result({ status: isNew ? 'created' : 'updated', id, provider, name, healthCheck: check, ...steps }, () => {
    const lines = [`${isNew ? 'Created' : 'Updated'} "${printable(name)}" (${provider}): ${id}`];
    if (steps.authorizeUrl !== null) lines.push(`Connect it in a browser: ${steps.authorizeUrl}`);
    if (steps.webhookUrl !== null) lines.push(`Its webhooks go to: ${steps.webhookUrl}`);
    return lines.join('\n');
  });
  if (!integration.isActive) output.warn('It is switched off.');
}

export function reportAborted(output: Output, { id }: IntegrationDocument): void {
  output.result({ status: 'aborted', id }, () => 'Aborted.');
}

/** What a dry run found; names of credentials, no values. */
export function reportPlan(output: Output, candidate: Candidate, existing: IntegrationDocument | null): void {
  const { provider, name, metadata } = candidate;
  const credentials = Object.keys(candidate.credentials);
  const status = existing === null ? 'would-create' : 'would-update';
  const id = existing === null ? null : existing.id;
  output.result({ status, id, provider, name, credentials, metadata: Object.keys(metadata ?? {}) }, () =>
    [
      `Would ${existing === null ? 'create' : 'update'} "${printable(name)}" (${provider}). Nothing was written.`,
      `Credentials: ${printable(credentials.join(', ')) || 'none'}`,
      `Metadata: ${printable(Object.keys(metadata ?? {}).join(', ')) || 'none'}`,
    ].join('\n'),
  );
}

export interface Refused {
  readonly candidate: Candidate;
  readonly existing: IntegrationDocument | null;
  readonly check: CheckOutcome;
}

export function reportRefused(output: Output, { candidate, existing, check }: Refused): void {
  const { provider, name } = candidate;
  const id = existing === null ? null : existing.id;
  output.result({ status: 'refused', id, provider, name, healthCheck: check }, () =>
    existing === null ? 'Not created.' : 'Not changed.',
  );
}
