#!/usr/bin/env node
import { ownStdout } from './own-stdout.js';
import { runCli } from './run-cli.js';

const { stdin, stderr, env } = process;
const stdout = ownStdout(process);
const code = await runCli(process.argv.slice(2), { stdin, stdout, stderr, env, cwd: () => process.cwd() });

// Application code may hold the process with servers and timers of its own.
stdout.write('', () => process.exit(code));
