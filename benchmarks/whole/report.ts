import type { Scenario } from './scenarios.ts'
import type { Figures, Ratio } from './statistics.ts'

/** A table for people. The ratios are against the first server; more is faster. */
export function describeFigures(scenario: Scenario, figures: readonly Figures[]): string {
  const head = [
    '',
    'CPU µs/req',
    'ratio (min–max)',
    'of it user',
    'ratio',
    'req/s',
    'ratio',
    'server busy',
    'load busy',
  ]
  const rows = figures.map(each => [
    each.server,
    each.cpuMicros.toFixed(1),
    describeRatio(each.cpuRatio),
    each.userMicros.toFixed(1),
    each.userRatio.median.toFixed(2),
    each.requestsPerSecond.toFixed(0),
    each.requestsRatio.median.toFixed(2),
    percent(each.serverBusy),
    percent(each.loadBusy),
  ])
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map(row => row[column]?.length ?? 0)))
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  ')
  const starved = figures.filter(each => each.serverBusy < 0.9 && each.loadBusy > 0.8).map(each => each.server)
  return [
    `${scenario.name}: ${scenario.about} (${scenario.json ? 'POST' : 'GET'} ${scenario.path})`,
    line(head),
    ...rows.map(line),
    ...(starved.length > 0
      ? [
          `The load generator could not keep ${starved.join(', ')} busy: their requests/s are its limit, their CPU time is right.`,
        ]
      : []),
  ].join('\n')
}

function describeRatio({ median, min, max }: Ratio): string {
  return `${median.toFixed(2)} (${min.toFixed(2)}–${max.toFixed(2)})`
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`
}
