import { describe, expect, test } from 'vitest'
import type { Manifest, ReleaseMigration } from '../manifest/manifest.ts'
import { forbiddingSteps, planMigrations } from './schema-guard.ts'

const step = (version: string, phase: ReleaseMigration['phase']): ReleaseMigration => ({
  version,
  name: 'step',
  file: `${version}_step.sql`,
  phase,
})
const used = { isEmpty: false }
const files = (steps: readonly ReleaseMigration[]) => steps.map(({ file }) => file)

describe('an activation applies', () => {
  test('to a database in use: expand steps, and no contract step behind them', () => {
    const pending = [step('1', 'expand'), step('2', 'expand'), step('3', 'contract'), step('4', 'contract')]
    expect(files(planMigrations(pending, used))).toEqual(['1_step.sql', '2_step.sql'])
  })

  test('to an empty database: everything', () => {
    const pending = [step('1', 'expand'), step('2', 'contract'), step('3', 'expand')]
    expect(planMigrations(pending, { isEmpty: true })).toEqual(pending)
  })

  test('nothing where a contract step comes first, or nothing is pending', () => {
    expect(planMigrations([step('2', 'contract')], used)).toEqual([])
    expect(planMigrations([], used)).toEqual([])
  })

  test('an expand step behind a contract step is refused, since it cannot be applied before it', () => {
    const pending = [step('1', 'expand'), step('2', 'contract'), step('3', 'expand')]
    expect(() => planMigrations(pending, used)).toThrow(
      expect.objectContaining({ code: 'contract_in_between', message: expect.stringContaining('2_step.sql') }),
    )
  })
})

describe('reasons why a release cannot run on a database', () => {
  const manifests = [{ migrations: [step('1', 'expand'), step('2', 'contract')] }] as unknown as Manifest[]

  test('a contract step that it does not have', () => {
    expect(forbiddingSteps([{ version: '0002', name: 'drop' }], manifests)).toEqual(['0002_drop'])
  })

  test('a step that no release here knows', () => {
    expect(forbiddingSteps([{ version: '9', name: 'what' }], manifests)).toEqual(['9_what'])
  })

  test('not an expand step', () => {
    expect(forbiddingSteps([{ version: '1', name: 'add' }], manifests)).toEqual([])
  })
})
