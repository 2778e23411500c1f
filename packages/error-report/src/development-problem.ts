import type { Problem } from '@arlen/core'
import { toProblem } from '@arlen/core'
import { isSecretName, REDACTED } from '@arlen/core/secrets'
import { clip, describe } from './describe.ts'
import { type DiagnoseOptions, diagnose } from './diagnose.ts'
import { createRedact, type Redact, redactUrl } from './redact.ts'

/** The request that failed, with secrets redacted and long values cut. */
export interface RequestSummary {
  method: string
  url: string
  /** Groups of names and values, such as `headers` and `params`. */
  facts: Readonly<Record<string, Readonly<Record<string, string>>>>
}

/** A problem document with everything that helps a developer. Never sent in production. */
export interface DevelopmentProblem extends Problem {
  request?: RequestSummary
}

/** The request that failed, as received. */
export interface RequestInput {
  method: string
  url: string
  /** Groups of names and values in the order they are shown: `{ headers, params, query, session }`. */
  facts?: Readonly<Record<string, Readonly<Record<string, unknown>> | undefined>>
}

/** Options of {@link developmentProblem}. */
export interface DevelopmentProblemOptions extends DiagnoseOptions {
  correlationId: string
  request?: RequestInput
}

/** Turns anything thrown into the problem document that development pages show. */
export function developmentProblem(error: unknown, options: DevelopmentProblemOptions): DevelopmentProblem {
  const redact = options.redact ?? createRedact()
  const problem = toProblem(error, options.correlationId)
  const diagnostics = diagnose(error, { ...options, redact })
  return {
    ...problem,
    detail: problem.detail ?? diagnostics[0]?.message ?? problem.title,
    diagnostics,
    ...(options.request && { request: summarizeRequest(options.request, redact) }),
  }
}

const MAX_FACTS = 60

export function summarizeRequest(request: RequestInput, redact: Redact): RequestSummary {
  const facts: Record<string, Record<string, string>> = {}
  for (const [group, values] of Object.entries(request.facts ?? {})) {
    const shown: Record<string, string> = {}
    let count = 0
    for (const name in values) {
      if (!Object.hasOwn(values, name)) continue
      if (++count > MAX_FACTS) break
      shown[clip(name, 200)] = factOf(name, values, redact)
    }
    if (count > 0) facts[group] = shown
  }
  return { method: clip(request.method, 40), url: redactUrl(clip(request.url, 2_000), redact), facts }
}

function factOf(name: string, values: Readonly<Record<string, unknown>>, redact: Redact): string {
  if (isSecretName(name)) return REDACTED
  const descriptor = Object.getOwnPropertyDescriptor(values, name)
  if (descriptor?.get) return '[getter]'
  const value: unknown = descriptor?.value
  return typeof value === 'string' ? redactUrl(clip(value, 500), redact) : clip(describe(value, redact), 500)
}
