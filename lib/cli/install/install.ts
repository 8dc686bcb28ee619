import type { RegisteredProvider } from '../../../providers/registered-provider.js';
import { hasHealthCheck, hasOAuth2 } from '../../../providers/capabilities.js';
import type { IntegrationDocument } from '../../../schemas/integration.js';
import { IntegrationError, isIntegrationError } from '../../errors.js';
import type { Integrations } from '../../instance/services.js';
import { checkFields } from '../../integration-store/field-rules.js';
import type { PlainObject } from '../../types/json.js';
import { isJsonObject } from '../../plain-object.js';
import type { CliContext } from '../cli-context.js';
import { exitCodes, type ExitCode } from '../exit-codes.js';
import { printable } from '../printable.js';
import { askMissing, type Form } from './ask-missing.js';
import { checkCandidate, type Candidate, type CheckOutcome } from './check-candidate.js';
import { droppedCredentials, existingIntegration, ownerOf, type Identity } from './existing.js';
import { givenValues } from './given-values.js';
import { missingInput } from './invalid-input.js';
import { nextSteps } from './next-steps.js';
import { reportAborted, reportInstalled, reportPlan, reportRefused } from './report-install.js';
import type { FormSchema } from './schema-walk.js';
import { storeCandidate } from './store-candidate.js';

export interface InstallOptions {
  readonly name?: string | undefined;
  readonly owner?: string | undefined;
  /** `key=value`. */
  readonly credential: readonly string[];
  readonly metadata: readonly string[];
  readonly credentialsFromEnv?: string | undefined;
  readonly force: boolean;
  readonly dryRun: boolean;
}

/** Creates an integration, or gives the one of that name new values. Nothing is written before all is known. */
export async function install(context: CliContext, key: string, options: InstallOptions): Promise<ExitCode> {
  const { integrations } = context;
  const registered = registeredProvider(integrations, key);
  const name = options.name ?? registered.provider.name;
  const identity = { provider: key, name, owner: ownerOf(options.owner) };
  checkFields({ name: identity.name }, { known: ['name'] });
  const forms = await givenForms(context, registered, options);
  for (;;) {
    try {
      return await installFrom(context, registered, { identity, forms, options });
    } catch (error) {
      // Somebody else was first: who replaces what there is replaces that.
      if (!options.force || !isIntegrationError(error, 'INTEGRATION_EXISTS')) throw error;
    }
  }
}

interface Given {
  readonly identity: Identity;
  readonly forms: readonly [Form, Form];
  readonly options: InstallOptions;
}

async function installFrom(
  context: CliContext,
  registered: RegisteredProvider,
  { identity, forms, options }: Given,
): Promise<ExitCode> {
  const { integrations, output, signal } = context;
  const existing = await existingIntegration(integrations, identity);
  if (existing !== null && !(await mayOverwrite(context, existing, options))) {
    reportAborted(output, existing);
    return exitCodes.ok;
  }
  const values = await completedValues(context, registered, forms, existing);
  const candidate = { ...identity, ...values };
  if (existing !== null) await warnOfDropped(context, existing, candidate.credentials);
  if (options.dryRun) {
    reportPlan(output, candidate, existing);
    return exitCodes.ok;
  }
  const check = await checked(context, registered, candidate);
  if (check?.healthy === false && !(await mayKeep(context, options))) {
    reportRefused(output, { candidate, existing, check });
    return exitCodes.failed;
  }
  signal.throwIfAborted();
  const integration = await storeCandidate(integrations, candidate, existing);
  const steps = nextSteps(integrations, registered.provider, integration);
  reportInstalled(output, { integration, isNew: existing === null, check, steps });
  return exitCodes.ok;
}

function registeredProvider({ providers }: Integrations, key: string): RegisteredProvider {
  const found = providers.find(key);
  if (found !== null) return found;
  const known = providers.registered();
  const hint = known.length === 0 ? 'None is.' : `There are: ${known.join(', ')}.`;
  throw new IntegrationError(
    'PROVIDER_UNKNOWN',
    `Integration provider '${printable(key)}' is not registered. ${hint}`,
    { details: { provider: key } },
  );
}

async function givenForms(
  { output, streams }: CliContext,
  { provider }: RegisteredProvider,
  options: InstallOptions,
): Promise<readonly [Form, Form]> {
  const shared = { output, streams };
  const credentials = { kind: 'credential', root: formSchema(provider.credentialSchema) } as const;
  const metadata = { kind: 'metadata', root: formSchema(provider.metadataSchema) } as const;
  const environmentPrefix = options.credentialsFromEnv;
  const given = await givenValues({ ...shared, ...credentials, pairs: options.credential, environmentPrefix });
  return [
    { ...credentials, values: given },
    { ...metadata, values: await givenValues({ ...shared, ...metadata, pairs: options.metadata }) },
  ];
}

function formSchema(schema: unknown): FormSchema {
  return isJsonObject(schema) ? schema : {};
}

async function mayOverwrite(
  { prompts, output }: CliContext,
  { id, name }: Pick<IntegrationDocument, 'id' | 'name'>,
  { force, dryRun }: InstallOptions,
): Promise<boolean> {
  output.note(`There is an integration "${printable(name)}" already: ${id}.`);
  if (force || dryRun) return true;
  if (prompts !== null) return prompts.confirm('Replace its credentials?');
  throw missingInput('There is an integration of that name already: pass --force to replace its credentials.');
}

/** As they will be stored. What is known of the metadata stays where nothing else was given. */
async function completedValues(
  { prompts }: CliContext,
  registered: RegisteredProvider,
  [credentialForm, metadataForm]: readonly [Form, Form],
  existing: IntegrationDocument | null,
) {
  const known = { ...existing?.metadata, ...metadataForm.values };
  const [credentials, metadata] = await askMissing([credentialForm, { ...metadataForm, values: known }], prompts);
  const hasMetadata = metadata !== undefined && Object.keys(metadata).length > 0;
  return {
    credentials: registered.validateCredentials(credentials),
    metadata: registered.validateMetadata(hasMetadata ? metadata : null),
  };
}

async function warnOfDropped({ integrations, output }: CliContext, existing: IntegrationDocument, given: PlainObject) {
  const dropped = await droppedCredentials(integrations, existing, given);
  if (dropped.length === 0) return;
  output.warn(`Credentials are replaced as a whole: ${printable(dropped.join(', '))} will be gone.`);
}

/** Null: the provider cannot tell, or not before somebody has connected it. */
async function checked(
  { integrations, output, signal }: CliContext,
  { provider }: RegisteredProvider,
  candidate: Candidate,
): Promise<CheckOutcome | null> {
  if (!hasHealthCheck(provider)) return null;
  if (hasOAuth2(provider)) {
    output.note('SKIP  health check: once it is connected, `integrations test` does it.');
    return null;
  }
  const outcome = await checkCandidate(integrations, candidate, signal);
  const { healthy, durationMs, message } = outcome;
  const verdict = healthy ? output.paint.green('PASS') : output.paint.red('FAIL');
  const reason = message === null ? '' : `: ${printable(message)}`;
  output.note(`${verdict}  health check (${String(durationMs)} ms)${reason}`);
  return outcome;
}

async function mayKeep({ prompts }: CliContext, { force }: InstallOptions): Promise<boolean> {
  if (force) return true;
  return prompts === null ? false : prompts.confirm('Keep anyway?');
}
