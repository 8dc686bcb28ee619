import type { Lane } from './lane.js';
import type { LaneAnswer, LaneRefusal, LaneToken } from './lane-answer.js';
import type { TakeRequest } from './waiting-call.js';

/** What a call asks of all its lanes. */
export type TokenRequest = Omit<TakeRequest, 'isUrgent'>;

/**
 * A token of each lane, all fresh at the same time; or the refusal of one of them, whose others get theirs back. At
 * once, where they lie ready.
 *
 * @param lanes Asked anew for each round: one that rested was forgotten.
 */
export function takeTokens(
  lanes: () => readonly Lane[],
  request: TokenRequest,
): TokensOrRefusal | Promise<TokensOrRefusal> {
  const [only, ...others] = lanes();
  if (only === undefined) return [];
  if (others.length > 0) return takeOfAll(lanes, request);
  const taken = only.take({ ...request, isUrgent: false });
  return taken instanceof Promise ? taken.then(tokensOrRefusal) : tokensOrRefusal(taken);
}

type TokensOrRefusal = LaneToken[] | LaneRefusal;

function tokensOrRefusal(answer: LaneAnswer): TokensOrRefusal {
  return answer.kind === 'token' ? [answer] : answer;
}

async function takeOfAll(lanes: () => readonly Lane[], request: TokenRequest): Promise<TokensOrRefusal> {
  let kept: readonly (LaneToken | null)[] = lanes().map(() => null);
  for (;;) {
    const isUrgent = kept.some((token) => token !== null);
    const answers = await ask(lanes(), kept, { ...request, isUrgent });
    const tokens = answers.filter((answer) => answer.kind === 'token');
    const refusal = answers.find((answer) => answer.kind === 'refusal');
    if (refusal !== undefined) {
      giveBack(tokens);
      return refusal;
    }
    const stale = tokens.filter((token) => !token.isFresh());
    if (stale.length === 0) return tokens;
    // While one lane was waited for, the token of another went stale: its turn came already.
    giveBack(stale);
    kept = tokens.map((token) => (stale.includes(token) ? null : token));
  }
}

/** Asks the lanes that no token is kept of. Where one refuses or the signal ends the wait, nobody waits for the others. */
async function ask(
  lanes: readonly Lane[],
  kept: readonly (LaneToken | null)[],
  request: TakeRequest,
): Promise<LaneAnswer[]> {
  const refused = new AbortController();
  const signal = AbortSignal.any([request.signal, refused.signal]);
  const endByRefusal = (answer: LaneAnswer): LaneAnswer => {
    if (answer.kind === 'refusal') refused.abort();
    return answer;
  };
  // One that is known already ends the others before they ask the database.
  const asked = lanes.map((lane, index): Promise<LaneAnswer> => {
    const answer = kept[index] ?? lane.take({ ...request, signal });
    return answer instanceof Promise ? answer.then(endByRefusal) : Promise.resolve(endByRefusal(answer));
  });
  const settled = await Promise.allSettled(asked);
  const answers = settled.filter((each) => each.status === 'fulfilled').map(({ value }) => value);
  const failed = settled.find((each) => each.status === 'rejected');
  if (failed === undefined || refused.signal.aborted) return answers;
  giveBack(answers.filter((answer) => answer.kind === 'token'));
  throw failed.reason;
}

function giveBack(tokens: readonly LaneToken[]): void {
  for (const token of tokens) token.giveBack();
}
