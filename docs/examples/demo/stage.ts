import assert from 'node:assert/strict';
import type { IntegrationRequestFields } from 'express-integrations';
import { createProgressBar, type ProgressBar } from './progress-bar.js';
import { answerOf } from './request-table.js';
import { maxWidth, milliseconds, plural, wrap, type Paint } from './terminal.js';
import type { World } from './world.js';

/** What the application answered. */
export interface Answer {
  readonly status: number;
  readonly contentType: string;
  /** Parsed JSON. */
  readonly body: unknown;
  readonly tookMs: number;
}

/** Where a scene is played: what it can do, and the one place that prints. */
export interface Stage {
  readonly world: World;
  /** Begins a scene: a heading, and what is to be seen. */
  open(title: string, story: string): void;
  say(text: string): void;
  /** Shows how far something has come, until it is ended. */
  progressBar(): ProgressBar;
  /** Prints lines as they are. */
  table(lines: readonly string[]): void;
  /** Prints a JSON value. */
  show(value: unknown): void;
  /** Sends a real HTTP request to the application and prints what came back; fails on any other status. */
  ask(method: 'GET' | 'POST', path: string, expectedStatus: number): Promise<Answer>;
  /** Prints the attempts of the call made last, as the log has them; fails where they answered otherwise. */
  showAttempts(...expectedAnswers: readonly string[]): Promise<void>;
}

export function createStage(world: World, print: (line: string) => void, paint: Paint): Stage {
  let scenes = 0;
  const say = (text: string): void => {
    for (const line of wrap(text, maxWidth - 3)) print(`   ${line}`);
  };
  return {
    world,
    say,
    progressBar: () => createProgressBar(process.stdout, print),
    table(lines) {
      for (const line of lines) print(`   ${line}`);
    },
    show(value) {
      const short = JSON.stringify(value);
      const lines = short.length <= maxWidth - 3 ? [short] : JSON.stringify(value, null, 2).split('\n');
      for (const line of lines) print(`   ${line}`);
    },
    open(title, story) {
      scenes += 1;
      print('');
      print(paint('title', `${String(scenes)}. ${title}`));
      for (const line of wrap(story, maxWidth - 3)) print(paint('quiet', `   ${line}`));
    },
    async ask(method, path, expectedStatus) {
      const answer = await send(method, world.origin + path);
      const tone = answer.status < 400 ? 'good' : 'bad';
      say(`${method} ${path} -> ${paint(tone, String(answer.status))} in ${milliseconds(answer.tookMs)}`);
      assert.equal(answer.status, expectedStatus, `${method} ${path}`);
      return answer;
    },
    async showAttempts(...expectedAnswers) {
      const { attempts } = await lastCall(world);
      const answers = attempts.map(answerOf);
      const waits = attempts.slice(1).map(({ delayBeforeMs }) => milliseconds(delayBeforeMs));
      const waited = waits.length === 0 ? '' : `, waited ${waits.join(' and ')}`;
      say(`The log has ${plural(attempts.length, 'attempt')}: ${answers.join(' -> ')}${waited}`);
      assert.deepEqual(answers, expectedAnswers, 'answers to the attempts');
    },
  };
}

async function send(method: string, url: string): Promise<Answer> {
  const clock = performance.now();
  const response = await fetch(url, { method });
  const body: unknown = await response.json();
  return {
    status: response.status,
    contentType: response.headers.get('content-type') ?? '',
    body,
    tookMs: performance.now() - clock,
  };
}

async function lastCall({ integration }: World): Promise<IntegrationRequestFields> {
  const [last] = await integration.requests().sort({ createdAt: -1 }).limit(1).lean();
  assert.ok(last, 'a logged call');
  return last;
}
