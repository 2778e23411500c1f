import type { Diagnostic } from '@arlen/core'
import { createRedact } from '@arlen/error-report'
import { diagnosticsOf } from '../build/builder.ts'
import { Child } from '../build/child.ts'
import { childEnv } from '../build/env-files.ts'
import { TemplateTracker } from '../build/template-tracker.ts'
import { typecheck } from '../build/typecheck.ts'
import type { Settings } from '../options.ts'

/** Compiles the templates and checks the types, without loading the application. */
export async function prepare(settings: Settings, signal: AbortSignal): Promise<readonly Diagnostic[]> {
  const { root, nodeArgs, appOutput } = settings
  const env = childEnv(root, settings.env)
  const found: Diagnostic[] = []
  const templates = new TemplateTracker(root, settings.templates).toCompile()
  if (templates) {
    const child = new Child({ root, env, nodeArgs, preload: [], appOutput })
    signal.addEventListener('abort', () => child.kill())
    const outcome = await child.prepare(templates)
    await child.close(0)
    if (outcome.kind === 'prepared') found.push(...outcome.warnings)
    else found.push(...diagnosticsOf(outcome, 'template', settings))
  }
  if (settings.typecheck !== 'off' && !signal.aborted) {
    found.push(...(await typecheck({ root, redact: createRedact(env) }, signal)))
  }
  return found
}
