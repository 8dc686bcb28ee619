import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { expect, it } from 'vitest';
import { createProgram } from '../../lib/cli/program.js';
import { readPage, tableRows } from './markdown.js';

const { stdin, stdout, stderr } = process;
const program = createProgram({
  version: '0',
  streams: { stdin, stdout, stderr, env: {}, cwd: () => '/' },
  // Nothing is run here.
  createRun: () => Object.assign(() => () => Promise.resolve(), { apart: () => () => Promise.resolve() }),
});

/** The sections of the pages that are about one command: its usage, its text, its options. */
const sections = ['docs/cli.md', 'docs/cli-setup.md'].flatMap((page) => readPage(page).split(/^#{2,3} /mu));
const documented = sections.flatMap((section) => {
  const [title = '', ...lines] = section.split('\n');
  const usage = /^`(.+)`$/u.exec(title)?.[1];
  return usage === undefined ? [] : [{ usage, text: lines.join('\n') }];
});

/** Commands that do something, by their usage: `items retry [ids...]`. */
function commandsOf(command: CommandUnknownOpts, path: readonly string[] = []): [string, CommandUnknownOpts][] {
  return command.commands.flatMap((child): [string, CommandUnknownOpts][] => {
    const words = [...path, child.name()];
    if (child.commands.length > 0) return commandsOf(child, words);
    return [[[...words, ...child.registeredArguments.map(argumentText)].join(' '), child]];
  });
}

function argumentText(argument: CommandUnknownOpts['registeredArguments'][number]): string {
  const name = `${argument.name()}${argument.variadic ? '...' : ''}`;
  return argument.required ? `<${name}>` : `[${name}]`;
}

const commands = commandsOf(program);
const optionsOf = (command: CommandUnknownOpts) =>
  Object.fromEntries(command.options.map(({ flags, description }) => [flags, description]));
const documentedOptions = (text: string) =>
  Object.fromEntries([...tableRows(text)].map(([flags, [description = '']]) => [flags, description]));

it('documents every command, and no other', () => {
  const usages = new Set(documented.map(({ usage }) => usage));
  expect([...usages].toSorted()).toEqual(commands.map(([usage]) => usage).toSorted());
});

it.each(commands)('says of `%s` what the command says', (usage, command) => {
  for (const { text } of documented.filter((section) => section.usage === usage)) {
    expect(text.replaceAll(/\s+/gu, ' ').toLowerCase()).toContain(command.description().toLowerCase());
    expect(documentedOptions(text)).toEqual(optionsOf(command));
  }
});

it('documents the options of all commands', () => {
  const section = sections.find((text) => text.startsWith('Options of all commands')) ?? '';
  const { '-V, --version': _version, ...options } = optionsOf(program);
  expect(documentedOptions(section)).toEqual(options);
});
