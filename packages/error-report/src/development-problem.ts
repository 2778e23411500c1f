import type { Problem } from '@arlen/core'
import { toProblem } from '@arlen/core'
import { type OptionTable, option, readOptions } from '@arlen/core/options'
import { isSecretName, REDACTED } from '@arlen/core/secrets'
import { clip, describe } from './describe.ts'
import { DIAGNOSE_OPTIONS, type DiagnoseOptions, diagnose } from './diagnose.ts'
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

const OPTIONS: OptionTable<DevelopmentProblemOptions> = {
  ...DIAGNOSE_OPTIONS,
  correlationId: option.required(option.string),
  request: option.object,
}

/**
 * Turns anything thrown into the problem document that development pages show.
 *
 * @throws ArlenError `option_unknown`, `option_invalid`
 */
export function developmentProblem(error: unknown, given: DevelopmentProblemOptions): DevelopmentProblem {
  const { correlationId, request, ...options } = readOptions('developmentProblem()', given, OPTIONS)
  const redact = options.redact ?? createRedact()
  const problem = toProblem(error, correlationId)
  const diagnostics = diagnose(error, { ...options, redact })
  return {
    ...problem,
    detail: problem.detail ?? diagnostics[0]?.message ?? problem.title,
    diagnostics,
    ...(request && { request: summarizeRequest(request, redact) }),
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
