/*
 * The versions of Node.js that Arlen supports: this is the one place that defines them. A test checks `engines`,
 * tooling/bootstrap and the docs against it. Programs load this file before anything else, in whatever Node.js they were
 * started with, so it imports nothing and uses no syntax that Node.js 12 cannot parse.
 */

/** The minimum version of a release line of Node.js. */
export interface NodeLine {
  /** The oldest release with every API that we need. Older ones are rejected. */
  minimum: string
  /** The oldest release without a vulnerability that was public when this was written. Older ones cause a warning. */
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

/** For `engines`: the supported lines, and future ones. */
export const NODE_RANGE: string = '^22.22.0 || ^24.13.0 || >=26.0.0'

/** What is wrong with a version of Node.js, as the rest of a sentence that begins with it. */
export interface NodeProblem {
  severity: 'refused' | 'vulnerable'
  problem: string
}

/** Lines newer than the oldest supported one that ended before its minimum version. */
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

/** Compares three numbers; what follows them is ignored. */
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
  argv: readonly string[]
  stdout: { write(text: string): unknown }
  stderr: { write(text: string): unknown }
  exit(code: number): unknown
}

/**
 * Ends the program with one line if Node.js lacks something it needs, which is a document with `--json`. In production, it only warns of a Node.js that is
 * known to be vulnerable, because distributions patch old version numbers.
 *
 * @param environment - used if neither ARLEN_ENV nor NODE_ENV is set
 */
export function requireNode(program: string, environment: string, started: Started = process): void {
  const found = evaluateNode(started.versions.node)
  if (found === undefined) return
  const { env } = started
  const name = env.ARLEN_ENV || env.NODE_ENV || environment
  if (found.severity === 'refused') {
    if (started.argv.indexOf('--json') < 0) started.stderr.write(`${program}: ${found.problem}\n`)
    else started.stdout.write(`${JSON.stringify({ error: { code: 'node_unfit', message: found.problem } })}\n`)
    started.exit(1)
  } else if (name !== 'development' && name !== 'test') started.stderr.write(`${program}: ${found.problem}\n`)
}
