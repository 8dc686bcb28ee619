import { unlessAborted } from '../../unless-aborted.js';
import { redactedMessage } from '../redacted-message.js';
import { problem, type Check, type Finding, type NamedFinding } from './finding.js';

/**
 * Runs the checks one after the other: they look at the same database, and at each other's traces. Gives what they find
 * as they find it; when the signal is aborted, its reason is thrown.
 */
export async function* runChecks<World>(
  checks: readonly Check<World>[],
  world: World,
  signal: AbortSignal,
): AsyncGenerator<NamedFinding> {
  for (const check of checks) {
    const found = await unlessAborted(signal, () => outcomeOf(check, world));
    for (const finding of found) yield { check: check.name, ...finding };
  }
}

async function outcomeOf<World>(check: Check<World>, world: World): Promise<readonly Finding[]> {
  try {
    return await check.run(world);
  } catch (error) {
    const message = redactedMessage(error);
    return [problem(`The check itself failed: ${message}`, 'Correct what the message names, and run it again.')];
  }
}
