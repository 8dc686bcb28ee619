/** That many milliseconds from now, by the database server's clock, in an update by pipeline. Never in the past. */
export const fromNow = (ms: number) => ({ $add: ['$$NOW', Math.max(0, Math.ceil(ms))] });
