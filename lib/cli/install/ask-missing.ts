import type { PlainObject } from '../../types/json.js';
import { printable } from '../printable.js';
import type { Prompts } from '../prompts.js';
import { castValue, enumOf, typesOf } from './cast-value.js';
import { isSecretField, type Kind } from './field-secrecy.js';
import { put } from './given-values.js';
import { missingInput } from './invalid-input.js';
import { missingFields, withForegoneValues, type Field, type FormSchema } from './schema-walk.js';

/** What was given of one part of an integration. */
export interface Form {
  readonly kind: Kind;
  readonly root: FormSchema;
  readonly values: Readonly<PlainObject>;
}

/**
 * Asks for what is required and was not given, and for nothing else.
 *
 * @throws IntegrationError `CLI_INPUT_MISSING` naming the flags where nobody can be asked, and for an empty answer
 */
export async function askMissing(forms: readonly Form[], prompts: Prompts | null): Promise<readonly PlainObject[]> {
  const completed = forms.map((form) => ({ ...form, values: withForegoneValues(form.root, form.values) }));
  const missing = completed.flatMap((form) => missingFields(form.root, form.values).map((field) => ({ form, field })));
  if (missing.length > 0 && prompts === null) {
    const flags = missing.map(({ form, field }) => flagOf(form, field));
    throw missingInput(`Nobody can be asked here for what is required. Pass, as key=value: ${flags.join(', ')}.`);
  }
  for (const { form, field } of missing) {
    if (prompts !== null) put(form.values, field.path, await ask(prompts, form, field));
  }
  return completed.map(({ values }) => values);
}

function flagOf({ kind }: Pick<Form, 'kind'>, { path }: Field): string {
  // Without `=`, behind which redaction expects a secret.
  return `--${kind} ${path.join('.')}`;
}

async function ask(prompts: Prompts, form: Form, field: Field): Promise<unknown> {
  const { root, kind } = form;
  const { schema } = field;
  const message = messageOf(field);
  const listed = enumOf(schema).map((value) => (typeof value === 'string' ? value : JSON.stringify(value)));
  if (listed.length > 0) return enumOf(schema)[listed.indexOf(await prompts.choose(message, listed))];
  if (typesOf(schema, root).every((type) => type === 'boolean') && typesOf(schema, root).length > 0) {
    return prompts.confirm(message);
  }
  const validate = (text: string) => {
    // An empty answer is not asked for again: that is how one gives up.
    const outcome = castValue(text, schema, root);
    return text === '' || 'value' in outcome ? null : `Expected ${outcome.expected}.`;
  };
  const answer = isSecretField(field, kind, root)
    ? await prompts.askSecret(message, { validate })
    : await prompts.ask(message, { validate, ...hintOf(schema) });
  if (answer === '') throw missingInput(`${flagOf(form, field)} is required, and the answer was empty.`);
  const outcome = castValue(answer, schema, root);
  return 'value' in outcome ? outcome.value : answer;
}

function messageOf({ path, schema }: Field): string {
  const title = typeof schema.title === 'string' ? `${schema.title} (${path.join('.')})` : path.join('.');
  return printable(typeof schema.description === 'string' ? `${title}: ${schema.description}` : title);
}

function hintOf({ examples, format }: FormSchema): { readonly hint?: string } {
  const [example] = Array.isArray(examples) ? (examples as readonly unknown[]) : [];
  const hint = example ?? format;
  return hint === undefined ? {} : { hint: printable(typeof hint === 'string' ? hint : JSON.stringify(hint)) };
}
