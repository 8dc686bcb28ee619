import type { CircuitSettings } from '../options.js';
import type { CircuitStrategy } from './circuit-strategy.js';
import { countStrategy } from './count-strategy.js';
import { rateStrategy } from './rate-strategy.js';

/** What opens the circuits of an instance. */
export function chooseStrategy(settings: CircuitSettings): CircuitStrategy {
  return settings.strategy === 'count' ? countStrategy(settings) : rateStrategy(settings);
}
