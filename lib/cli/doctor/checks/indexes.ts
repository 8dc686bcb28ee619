import { indexText, planSetup } from '../../setup/setup-plan.js';
import { ok, problem, type Check, type Finding } from '../finding.js';
import { quantity } from '../../quantity.js';
import type { InstanceWorld } from '../world.js';

/** Whether the indexes are there that the package declares. */
export const indexes: Check<InstanceWorld> = {
  name: 'indexes',
  async run({ integrations }) {
    const { missing, different } = await planSetup(integrations.models);
    const findings: Finding[] = [];
    if (missing.length > 0) {
      const unique = missing.some((each) => each.unique)
        ? ' Without the unique ones, nothing keeps duplicates out.'
        : '';
      findings.push(
        problem(
          `${quantity(missing.length, 'index', 'indexes')} missing: ${shown(missing.map(indexText))}.${unique}`,
          'Run `integrations setup`.',
        ),
      );
    }
    if (different.length > 0) {
      findings.push(
        problem(
          `With other options than needed: ${shown(different.map(indexText))}.`,
          '`integrations setup --dry-run` says which to drop.',
        ),
      );
    }
    return findings.length === 0 ? [ok('All are there.')] : findings;
  },
};

function shown(texts: readonly string[]): string {
  const few = texts.slice(0, 3).join('; ');
  return texts.length > 3 ? `${few}; …` : few;
}
