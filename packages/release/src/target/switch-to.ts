import { join } from 'node:path'
import { type OptionTable, option } from '@arlen/core/options'
import { migrate } from '@arlen/pg/migrations'
import { MIGRATIONS } from '../build/migrations.ts'
import { releaseError } from '../errors.ts'
import { verifyRelease } from '../manifest/verify.ts'
import { type CanaryRequest, tryRelease } from './canary.ts'
import { targetEnvironment } from './environment.ts'
import { plainReason, runStep } from './explain.ts'
import { requireConfiguration, requireMachine } from './fitness.ts'
import type { Operation } from './operation.ts'
import { planSchema, type SchemaDirection } from './plan-schema.ts'
import { type ReloadMode, type ReloadResult, type RunningRelease, reloadCurrent } from './reload.ts'
import { pointCurrentAt, releaseFolder, type TargetFolder } from './target-folder.ts'
import { type AnswerCounts, errorsBefore, NO_ANSWERS, WATCH_OPTIONS, type WatchOptions, watchErrors } from './watch.ts'

/** Options of {@link activateRelease} and {@link rollbackRelease}. */
export interface SwitchOptions {
  /** The folder of the target. */
  target: string
  /** The environment whose configuration counts. Default `production`. */
  environment?: string | undefined
  /** Whether the release is started beside the running one and asked for its readiness first. Default true. */
  canary?: boolean | undefined
  /** Requests that it must answer then. Default: none but the readiness. */
  requests?: readonly CanaryRequest[] | undefined
  /** How the running application is reloaded. Default `auto`: through propane's control socket. */
  reload?: ReloadMode | undefined
  /** Time in milliseconds for the canary, and again for the reload. Default 60,000. */
  timeoutMs?: number | undefined
  /** Whether its errors are counted for a while after the switch, and it goes back by itself when they rise. Default: not. */
  watch?: WatchOptions | undefined
  /** Called when a step begins: `verify`, `configuration`, `migrate`, `canary`, `switch`, `reload`, `watch`. */
  onStep?: ((step: string, detail: string) => void) | undefined
}

/** What a switch did. */
export interface SwitchResult {
  from: string | undefined
  to: string
  /** Files of the migrations that were applied. */
  migrated: string[]
  /** Files of the migrations that wait for {@link contractRelease}. */
  deferred: string[]
  /** Whether a running application was reloaded; false if there was none. */
  reloaded: boolean
  /** What was counted while it was watched; undefined if it was not. */
  watched: AnswerCounts | undefined
}

/** The table of {@link SwitchOptions}. */
export const SWITCH_OPTIONS: OptionTable<SwitchOptions> = {
  target: option.required(option.text),
  environment: option.text,
  canary: option.boolean,
  requests: option.listOf(option.object),
  reload: option.either(option.oneOf('auto', 'none'), option.listOf(option.text)),
  timeoutMs: option.durationMs(1),
  watch: option.nested(WATCH_OPTIONS),
  onStep: option.func,
}

/** What is true of a failure before the switch. */
export const UNTOUCHED = 'The running release was not touched'

/** The steps that an activation and a rollback have in common. */
export async function switchTo(
  target: TargetFolder,
  id: string,
  options: SwitchOptions,
  operation: Operation,
  direction: SchemaDirection,
): Promise<SwitchResult> {
  const { environment = 'production', canary = true, requests = [], timeoutMs = 60_000, onStep } = options
  const { from } = operation
  const begin = async (step: string, detail: string = id) => {
    await operation.begin(step, id)
    onStep?.(step, detail)
  }
  await begin('verify')
  const dir = await releaseFolder(target, id)
  const manifest = await runStep('verify', UNTOUCHED, () => verifyRelease(dir))
  requireMachine(manifest)

  await begin('configuration', environment)
  const env = { ...(await targetEnvironment(target)), ARLEN_ENV: environment }
  const dsn = requireConfiguration(id, dir, env, environment)

  const { apply, deferred } = await planSchema(target, dsn, dir, manifest, direction)
  if (apply.length > 0) {
    await begin('migrate', apply.map(({ file }) => file).join(', '))
    await migrate({ dsn: dsn!, dir: join(dir, MIGRATIONS), to: apply.at(-1)!.version })
  }
  if (canary) {
    await begin('canary')
    await runStep('canary', UNTOUCHED, () => tryRelease({ id, dir, env, requests, timeoutMs }))
  }
  const { reload = 'auto', watch } = options
  const running: RunningRelease = { target, env, timeoutMs }
  const before = watch && (await errorsBefore(running, from, reload))
  await begin('switch')
  const result = await switchAndReload()
  if (result.outcome === 'failed') {
    const outcome = await goBack(running, from, reload)
    throw releaseError('reload_failed', { id, reason: result.reason.replace(/\.$/, ''), outcome })
  }
  const watched = watch && result.outcome === 'ok' ? await watchOrGoBack(watch) : undefined
  return {
    from,
    to: id,
    migrated: apply.map(({ file }) => file),
    deferred: deferred.map(({ file }) => file),
    reloaded: result.outcome === 'ok',
    watched,
  }

  /** From its first call on, every failure is one to go back from. */
  async function switchAndReload(): Promise<ReloadResult> {
    try {
      await pointCurrentAt(target, id)
      await begin('reload')
      return await reloadCurrent(running, id, reload)
    } catch (error) {
      return { outcome: 'failed', reason: plainReason((error as Error).cause ?? error) }
    }
  }

  async function watchOrGoBack(options: WatchOptions): Promise<AnswerCounts> {
    // Only a note: what has been switched is watched on a full disk, too.
    await begin('watch', `for ${options.forMs / 1000} s`).catch(() => undefined)
    const { reason, ...counts } = await watchErrors(running, before ?? NO_ANSWERS, options)
    if (reason === undefined) return counts
    throw releaseError('errors_rose', { id, reason, outcome: await goBack(running, from, reload) })
  }
}

/** After a failure behind the switch: `current` leads back, and what runs is what ran before. Says what became of it. */
async function goBack(running: RunningRelease, from: string | undefined, reload: ReloadMode): Promise<string> {
  const { target } = running
  try {
    await pointCurrentAt(target, from)
  } catch (error) {
    return `${target.current} could not be set back to ${from ?? 'nothing'}: ${plainReason(error)}`
  }
  if (from === undefined) return 'No release is current, as before.'
  const back = await reloadCurrent(running, from, reload)
  if (back.outcome !== 'failed') return `${from} is current again.`
  return `${from} is current again, but its reload failed too: ${back.reason}`
}
