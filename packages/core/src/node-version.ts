/*
 * The versions of Node.js that Arlen runs on: the one place that says so. `engines`, tooling/bootstrap and the documents are
 * held to it by a test. Programs load this file before anything else, in whatever Node.js they were started with: it imports
 * nothing, and has no syntax that Node.js 12 cannot read.
 */

/** What a release line of Node.js must be at least. */
export interface NodeLine {
  /** The oldest release that has every API we need. Older ones are refused. */
  minimum: string
  /** The oldest release without a vulnerability that was public when this was written. Older ones are warned of. */
  patched: string
}

/**
 * By major version. After the security releases of 13 January, 24 March, 18 June, 29 July and 21 October 2026
 * (https://nodejs.org/en/blog/vulnerability). Lines in between have reached their end.
 */
export const NODE_LINES: Readonly<Record<string, NodeLine>> = {
  22: { minimum: '22.22.0', patched: '22.23.4' },
  24: { minimum: '24.13.0', patched: '24.22.1' },
  26: { minimum: '26.0.0', patched: '26.12.1' },
}

/** For `engines`: the supported lines, and those to come. */
export const NODE_RANGE: string = '^22.22.0 || ^24.13.0 || >=26.0.0'

/** What is wrong with a version of Node.js, as the rest of a line that begins with it. */
export interface NodeProblem {
  severity: 'refused' | 'vulnerable'
  problem: string
}

/** Lines that came after the oldest we take, but end before it was complete. */
const LAST_WITHOUT_OUR_APIS = 23

/** @param version - as in `process.versions.node` */
export function evaluateNode(version: string): NodeProblem | undefined {
  const major = Number(version.split('.')[0])
  const line: NodeLine | undefined = NODE_LINES[String(major)]
  const wanted = `Install Node.js ${Object.keys(NODE_LINES).join(', ')} or later from https://nodejs.org`
  if (line === undefined) {
    if (major <= LAST_WITHOUT_OUR_APIS) {
      return { severity: 'refused', problem: `Node.js ${version} lacks what this program needs. ${wanted}.` }
    }
    const newest = Math.max.apply(null, Object.keys(NODE_LINES).map(Number))
    if (major > newest) return undefined
    return {
      severity: 'vulnerable',
      problem: `Node.js ${major} has reached its end and gets no security fixes. ${wanted}.`,
    }
  }
  if (isOlder(version, line.minimum)) {
    const problem = `Node.js ${version} lacks what this program needs. Install ${line.minimum} or later of its line.`
    return { severity: 'refused', problem }
  }
  if (!isOlder(version, line.patched)) return undefined
  return {
    severity: 'vulnerable',
    problem: `Node.js ${version} has known vulnerabilities, unless your distribution has patched it. Install ${line.patched} or later.`,
  }
}

/** Of three numbers; what follows them is not looked at. */
function isOlder(version: string, than: string): boolean {
  const [a, b] = [version, than].map(text => text.split('-')[0]!.split('.').map(Number))
  for (let i = 0; i < 3; i++) {
    if (a![i] !== b![i]) return a![i]! < b![i]!
  }
  return false
}

interface Started {
  versions: { node: string }
  env: { [name: string]: string | undefined }
  stderr: { write(text: string): unknown }
  exit(code: number): unknown
}

/**
 * Ends a program with one line where Node.js lacks what it needs. In production it warns where Node.js is only known to be
 * vulnerable, for distributions patch under old numbers.
 *
 * @param environment - where neither ARLEN_ENV nor NODE_ENV says which it is
 */
export function requireNode(program: string, environment: string, started: Started = process): void {
  const found = evaluateNode(started.versions.node)
  if (found === undefined) return
  const { env } = started
  const name = env.ARLEN_ENV || env.NODE_ENV || environment
  if (found.severity === 'refused') {
    started.stderr.write(`${program}: ${found.problem}\n`)
    started.exit(1)
  } else if (name !== 'development' && name !== 'test') started.stderr.write(`${program}: ${found.problem}\n`)
}
