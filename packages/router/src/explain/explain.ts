import type { MatchRequest } from '../match/condition.ts'
import type { Hit, Match } from '../match/result.ts'
import { otherSpellings, type SlashPolicies } from '../match/slashes.ts'
import { compareSegments, rankOf, segmentKey, showSegment } from '../pattern/segment.ts'
import { type Variant, variantsOf } from '../pattern/variants.ts'
import { ANY, type Route } from '../route.ts'
import { decodePath } from '../url/decode.ts'
import { type Trace, tracePath } from './trace.ts'

/** `won`; `lost` to a more specific route; or what did not fit. */
export type RouteResult = 'won' | 'lost' | 'condition' | 'method' | 'path'

/** A route that could have taken a request, and why it did or did not. */
export interface ExplainedRoute {
  readonly route: Route<never> | Route
  readonly result: RouteResult
  readonly reason: string
}

/** How a request is routed, and why. */
export interface Explanation {
  readonly method: string
  readonly path: string
  readonly match: Match<unknown>
  /** The result, in a sentence. */
  readonly outcome: string
  /** The winner, then the other routes of this path, then near misses, the nearest first. */
  readonly candidates: readonly ExplainedRoute[]
  /** How many routes are not listed. */
  readonly others: number
  /** The whole report, for people. */
  toString(): string
}

interface Question {
  readonly method: string
  /** The method that is matched. */
  readonly standsFor: string
  readonly path: string
  readonly request: MatchRequest | undefined
  readonly routes: readonly Route[]
  readonly slashes: SlashPolicies
  readonly match: (path: string) => Match<unknown>
}

/** How many routes that do not match the path are listed at most. */
const NEAR_MISSES = 8

/** Explains how a request is routed: which routes could match, and why they did or did not. */
export function explain(question: Question): Explanation {
  const { method, path, routes } = question
  const match = question.match(path)
  const examined = spellingToExamine(question, match)
  const decoded = decodePath(examined)
  const reports = decoded === undefined ? [] : routes.map(route => examine(question, route, decoded, match))
  const fitting = reports.filter(({ result }) => result !== 'path')
  const near = reports.filter(({ result, fitted }) => result === 'path' && fitted > 0)
  near.sort((a, b) => b.fitted - a.fitted)
  const order: readonly RouteResult[] = ['won', 'lost', 'condition', 'method']
  fitting.sort((a, b) => order.indexOf(a.result) - order.indexOf(b.result))
  const candidates = [...fitting, ...near.slice(0, NEAR_MISSES)]
  const note = examined === path ? '' : ` (as ${examined})`
  const shown = question.standsFor === method ? path : `${path} (as ${question.standsFor})`
  const explanation = {
    method,
    path,
    match,
    outcome: `${describeMatch(match)}${note}`,
    candidates,
    others: routes.length - candidates.length,
  }
  return { ...explanation, toString: () => render({ ...explanation, path: shown }) }
}

/** If another spelling of the path is served or redirected to, that one is examined. */
function spellingToExamine({ path, routes, slashes }: Question, match: Match<unknown>): string {
  if (match.kind === 'redirect') return match.location
  const ignoring = slashes.trailingSlash === 'ignore'
  const trailing = routes.some(route => route.pattern.trailingSlash) && !ignoring
  const served = otherSpellings(path, slashes, trailing).flatMap(other => (other.redirect ? [] : other.path))
  const wanted = match.kind === 'hit' ? [match.route] : routes
  return [path, ...served].find(one => wanted.some(route => fits(route, one, ignoring))) ?? path
}

function fits(route: Route, path: string, ignoring: boolean): boolean {
  const decoded = decodePath(path)
  return decoded !== undefined && variantsOf(route, ignoring).some(variant => tracePath(variant, decoded).params)
}

interface Report extends ExplainedRoute {
  readonly fitted: number
}

function examine(question: Question, route: Route, path: string, match: Match<unknown>): Report {
  const traces = variantsOf(route, question.slashes.trailingSlash === 'ignore').map(variant => ({
    variant,
    trace: tracePath(variant, path),
  }))
  const best = traces.reduce((a, b) => (better(b.trace, a.trace) ? b : a))
  const { trace, variant } = best
  const report = (result: RouteResult, reason: string): Report => ({ route, result, reason, fitted: trace.fitted })
  if (trace.params === undefined) return report('path', trace.reason)
  if (!takesMethod(route, question.standsFor)) return report('method', `it takes ${route.methods.join(', ')}`)
  const failed = failedCondition(question, route, variant, trace.params)
  if (failed !== undefined) return report('condition', failed)
  const redirected = match.kind === 'redirect' ? question.match(match.location) : match
  if (redirected.kind !== 'hit') return report('lost', 'the request is answered before')
  if (redirected.route === route) return report('won', '')
  return report('lost', whyAfter(variant, route, redirected, path))
}

function better(a: Trace, b: Trace): boolean {
  return (
    Number(a.params !== undefined) - Number(b.params !== undefined) > 0 ||
    (b.params === undefined && a.fitted > b.fitted)
  )
}

function takesMethod({ methods }: Route, method: string): boolean {
  return methods.includes(method) || methods.includes(ANY) || (method === 'HEAD' && methods.includes('GET'))
}

function failedCondition(
  { request }: Question,
  route: Route,
  { format }: Variant,
  params: Record<string, string>,
): string | undefined {
  const values = { ...params }
  for (const condition of route.conditions) {
    const wanted = `${condition.name} ${condition.text}`
    if (request === undefined) return `${wanted}: no request was given to look at`
    if (condition.test(request, values, format) !== true) return `${wanted}: ${condition.actual(request, format)}`
  }
  return undefined
}

const CLASSES = ['text', 'a constrained parameter', 'a parameter', 'a constrained wildcard', 'a wildcard']

function whyAfter(variant: Variant, route: Route, { route: winner, format }: Hit<unknown>, path: string): string {
  const variants = variantsOf(winner, false)
  const winning = variants.find(one => one.format === format && tracePath(one, path).params) ?? variants[0]!
  for (const [i, ours] of variant.segments.entries()) {
    const theirs = winning.segments[i]
    if (theirs === undefined || segmentKey(ours) === segmentKey(theirs)) continue
    const before = `${showSegment(theirs)} comes before ${showSegment(ours)}`
    if (rankOf(theirs) !== rankOf(ours)) return `${before}: ${CLASSES[rankOf(theirs)]} before ${CLASSES[rankOf(ours)]}`
    return compareSegments(theirs, ours) < 0 ? `${before}: it has more text` : `${before}: it was registered first`
  }
  if (winner.methods.includes(ANY) !== route.methods.includes(ANY)) return `${winner} names the method`
  if (winning.derived !== variant.derived) return `${winner} is written for this very path`
  if (winner.conditions.length !== route.conditions.length) return `${winner} has more conditions`
  return `${winner} was registered first`
}

function describeMatch(match: Match<unknown>): string {
  switch (match.kind) {
    case 'hit':
      return `${match.route} with ${JSON.stringify(match.params)}${match.format === undefined ? '' : ` as ${match.format}`}`
    case 'miss':
      return '404: no route has this path'
    case 'method_not_allowed':
      return `405: the path is there for ${match.allow}`
    case 'options':
      return `204: Allow: ${match.allow}`
    case 'malformed':
      return '400: the path is not percent-encoded UTF-8'
    case 'redirect':
      return `308: redirect to ${match.location}`
  }
}

const MARKS: Readonly<Record<RouteResult, string>> = { won: '✔', lost: '·', condition: '✘', method: '✘', path: '✘' }

function render({ method, path, outcome, candidates, others }: Omit<Explanation, 'toString'>): string {
  const width = Math.max(0, ...candidates.map(({ route }) => String(route).length))
  const lines = candidates.map(({ route, result, reason }) => {
    const why = { won: 'wins', lost: reason, condition: reason, method: reason, path: reason }[result]
    return `  ${MARKS[result]} ${String(route).padEnd(width)}  ${why}  (${route.where})`
  })
  const rest = others > 0 ? [`  ${others} more ${others === 1 ? 'route does' : 'routes do'} not come near`] : []
  return [`${method} ${path}`, `→ ${outcome}`, ...lines, ...rest].join('\n')
}
