export { type BaselineReason, type BaselineRecord, baselineOf, readBaseline } from './baseline/record.ts'
export { type Comparison, compare, type Outcome, type Pairs } from './decide/comparison.ts'
export { type PerfErrorCode, perfError } from './errors.ts'
export type { Recorded } from './gate/compare-samples.ts'
export { CHECK, type Effort, GLANCE, PROOF, RELEASE, SMOKE } from './gate/effort.ts'
export type { Machine } from './gate/machine.ts'
export type { Check, Compared, GateReport, RawSamples, ScenarioReport, SideLabel } from './gate/report.ts'
export { type GateOptions, runGate, type Subject } from './gate/run-gate.ts'
export { untilDecided } from './gate/until-decided.ts'
export type { RequestDescription, ScenarioRequest } from './load/request.ts'
export { ARCHIVE, type Archived, archiveReport, readHistory } from './report/archive.ts'
export { renderReport } from './report/html.ts'
export { describeReport } from './report/text.ts'
export { definePerf, loadPerfConfig, type PerfConfig } from './scenario/config.ts'
export { loadScenarios, type NamedScenario } from './scenario/load-scenarios.ts'
export {
  type Budget,
  defineScenario,
  type Measurement,
  type Scenario,
  type ScenarioOptions,
  type Slack,
} from './scenario/scenario.ts'
export { type BootstrapOptions, type Interval, medianInterval } from './stats/bootstrap.ts'
export { slopeInterval } from './stats/slope.ts'
