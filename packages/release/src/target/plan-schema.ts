import { join } from 'node:path'
import { type Manifest, type ReleaseMigration, readManifest } from '../manifest/manifest.ts'
import { forbiddingSteps, planMigrations, type SchemaState, schemaState } from './schema-guard.ts'
import { releaseIds, type TargetFolder } from './target-folder.ts'

/** What an activation and a rollback do differently about the schema. */
export interface SchemaDirection {
  /** Whether expanding migrations are applied. */
  migrates: boolean
  /** The error for a database that has steps with which the release cannot run, and the releases that can. */
  refuse: (steps: string[], possible: string[]) => Error
}

/** The migrations that are applied now, and those that wait. */
export interface SchemaPlan {
  apply: ReleaseMigration[]
  deferred: ReleaseMigration[]
}

/** What an activation does to the schema. Refuses where the database is not one for this release. */
export async function planSchema(
  target: TargetFolder,
  dsn: string | undefined,
  dir: string,
  manifest: Manifest,
  { migrates, refuse }: SchemaDirection,
): Promise<SchemaPlan> {
  if (dsn === undefined || manifest.migrations.length === 0) return { apply: [], deferred: [] }
  const state = await schemaState(dsn, dir, manifest)
  const manifests = await allManifests(target)
  const forbidding = forbiddingSteps(state.unknown, manifests)
  if (forbidding.length > 0) throw refuse(forbidding, possibleReleases(state, manifest, manifests))
  if (!migrates) return { apply: [], deferred: [] }
  const apply = planMigrations(state.pending, state)
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

/** The manifests of all releases of a target that have a readable one. */
export async function allManifests(target: TargetFolder): Promise<Manifest[]> {
  const ids = await releaseIds(target)
  const read = await Promise.all(ids.map(id => readManifest(join(target.releases, id)).catch(() => undefined)))
  return read.filter(manifest => manifest !== undefined)
}
