import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findBuiltinTemplate, type Operation, operations, type ParameterSchema } from '../src/index.ts';
import {
  awkwardTexts,
  type Params,
  type RunOptions,
  type RunResult,
  Stage,
  type StageOptions,
  succeeded,
} from './stage.ts';

/** Data of a real program, and what selects it. */
export interface Scene {
  readonly params: Params;
  /** What the program says of the data now. */
  state(): Promise<string>;
  /** Changes, removes and adds something. */
  damage(): Promise<unknown>;
  /** Takes the data away, where it would be in the way of others. */
  remove?(): Promise<unknown>;
}

export interface LargeScene extends Scene {
  /** How much data there is, before anything compresses it. */
  sizeBytes(): Promise<number>;
}

/** One built-in template with its real program. */
export interface Subject extends StageOptions {
  /** Adds to the stage what every scene needs. */
  prepare?(stage: Stage): Promise<void>;
  ordinary(stage: Stage): Promise<Scene>;
  /** Every parameter that takes it holds this text. */
  awkward(stage: Stage, text: string): Promise<Scene>;
  empty(stage: Stage): Promise<Scene>;
  large(stage: Stage): Promise<LargeScene>;
  /** Parameters for which the program itself takes no such text, with what it says then. */
  readonly refused: Readonly<Record<string, RegExp>>;
  /** The programs that make the data of a backup and that take it back. */
  readonly dumpProgram: string;
  readonly restoreProgram: string;
  /** What a version that was cut short does to the data that is there. */
  readonly cutVersion: 'leaves the data alone' | 'leaves it restored in part';
  /** Around each restore, such as a stop and a start of the server. */
  whileRestoring?(restore: () => Promise<RunResult>): Promise<RunResult>;
}

const minLargeBytes = 100_000_000;

/** What every built-in template is tried with against its real program. */
export function describeMatrix(subject: Subject): void {
  describe(subject.template, () => {
    let stage: Stage;
    beforeEach(async () => {
      stage = await Stage.create(subject);
      await subject.prepare?.(stage);
    });
    afterEach(() => stage[Symbol.asyncDispose]());

    describe('special characters in every parameter', () => {
      it.each(awkwardTexts)('%s', async (_what, text) => {
        const scene = await subject.awkward(stage, text);
        expect(untriedParameters(subject, scene.params)).toEqual([]);
        await roundTrip(subject, stage, scene);
        await scene.remove?.();
      });

      // Without commas and semicolons, which part several servers, or settings in MariaDB's host.
      const text = awkwardTexts.map(([, each]) => each.replaceAll(/[,;]/g, '')).join('');
      it.each(refusals(subject))(
        '%s of a %s: reaches the program whole, which refuses it',
        async (name, operation, message) => {
          const { params } = await subject.ordinary(stage);
          if (operation === 'restore') expect(await stage.backup({ params })).toEqual(succeeded);
          const options = { params: { ...params, [name]: text } };
          const result = await (operation === 'backup'
            ? stage.backup(options)
            : restore(subject, stage, options));
          expect(result).toEqual({ code: 3, messages: expect.stringMatching(message) });
          expect(await stage.seenArguments()).toContain(text);
        },
      );
    });

    if (secretParameters(subject).length > 0) {
      it('secrets: in no argument and no message', async () => {
        const { params } = await subject.ordinary(stage);
        const results = [await stage.backup({ params }), await restore(subject, stage, { params })];
        expect(results).toEqual([succeeded, succeeded]);
        const seen = [await stage.seenArguments(), ...results.map(({ messages }) => messages)].join('\n');
        expect(seen).toContain(subject.dumpProgram);
        for (const name of secretParameters(subject)) {
          expect(params[name]).toMatch(/./);
          expect(seen).not.toContain(params[name]);
        }
      });
    }

    it('nothing to store: comes back as nothing', async () => {
      await roundTrip(subject, stage, await subject.empty(stage));
    });

    it('100 MB', async () => {
      const scene = await subject.large(stage);
      expect(await scene.sizeBytes()).toBeGreaterThanOrEqual(minLargeBytes);
      await roundTrip(subject, stage, scene);
      await scene.remove?.();
    }, 120_000);

    it('a dump that fails half-way: no version, and the exit code and message say why', async () => {
      const { params } = await subject.ordinary(stage);
      const result = await stage.backup({ params, breakProgram: subject.dumpProgram });
      expect(result.code).toBe(3);
      expect(result.messages).toMatch(
        /connection was lost[\s\S]*the command failed with exit code \d+: no version was made/,
      );
      expect(await stage.version()).toBeUndefined();
      expect(await stage.leftovers()).toEqual([]);
    });

    it(`a restore that is cut short: says so, ${subject.cutVersion}, and can be repeated`, async () => {
      const { scene, before } = await storeAndDamage(subject, stage);
      const damaged = await fingerprint(scene);
      const version = await stage.version();
      const feedBytes = Math.floor((version?.length ?? 0) / 2);
      expectFailedRestore(await restore(subject, stage, { params: scene.params, feedBytes }));
      if (subject.cutVersion === 'leaves the data alone') expect(await fingerprint(scene)).toBe(damaged);
      expect(await stage.leftovers()).toEqual([]);
      expect(await restore(subject, stage, { params: scene.params })).toEqual(succeeded);
      expect(await fingerprint(scene)).toBe(before);
    });

    it('a restore whose program fails half-way: says so and why, and can be repeated', async () => {
      const { scene, before } = await storeAndDamage(subject, stage);
      const breakProgram = subject.restoreProgram;
      const result = await restore(subject, stage, { params: scene.params, breakProgram });
      expectFailedRestore(result);
      expect(result.messages).toContain(`${breakProgram}: the connection was lost`);
      expect(await restore(subject, stage, { params: scene.params })).toEqual(succeeded);
      expect(await fingerprint(scene)).toBe(before);
    });
  });
}

/** Stores a scene, damages it, brings it back; and nothing of what it stored is left in temporary files. */
async function roundTrip(subject: Subject, stage: Stage, scene: Scene): Promise<void> {
  const before = await fingerprint(scene);
  expect(await stage.backup({ params: scene.params })).toEqual(succeeded);
  await scene.damage();
  expect(await fingerprint(scene)).not.toBe(before);
  expect(await restore(subject, stage, { params: scene.params })).toEqual(succeeded);
  expect(await fingerprint(scene)).toBe(before);
  expect(await stage.leftovers()).toEqual([]);
}

async function storeAndDamage(subject: Subject, stage: Stage): Promise<{ scene: Scene; before: string }> {
  const scene = await subject.ordinary(stage);
  const before = await fingerprint(scene);
  expect(await stage.backup({ params: scene.params })).toEqual(succeeded);
  await scene.damage();
  expect(await fingerprint(scene)).not.toBe(before);
  return { scene, before };
}

function restore(subject: Subject, stage: Stage, options: RunOptions): Promise<RunResult> {
  const run = () => stage.restore(options);
  return subject.whileRestoring === undefined ? run() : subject.whileRestoring(run);
}

function expectFailedRestore(result: RunResult): void {
  expect(result).toEqual({
    code: 3,
    messages: expect.stringMatching(/the command failed with exit code \d+: nothing counts as restored/),
  });
}

/** The state in few characters, so that a difference of 100 MB can be printed. */
async function fingerprint(scene: Scene): Promise<string> {
  const state = await scene.state();
  return state.length < 2000 ? state : createHash('sha256').update(state).digest('hex');
}

/** The parameters that the program refuses, with each script that hands them over. */
function refusals(subject: Subject): readonly (readonly [string, Operation, RegExp])[] {
  const template = findBuiltinTemplate(subject.template);
  return Object.entries(subject.refused).flatMap(([name, message]) =>
    operations
      .filter((operation) => template?.[operation].includes(`.Params.${name} `))
      .map((operation) => [name, operation, message] as const),
  );
}

function parametersOf(subject: Subject): readonly ParameterSchema[] {
  return findBuiltinTemplate(subject.template)?.parameters ?? [];
}

function secretParameters(subject: Subject): readonly string[] {
  return parametersOf(subject)
    .filter(({ secret }) => secret === true)
    .map(({ name }) => name);
}

/** Parameters that could hold any text and that the scene leaves out. */
function untriedParameters(subject: Subject, params: Params): readonly string[] {
  const holdsText = ({ type, choices }: ParameterSchema) =>
    (type === 'string' || type === 'list') && choices === undefined;
  return parametersOf(subject)
    .filter((parameter) => holdsText(parameter) && subject.refused[parameter.name] === undefined)
    .map(({ name }) => name)
    .filter((name) => params[name] === undefined);
}
