import type { Types } from 'mongoose';
import { createBriefMemory } from './brief-memory.js';

/** A change made elsewhere is seen so soon. */
const keepMs = 1_000;
const limit = 100;

/** Looks at documents that many pieces of work in a row are about, once in a second each. */
export function createRecentViews<View>(
  look: (id: Types.ObjectId) => Promise<View>,
): (id: Types.ObjectId) => Promise<View> {
  const memory = createBriefMemory<View>({ keepMs, limit });
  return (id) => memory(id.toHexString(), () => look(id));
}
