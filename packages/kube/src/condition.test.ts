import { describe, expect, it } from 'vitest';
import { findCondition, isConditionTrue, removeConditions, setCondition, timestamp } from './condition.ts';

const noon = new Date('2026-01-01T12:00:00.500Z');
const later = new Date('2026-01-01T13:00:00Z');
const ready = {
  type: 'Ready',
  status: 'True',
  reason: 'Done',
  message: 'all there',
  observedGeneration: 1,
} as const;

describe('setCondition', () => {
  it('adds a condition with the time of its transition', () => {
    expect(setCondition([], ready, noon)).toEqual([{ ...ready, lastTransitionTime: '2026-01-01T12:00:00Z' }]);
  });

  it('keeps the time while the status stays, whatever else changes', () => {
    const first = setCondition([], ready, noon);
    const second = setCondition(first, { ...ready, reason: 'StillDone', observedGeneration: 2 }, later);
    expect(second).toEqual([
      { ...ready, reason: 'StillDone', observedGeneration: 2, lastTransitionTime: '2026-01-01T12:00:00Z' },
    ]);
  });

  it('takes the new time when the status changes, and keeps the order', () => {
    const both = setCondition(setCondition([], ready, noon), { ...ready, type: 'Stalled' }, noon);
    const next = setCondition(both, { ...ready, status: 'False' }, later);
    expect(next.map(({ type, lastTransitionTime }) => [type, lastTransitionTime])).toEqual([
      ['Ready', timestamp(later)],
      ['Stalled', timestamp(noon)],
    ]);
  });
});

it('finds and removes by type', () => {
  const conditions = setCondition([], ready, noon);
  expect(isConditionTrue(conditions, 'Ready')).toBe(true);
  expect(findCondition(conditions, 'Stalled')).toBeUndefined();
  expect(removeConditions(conditions, 'Ready')).toEqual([]);
});
