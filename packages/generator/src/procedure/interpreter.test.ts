import { expect, it } from 'vitest';
import { interpreterOf } from './interpreter.ts';

it.each([
  ['#!/usr/bin/env bash\nexit 0', ['bash']],
  ['#!/bin/bash\n', ['bash']],
  ['#! /usr/local/bin/bash \n', ['bash']],
  ['set -eu\n', ['bash']],
  ['', ['bash']],
  ['\n#!/bin/sh\n', ['bash']],
  ['#!/bin/sh\n', ['/bin/sh']],
  ['#!/bin/sh', ['/bin/sh']],
  ['#!/bin/bash -eux\n', ['/bin/bash', '-eux']],
  ['#!/usr/bin/env python3\n', ['/usr/bin/env', 'python3']],
  ['#!/usr/bin/env -S node --no-warnings\n', ['/usr/bin/env', '-S node --no-warnings']],
  ['#!/opt/my tool\r\n', ['/opt/my', 'tool']],
])('%j is run by %j', (script, interpreter) => {
  expect(interpreterOf(script)).toEqual(interpreter);
});
