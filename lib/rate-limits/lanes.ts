import { randomBytes } from 'node:crypto';
import type { GateCollection } from '../gates/gate-collection.js';
import type { GateViews } from '../gates/gate-views.js';
import type { AttemptGate } from './attempt-gates.js';
import { createGateStore } from './gate-store.js';
import { Lane } from './lane.js';

export interface LanesParts {
  readonly collection: GateCollection;
  readonly views: GateViews;
}

/** The lanes that are in use. */
export interface Lanes {
  of(gate: AttemptGate): Lane;
  /** Tells the database what is known, and gives back what was not used. Never rejects. */
  flush(): Promise<void>;
}

export function createLanes({ collection, views }: LanesParts): Lanes {
  const lanes = new Map<string, Lane>();
  // Slots of different processes stand side by side in one log.
  const processId = randomBytes(6).toString('base64url');
  let slots = 0;
  const newSlotId = (): string => `${processId}-${(slots += 1).toString(36)}`;

  return {
    of(gate) {
      const key = laneKey(gate);
      const known = lanes.get(key);
      if (known !== undefined) return known;
      const lane: Lane = new Lane({
        rules: gate.rules,
        store: createGateStore({ collection, views, gateId: gate.id, integrationId: gate.integrationId }),
        knownView: () => views.known(gate.id),
        newSlotId,
        onIdle: () => {
          if (lanes.get(key) === lane) lanes.delete(key);
        },
      });
      lanes.set(key, lane);
      return lane;
    },
    async flush() {
      await Promise.all([...lanes.values()].map((lane) => lane.flush()));
    },
  };
}

/** Another limit is another lane: what is declared may change while the process runs. */
function laneKey({ id, rules }: AttemptGate): string {
  return rules.reduce((key, { name, limit }) => `${key} ${name}=${limit}`, id);
}
