import { join } from 'node:path'
import { type OptionTable, option, readOptions } from '@arlen/core/options'
import { migrate } from '@arlen/pg/migrations'
import { MIGRATIONS } from '../build/migrations.ts'
import { releaseError } from '../errors.ts'
import { type Manifest, readManifest } from '../manifest/manifest.ts'
import { verifyRelease } from '../manifest/verify.ts'
import { type CanaryRequest, tryRelease } from './canary.ts'
import { targetEnvironment } from './environment.ts'
import { plainReason, runStep } from './explain.ts'
import { requireConfiguration, requireMachine } from './fitness.ts'
import { readHistory, successfulReleases } from './history.ts'
import { type Operation, operate } from './operation.ts'
import { receiveRelease } from './receive.ts'
import { type ReloadMode, type ReloadResult, reloadCurrent } from './reload.ts'
import { forbiddingSteps, planMigrations, type SchemaState, schemaState } from './schema-guard.ts'
import { pointCurrentAt, releaseFolder, releaseIds, type TargetFolder, targetFolder } from './target-folder.ts'

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
  /** How the running application is told. Default `auto`: by propane's control socket. */
  reload?: ReloadMode | undefined
  /** Time in milliseconds for the canary, and again for the reload. Default 60,000. */
  timeoutMs?: number | undefined
  /** Called when a step begins: `verify`, `configuration`, `migrate`, `canary`, `switch`, `reload`. */
  onStep?: ((step: string, detail: string) => void) | undefined
}

/** Options of {@link activateRelease}. */
export interface ActivateOptions extends SwitchOptions {
  /** The id of a release of the target, or the path of an archive or folder of one. */
  release: string
}

/** Options of {@link rollbackRelease}. */
export interface RollbackOptions extends SwitchOptions {
  /** The release to go back to. Default: the one that ran before. */
  to?: string | undefined
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
}

const SWITCH_OPTIONS: OptionTable<SwitchOptions> = {
  target: option.required(option.text),
  environment: option.text,
  canary: option.boolean,
  requests: option.listOf(option.object),
  reload: option.either(option.oneOf('auto', 'none'), option.listOf(option.text)),
  timeoutMs: option.durationMs(1),
  onStep: option.func,
}
const ACTIVATE_OPTIONS: OptionTable<ActivateOptions> = { ...SWITCH_OPTIONS, release: option.required(option.text) }
const ROLLBACK_OPTIONS: OptionTable<RollbackOptions> = { ...SWITCH_OPTIONS, to: option.text }

const UNTOUCHED = 'The running release was not touched'

/**
 * Makes a release the running one: verifies it, checks the configuration, applies expanding migrations, tries it beside the running
 * one, switches `current` and reloads. A failure before the switch leaves the running release untouched; one after it goes back.
 *
 * @throws target_missing, target_locked, release_unknown, release_changed, archive_invalid, checksum_wrong, signature_wrong, node_unfit,
 *   platform_unfit, config_invalid, schema_ahead, contract_in_between, canary_failed, reload_failed, step_failed; ArlenError of a
 *   migration that fails
 */
export async function activateRelease(given: ActivateOptions): Promise<SwitchResult> {
  const options = readOptions('activateRelease()', given, ACTIVATE_OPTIONS)
  const target = targetFolder(options.target)
  const name = options.release
  return operate(target, 'activate', name.split(/[\\/]/).at(-1)!, async operation => {
    const id = await runStep('unpack', UNTOUCHED, () => receiveRelease(target, name))
    return switchTo(target, id, options, operation, {
      migrates: true,
      refuse: steps => releaseError('schema_ahead', { id, steps: steps.join(', ') }),
    })
  })
}

/**
 * Goes back to an earlier release, unless a contracting migration has removed what it uses. Migrations are not undone.
 *
 * @throws no_previous, rollback_forbidden, release_running and what {@link activateRelease} throws
 */
export async function rollbackRelease(given: RollbackOptions): Promise<SwitchResult> {
  const options = readOptions('rollbackRelease()', given, ROLLBACK_OPTIONS)
  const target = targetFolder(options.target)
  return operate(target, 'rollback', options.to, async operation => {
    const id = options.to ?? (await previousRelease(target, operation.from))
    if (id === undefined) throw releaseError('no_previous')
    if (id === operation.from) throw releaseError('release_running', { id })
    return switchTo(target, id, options, operation, {
      migrates: false,
      refuse: (steps, possible) => {
        const rest = possible.length === 0 ? ' No other release can run either.' : ` Possible: ${possible.join(', ')}.`
        return releaseError('rollback_forbidden', { id, steps: steps.join(', '), possible: rest })
      },
    })
  })
}

/** The release that ran before the current one and is still there. */
export async function previousRelease(target: TargetFolder, current: string | undefined): Promise<string | undefined> {
  const there = new Set(await releaseIds(target))
  return successfulReleases(await readHistory(target)).find(id => id !== current && there.has(id))
}

/** The manifests of all releases of a target that have a readable one. */
export async function allManifests(target: TargetFolder): Promise<Manifest[]> {
  const ids = await releaseIds(target)
  const read = await Promise.all(ids.map(id => readManifest(join(target.releases, id)).catch(() => undefined)))
  return read.filter(manifest => manifest !== undefined)
}

interface Direction {
  migrates: boolean
  refuse: (steps: string[], possible: string[]) => Error
}

async function switchTo(
  target: TargetFolder,
  id: string,
  options: SwitchOptions,
  operation: Operation,
  direction: Direction,
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

  const { apply, deferred } = await planSchema(target, dsn, dir, manifest, from, direction)
  if (apply.length > 0) {
    await begin('migrate', apply.map(({ file }) => file).join(', '))
    await migrate({ dsn: dsn!, dir: join(dir, MIGRATIONS), to: apply.at(-1)!.version })
  }
  if (canary) {
    await begin('canary')
    await runStep('canary', UNTOUCHED, () => tryRelease({ id, dir, env, requests, timeoutMs }))
  }
  await begin('switch')
  const { reload = 'auto' } = options
  const result = await switchAndReload()
  if (result.outcome === 'failed') {
    const outcome = await goBack(target, from, reload, env, timeoutMs)
    throw releaseError('reload_failed', { id, reason: result.reason.replace(/\.$/, ''), outcome })
  }
  return {
    from,
    to: id,
    migrated: apply.map(({ file }) => file),
    deferred: deferred.map(({ file }) => file),
    reloaded: result.outcome === 'ok',
  }

  /** From its first call on, every failure is one to go back from. */
  async function switchAndReload(): Promise<ReloadResult> {
    try {
      await pointCurrentAt(target, id)
      await begin('reload')
      return await reloadCurrent(target, id, reload, env, timeoutMs)
    } catch (error) {
      return { outcome: 'failed', reason: plainReason((error as Error).cause ?? error) }
    }
  }
}

/** What an activation does to the schema. Refuses where the database is not one for this release. */
async function planSchema(
  target: TargetFolder,
  dsn: string | undefined,
  dir: string,
  manifest: Manifest,
  from: string | undefined,
  { migrates, refuse }: Direction,
) {
  if (dsn === undefined || manifest.migrations.length === 0) return { apply: [], deferred: [] }
  const state = await schemaState(dsn, dir, manifest)
  const manifests = await allManifests(target)
  const forbidding = forbiddingSteps(state.unknown, manifests)
  if (forbidding.length > 0) throw refuse(forbidding, possibleReleases(state, manifest, manifests))
  if (!migrates) return { apply: [], deferred: [] }
  const running = manifests.find(({ id }) => id === from)
  const apply = planMigrations(state.pending, running)
  return { apply, deferred: state.pending.slice(apply.length) }
}

/** The releases that know every migration that forbids another one. */
function possibleReleases({ unknown }: SchemaState, refused: Manifest, manifests: readonly Manifest[]): string[] {
  const needed = forbiddingSteps(unknown, manifests)
  return manifests
    .filter(({ migrations }) => {
      const known = new Set(migrations.map(({ version, name }) => `${version}_${name}`))
      return needed.every(step => known.has(step))
    })
    .map(({ id }) => id)
    .filter(id => id !== refused.id)
}

/** After a failure behind the switch: `current` leads back, and what runs is what ran before. Says what became of it. */
async function goBack(
  target: TargetFolder,
  from: string | undefined,
  reload: ReloadMode,
  env: Readonly<Record<string, string | undefined>>,
  timeoutMs: number,
): Promise<string> {
  try {
    await pointCurrentAt(target, from)
  } catch (error) {
    return `${target.current} could not be set back to ${from ?? 'nothing'}: ${plainReason(error)}`
  }
  if (from === undefined) return 'No release is current, as before.'
  const back = await reloadCurrent(target, from, reload, env, timeoutMs)
  if (back.outcome !== 'failed') return `${from} is current again.`
  return `${from} is current again, but its reload failed too: ${back.reason}`
}
