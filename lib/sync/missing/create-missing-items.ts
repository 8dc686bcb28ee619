import type { ProviderRegistry } from '../../../providers/registry.js';
import type { MissingReport } from '../../types/missing-report.js';
import { noteSeen, type NoteSeenModels, type SeeingRun } from './note-seen.js';
import { reportMissing, type MissingParts, type ReportingRun, type ReportOptions } from './report-missing.js';

export interface MissingItemsParts extends MissingParts {
  readonly models: MissingParts['models'] & NoteSeenModels;
  readonly registry: Pick<ProviderRegistry, 'find'>;
}

/** What runs say about what is there, and what is gone; of providers with `detectDeletions` alone. */
export interface MissingItems {
  /** Remembers what a run saw. For every run, before it is settled, and before `findMissing`. */
  noteSeen(run: SeeingRun & { readonly provider: string }): Promise<void>;
  /** Reports what a full run did not see. Null: the run is none, or the provider does not want it. */
  findMissing(run: ReportingRun & { readonly provider: string }): Promise<MissingReport | null>;
  /** The same, by an operator: may be forced. */
  report(run: ReportingRun, options: ReportOptions): Promise<MissingReport>;
}

export function createMissingItems(parts: MissingItemsParts): MissingItems {
  const detects = (key: string) => parts.registry.find(key)?.provider.detectDeletions === true;
  return {
    async noteSeen(run) {
      if (detects(run.provider)) await noteSeen(parts.models, run);
    },
    async findMissing(run) {
      return run.mode === 'full' && detects(run.provider) ? reportMissing(parts, run) : null;
    },
    report: (run, options) => reportMissing(parts, run, options),
  };
}
