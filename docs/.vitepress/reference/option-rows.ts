/** What is read of the JSON Schema of an option. */
export interface OptionSchema {
  readonly description?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly OptionSchema[];
  readonly const?: unknown;
  readonly expected?: string;
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly maximum?: number;
  readonly default?: unknown;
  readonly required?: readonly string[];
  readonly items?: OptionSchema;
  readonly properties?: Readonly<Record<string, OptionSchema>>;
}

/** An option, as a row of a table. */
export type OptionRow = readonly [name: string, value: string, byDefault: string, meaning: string];

const none = '–';

/** The row of each option of a schema: of a group its members, of a list of objects the list and their members. */
export function optionRows(schema: OptionSchema, names: readonly string[], path = ''): OptionRow[] {
  return names.flatMap((name) => {
    const option = schema.properties?.[name] ?? {};
    if (option.properties !== undefined) return memberRows(option, `${path}${name}.`);
    const row = rowOf(path + name, option, schema.required?.includes(name) ?? false);
    return option.items?.properties === undefined ? [row] : [row, ...memberRows(option.items, `${path}${name}[].`)];
  });
}

function memberRows(group: OptionSchema, path: string): OptionRow[] {
  return optionRows(group, Object.keys(group.properties ?? {}), path);
}

function rowOf(name: string, option: OptionSchema, isRequired: boolean): OptionRow {
  const byDefault = option.default === undefined ? none : literal(option.default);
  return [`\`${name}\``, valueOf(name, option), isRequired ? 'required' : byDefault, option.description ?? ''];
}

const units = {
  Ms: 'milliseconds',
  Seconds: 'seconds',
  Minutes: 'minutes',
  Hours: 'hours',
  Days: 'days',
  Bytes: 'bytes',
};

const typeNames: Readonly<Record<string, string>> = {
  boolean: 'true or false',
  integer: 'whole number',
  null: 'null',
  number: 'number',
  object: 'object',
  string: 'text',
};

/** What may be given: the unit or type, with its bounds. */
function valueOf(name: string, option: OptionSchema): string {
  if (option.items !== undefined) return listOf(option.items);
  if (option.expected !== undefined) return option.expected;
  if (option.enum !== undefined) return option.enum.map(literal).join(' or ');
  if (option.anyOf !== undefined) return option.anyOf.map((one) => valueOf(name, one)).join(' or ');
  const [first = '', ...others] = [option.type ?? ''].flat();
  const unit = Object.entries(units).find(([ending]) => name.endsWith(ending))?.[1];
  const bounds = boundsOf(option);
  return [`${unit ?? typeNames[first] ?? ''}${bounds}`, ...others].join(bounds === '' ? ' or ' : '; or ');
}

function listOf(items: OptionSchema): string {
  if (items.properties !== undefined) return 'list of objects';
  return items.type === 'string' ? 'list of texts' : `list of numbers${boundsOf(items)}`;
}

function boundsOf({ minimum, exclusiveMinimum, maximum }: OptionSchema): string {
  const least = minimum === undefined ? null : number(minimum);
  if (exclusiveMinimum !== undefined) return `, above ${number(exclusiveMinimum)}${atMost(', at most ', maximum)}`;
  if (least === null) return atMost(', at most ', maximum);
  return maximum === undefined ? `, ${least} or more` : `, ${least} to ${number(maximum)}`;
}

function atMost(words: string, maximum: number | undefined): string {
  return maximum === undefined ? '' : words + number(maximum);
}

function number(value: number): string {
  return value.toLocaleString('en-US');
}

function literal(value: unknown): string {
  return `\`${JSON.stringify(value).replaceAll('"', "'")}\``;
}
