/** Node's timers hold 31 bits, some 24 days; a longer one would end at once. */
export const longestTimerMs = 2 ** 31 - 1;
