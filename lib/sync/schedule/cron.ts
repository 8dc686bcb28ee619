import { CronExpressionParser, type CronExpression } from 'cron-parser';

/** When something is due, as a cron expression says. */
export interface CronSchedule {
  /** Five fields, or six with the seconds first. */
  readonly expression: string;
  /** IANA name. */
  readonly timeZone: string;
}

const longestExpression = 200;
const ianaName = /^[A-Za-z][\w+-]*(?:\/[\w+-]+)*$/;
/** A value that the parser picks itself, and differently each time. */
const picked = /(?:^|[\s,])H(?![A-Za-z])/i;

/** Can the text be parsed, and does it ever come true? */
export function isCronExpression(text: unknown): text is string {
  if (typeof text !== 'string' || text.length > longestExpression || picked.test(text)) return false;
  const fields = text.trim().split(/\s+/).length;
  if (fields !== 5 && fields !== 6) return false;
  try {
    parse({ expression: text, timeZone: 'UTC' }, new Date()).next();
    return true;
  } catch {
    return false;
  }
}

/** Is it an IANA name that this process knows? */
export function isTimeZone(name: unknown): name is string {
  if (typeof name !== 'string' || !ianaName.test(name)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/**
 * The first occurrence after an instant, and the one after that. A time that daylight saving skips comes an hour later,
 * one that it repeats comes once. Throws where the expression is none.
 */
export function nextOccurrences(schedule: CronSchedule, after: Date): readonly [Date, Date] {
  const cron = parse(schedule, after);
  return [cron.next().toDate(), cron.next().toDate()];
}

/** The nth occurrence after an instant. */
export function occurrenceAfter(schedule: CronSchedule, after: Date, n: number): Date {
  const cron = parse(schedule, after);
  for (let passed = 1; passed < n; passed += 1) cron.next();
  return cron.next().toDate();
}

function parse({ expression, timeZone }: CronSchedule, currentDate: Date): CronExpression {
  return CronExpressionParser.parse(expression, { currentDate, tz: timeZone });
}
