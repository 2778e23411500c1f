import { join } from 'node:path'
import { type OptionTable, option, readOptions } from '@arlen/core/options'
import { migrate } from '@arlen/pg/migrations'
import { MIGRATIONS } from '../build/migrations.ts'
import { releaseError } from '../errors.ts'
import { type Manifest, readManifest } from '../manifest/manifest.ts'
import { targetEnvironment } from './environment.ts'
import { requireConfiguration } from './fitness.ts'
import { operate } from './operation.ts'
import { allManifests } from './plan-schema.ts'
import { askRunning, type RunningRelease } from './reload.ts'
import { schemaState } from './schema-guard.ts'
import { currentRelease, requireTarget, type TargetFolder, targetFolder } from './target-folder.ts'

/** Options of {@link contractRelease}. */
export interface ContractOptions {
  /** The folder of the target. */
  target: string
  /** The environment whose configuration applies. Default `production`. */
  environment?: string | undefined
  /** Returns the plan and changes nothing. Default false. */
  dryRun?: boolean | undefined
}

/** What {@link contractRelease} did, or would do. */
export interface ContractResult {
  /** Files of the migrations. */
  migrations: string[]
  /** Releases of the target that cannot come back afterwards. */
  excluded: string[]
}

const STATUS_TIMEOUT_MS = 10_000

const OPTIONS: OptionTable<ContractOptions> = {
  target: option.required(option.text),
  environment: option.text,
  dryRun: option.boolean,
}

/**
 * Applies the contract steps of the running release: migrations that remove something older releases use. Afterwards, none of those
 * releases can come back.
 *
 * @throws target_missing, target_locked, config_invalid, contract_not_applied if nothing runs, an older release
 * still does, or there is no database
 */
export async function contractRelease(given: ContractOptions): Promise<ContractResult> {
  const options = readOptions('contractRelease()', given, OPTIONS)
  const target = targetFolder(options.target)
  requireTarget(target)
  if (options.dryRun) return (await planContract(target, options)).result
  return operate(target, 'contract', undefined, async ({ begin }) => {
    const { result, dsn, dir, current, env } = await planContract(target, options)
    await requireNothingOlder({ target, env, timeoutMs: STATUS_TIMEOUT_MS }, current)
    if (result.migrations.length > 0) {
      await begin('migrate')
      await migrate({ dsn, dir })
    }
    return result
  })
}

/** Throws contract_not_applied while processes of another release than the current one serve. */
async function requireNothingOlder(running: RunningRelease, current: string): Promise<void> {
  const answer = await askRunning<{ workers: readonly { release?: string }[] }>(running, 'status')
  if (typeof answer === 'string') return // what cannot tell does not run
  const other = answer.result?.workers.find(({ release }) => release !== undefined && release !== current)?.release
  if (other === undefined) return
  const reason = `${other} still runs, although ${current} is current. Reload it first: bin/app reload.`
  throw releaseError('contract_not_applied', { reason })
}

interface ContractPlan {
  result: ContractResult
  current: string
  env: RunningRelease['env']
  dsn: string
  /** The folder of the migrations. */
  dir: string
}

async function planContract(
  target: TargetFolder,
  { environment = 'production' }: ContractOptions,
): Promise<ContractPlan> {
  const current = await currentRelease(target)
  if (current === undefined) throw releaseError('contract_not_applied', { reason: 'No release is running yet.' })
  const release = join(target.releases, current)
  const manifest = await readManifest(release)
  const env = { ...(await targetEnvironment(target)), ARLEN_ENV: environment }
  const dsn = requireConfiguration(current, release, env, environment)
  if (dsn === undefined) throw releaseError('contract_not_applied', { reason: `${current} has no database.` })
  const { pending } = await schemaState(dsn, release, manifest)
  const contracting = pending.filter(({ phase }) => phase === 'contract').map(({ version }) => version)
  const lacks = ({ migrations }: Manifest) =>
    contracting.some(step => !migrations.some(({ version }) => version === step))
  const excluded = (await allManifests(target)).filter(lacks).map(({ id }) => id)
  const result = { migrations: pending.map(({ file }) => file), excluded }
  return { result, current, env, dsn, dir: join(release, MIGRATIONS) }
}
