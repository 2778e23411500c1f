import type { Machine } from '../gate/machine.ts'
import type { Check, Compared, GateReport, ScenarioReport } from '../gate/report.ts'
import type { Interval } from '../stats/bootstrap.ts'
import { label } from './svg.ts'

/** A report for a terminal: one line for each scenario, then the figures that are lost or undecided. */
export function describeReport(report: GateReport): string {
  const { baseline, candidate, machine, notes } = report
  const head = `${candidate.label} beside ${baseline?.label ?? 'what was recorded'}; ${describeNeighbors(machine)}`
  return [head, ...notes, ...report.scenarios.flatMap(describeScenario), describeOutcome(report)].join('\n')
}

/** How busy others have kept the machine. */
export function describeNeighbors({ cores, loadBefore, loadAfter, neighbors }: Machine): string {
  const load = `load ${loadBefore.toFixed(1)} to ${loadAfter.toFixed(1)}`
  if (typeof neighbors !== 'number') return `${load} on ${cores} cores`
  return `others kept ${neighbors.toFixed(1)} of ${cores} cores busy (${load})`
}

function describeScenario(scenario: ScenarioReport): string[] {
  const { name, outcome, comparisons, checks, capacity, notes } = scenario
  const [cpu] = comparisons
  const figures = [
    cpu && `CPU ${label(cpu.candidate)} µs (${ratio(cpu.ratio)})`,
    capacity && `${capacity.estimate.toFixed(2)} × node:http`,
    ...checks.filter(({ value }) => !Number.isNaN(value)).map(short),
  ]
  const found = [...comparisons.filter(isOpen).map(describeCompared), ...checks.filter(isOpen).map(describeCheck)]
  return [
    `${MARKS[outcome]} ${name.padEnd(12)} ${[...new Set(figures.filter(Boolean))].join(', ')}`,
    ...[...found, ...notes].map(line => `    ${line}`),
  ]
}

const MARKS = { ok: 'ok       ', loss: 'LOSS     ', undecided: 'undecided' } as const

function isOpen({ outcome }: { outcome: string }): boolean {
  return outcome !== 'ok'
}

function short({ name, value }: Check): string {
  const figure = label(typeof value === 'number' ? value : value.estimate)
  return `${name} ${figure}`
}

function describeCompared({ title, outcome, ratio: found, limit, note }: Compared): string {
  const figures = Number.isNaN(found.estimate) ? '' : `, ${ratio(found)}, limit +${(limit * 100).toFixed(0)} %`
  return `${title}: ${outcome}${figures}${note ? ` (${note})` : ''}`
}

function describeCheck({ title, outcome, value, bound, from, name, note }: Check): string {
  const is =
    typeof value === 'number' ? label(value) : `${label(value.estimate)} (${label(value.low)} to ${label(value.high)})`
  const held =
    bound === undefined ? '' : `, ${name === 'capacity' ? 'at least' : 'at most'} ${label(bound)} by the ${from}`
  const shown = Number.isNaN(value) ? '' : `, ${is}`
  return `${title}: ${outcome}${shown}${held}${note ? ` (${note})` : ''}`
}

function ratio({ estimate, low, high }: Interval): string {
  const text = (value: number) => `${value < 1 ? '−' : '+'}${Math.abs((value - 1) * 100).toFixed(1)}`
  return `${text(estimate)} %, ${text(low)} to ${text(high)}`
}

function describeOutcome({ outcome }: GateReport): string {
  if (outcome === 'loss') return 'The candidate lost speed, or does more than it did.'
  if (outcome === 'ok') return 'No loss.'
  return 'No loss was found. What is undecided this machine is too busy, or too coarse, to tell apart; it is no reason to fail.'
}
