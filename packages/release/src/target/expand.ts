import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type OptionTable, option, readOptions } from '@arlen/core/options'
import { migrate } from '@arlen/pg/migrations'
import { describeMigrations, MIGRATIONS } from '../build/migrations.ts'
import { MANIFEST, readManifest } from '../manifest/manifest.ts'
import { planMigrations, schemaState } from './schema-guard.ts'

/** Options of {@link expandSchema}. */
export interface ExpandOptions {
  /** The folder of the release or the application. */
  root: string
  /** PostgreSQL connection URI. */
  dsn: string
  /** Name what would be applied, and change nothing. Default false. */
  dryRun?: boolean
}

const OPTIONS: OptionTable<ExpandOptions> = {
  root: option.required(option.text),
  dsn: option.required(option.text),
  dryRun: option.boolean,
}

/** What {@link expandSchema} did. */
export interface ExpandResult {
  /** The files of the migrations it applied. */
  migrations: string[]
  /** The files of those that wait: contract steps, which an older release could not run with. */
  deferred: string[]
}

/**
 * Applies the expanding migrations of a release, or of an application, as `activateRelease` does: for deployments without a target, such
 * as the Job that goes before a Deployment of Kubernetes. An empty database gets all of them.
 *
 * @throws contract_in_between if an expand step follows a contract step; the errors of `migrate`
 */
export async function expandSchema(options: ExpandOptions): Promise<ExpandResult> {
  const { root, dsn, dryRun = false } = readOptions('expandSchema()', options, OPTIONS)
  const isRelease = existsSync(join(root, MANIFEST))
  const migrations = isRelease ? (await readManifest(root)).migrations : await describeMigrations(root)
  const { pending, isEmpty } = await schemaState(dsn, root, { migrations })
  const apply = planMigrations(pending, { isEmpty })
  const last = apply.at(-1)
  if (last !== undefined) await migrate({ dsn, dir: join(root, MIGRATIONS), to: last.version, dryRun })
  const files = (all: readonly { file: string }[]) => all.map(({ file }) => file)
  return { migrations: files(apply), deferred: files(pending.slice(apply.length)) }
}
