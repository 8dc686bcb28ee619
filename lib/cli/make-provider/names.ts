import { invalidInput } from '../install/invalid-input.js';

/** What a provider is called, in code and elsewhere. */
export interface ProviderNames {
  /** Registry key: `my-crm`. */
  readonly key: string;
  /** Of the constant: `myCrm`. */
  readonly variable: string;
  /** Of types: `MyCrm`. */
  readonly type: string;
  /** For people: `My Crm`. */
  readonly title: string;
}

const keyForm = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/u;

/** What a constant of a module cannot be called; and what the files need for themselves. */
const taken = new Set([
  ...['await', 'break', 'case', 'catch', 'class', 'const', 'continue', 'debugger', 'default', 'delete', 'do', 'else'],
  ...['enum', 'export', 'extends', 'false', 'finally', 'for', 'function', 'if', 'implements', 'import', 'in'],
  ...['instanceof', 'interface', 'let', 'new', 'null', 'package', 'private', 'protected', 'public', 'return', 'static'],
  ...['super', 'switch', 'this', 'throw', 'true', 'try', 'typeof', 'var', 'void', 'while', 'with', 'yield', 'eval'],
  ...['arguments', 'assert', 'after', 'before', 'it', 'fake', 'bearer', 'mongoose', 'connection', 'integrations'],
  ...['respond', 'sequence', 'page', 'undefined', 'process', 'defineProvider', 'createOAuth2Client', 'verifySignature'],
  ...['defineSyncItemEvent', 'isIntegrationError', 'reduceCheckpointsByMax', 'createIntegrations', 'createIntegration'],
  ...['assertRequested', 'signWebhook', 'stopFaking', 'randomBytes', 'afterAll', 'beforeAll', 'itemPage', 'dbName'],
  ...['integration', 'session', 'item', 'url', 'webhookSecret', 'signed', 'request', 'forged', 'proof', 'locked'],
  ...['create', 'since', 'headers', 'rawBody', 'error', 'credentials', 'payload', 'as', 'of'],
]);

/** @throws IntegrationError `CLI_INPUT_INVALID` */
export function providerNames(key: string): ProviderNames {
  if (!keyForm.test(key) || key.length > 50) {
    throw invalidInput('The key of a provider: expected a to z, 0 to 9 and single hyphens, a letter first.');
  }
  const words = key.split('-').map((word) => word.charAt(0).toUpperCase() + word.slice(1));
  const type = words.join('');
  const name = type.charAt(0).toLowerCase() + type.slice(1);
  return { key, type, title: words.join(' '), variable: taken.has(name) ? `${name}Provider` : name };
}
