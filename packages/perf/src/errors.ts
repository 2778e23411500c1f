import { defineErrors, type ErrorFactory } from '@arlen/core'

const table = {
  process_ended: { message: 'A process of the run, {what}, {reason}{output}' },
  measurement_failed: { message: '{reason}' },
  app_missing: {
    message: 'There is no application in {root}: none of {list}.',
    remedy: 'Name it in perf.config.ts or in the scenario: app.',
  },
  scenario_invalid: { message: '{file}: {problem}' },
  scenarios_missing: {
    message: 'No scenario matches {pattern} in {root}.',
    remedy: 'Write one: export default defineScenario({ request: "/" }).',
  },
  scenario_unknown: { message: 'There is no scenario {name}; there are {list}.' },
  baseline_invalid: { message: '{file} is no baseline: {problem}.', remedy: 'Record one with a reason: {command}' },
  reason_missing: { message: 'A baseline needs a reason: {command}' },
}

/** The codes of these errors. */
export type PerfErrorCode = keyof typeof table

/** Everything that @arlen/perf refuses. */
export const perfError: ErrorFactory<PerfErrorCode> = defineErrors(table)
